// Requests that people approve: processes for each event, people who submit and decide, and what the database knows of it.
import { engineParts, systemSession } from '@tessera/engine';
import { silentLogger, TesseraError } from '@tessera/kernel';
import type { Layer } from '@tessera/metadata';
import { createRecords, deleteRecords, runInSession, updateRecords, type RecordOutcome, type WriteSession } from '@tessera/records';
import { actOn, submitRecord, type Act, type ActOutcome, type ActorAction, type ApprovalState } from '@tessera/workflow';
import { asPerson } from '../../packages/workflow/src/automations/sessions.ts';
import { pack, testEngine, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

export const names = ['sam', 'ann', 'bob', 'cat', 'dan', 'eve'] as const;
export type Name = (typeof names)[number];

const v = (name: string): Json => ({ var: name });
const lookups = Object.fromEntries(names.map((name) => [name, { type: 'lookup', to: 'user', inverse: `${name}Requests` }]));

const request: Json = {
  sharing: 'publicReadWrite',
  fields: {
    name: { type: 'text' },
    kind: { type: 'text' },
    amount: { type: 'number', scale: 2 },
    note: { type: 'text' },
    code: { type: 'text', unique: true },
    pin: { type: 'secret' },
    ...lookups,
  },
  validationRules: { tooMuch: { refuseWhen: { '>': [v('amount'), 1000] }, at: 'amount', message: { en: 'Too much.' } } },
};

/** Approvers by their first names: each is an entry over the record's lookup of that name. */
export const by = (...people: readonly Name[]): Json => Object.fromEntries(people.map((name) => [name, { field: name }]));

/** Whoever has the role `voter`. */
export const voters = (need: unknown): Json => ({ voters: { role: 'voter', need } });

/** A process of the requests of one kind, which is its name. */
export const process = (name: string, on: readonly string[], steps: Json, more: Json = {}): Json => ({
  [`approvalProcesses/${name}.json`]: { name, object: 'request', on, entry: { '==': [v('kind'), name] }, steps, ...more },
});

export const together = (files: readonly Json[]): Json => Object.fromEntries(files.flatMap((one) => Object.entries(one)));

const full = { create: true, read: true, update: true, delete: true, fields: { '*': 'edit' } };
const role = (name: string): Json => ({ [`roles/${name}.json`]: { name, label: { en: name }, objects: { request: full } } });

export const requests = (files: Json): Layer => pack('requests', { request }, { ...role('clerk'), ...role('voter'), ...files });

export interface ApprovalScene {
  readonly engine: TestEngine;
  readonly acme: TestTenant;
  readonly people: Readonly<Record<Name, string>>;
  /** Work in a transaction of its own, with a person's rights and in that name. */
  as<T>(user: string, work: (session: WriteSession) => Promise<T>): Promise<T>;
  /** A new request by sam, with everybody in its lookups; gives its id. */
  create(values: Json): Promise<string>;
  change(id: string, values: Json): Promise<RecordOutcome | undefined>;
  remove(id: string): Promise<RecordOutcome | undefined>;
  submit(id: string, process?: string): Promise<string>;
  /** Does something to the pending approval of a request; its turn is found for whoever acts. */
  act(id: string, who: string | null, action: Partial<ActorAction> & Pick<ActorAction, 'type'>, more?: Partial<Act>): Promise<ActOutcome>;
  record(id: string): Promise<Json>;
  /** All approvals of a request, the latest first. */
  approvals(id: string): Promise<readonly (Json & { readonly state: ApprovalState })[]>;
  /** Whether what must always hold does: the lock is there exactly while one approval is pending, and the tasks are those of its state. */
  consistent(id: string): Promise<unknown>;
  close(): Promise<void>;
}

/** The first turn of somebody that is not decided. */
export function turnOf(state: ApprovalState, user: string): string {
  const found: string[] = [];
  const walk = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const turn = part as { readonly key?: string; readonly person?: string; readonly assignee?: string; readonly vote?: unknown };
    if (typeof turn.key === 'string' && turn.vote === null && [turn.person, turn.assignee].includes(user)) found.push(turn.key);
    for (const [name, inner] of Object.entries(part)) if (name !== 'undo' && name !== 'resume') walk(inner);
  };
  walk(state.tree);
  return found[0] ?? 'none';
}

/** The code by which work is refused; `done` where it is not. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof TesseraError) return error.code;
    throw error;
  }
}

const everybodyIn = (people: Readonly<Record<Name, string>>): Json => Object.fromEntries(names.map((name) => [name, people[name]]));

export async function approvalScene(layer: Layer): Promise<ApprovalScene> {
  const engine = await testEngine();
  const acme = await engine.tenant('acme', [layer]);
  const { schema } = acme;
  const found: Partial<Record<Name, string>> = {};
  for (const name of names)
    found[name] = await acme.create('user', { name, email: `${name}@acme.example`, active: true, roles: ['clerk'] });
  const people = found as Readonly<Record<Name, string>>;
  const parts = engineParts({ cell: engine.cell, log: silentLogger, secret: 'a secret of these tests, long enough', clock: engine.clock });
  const as: ApprovalScene['as'] = async (user, work) =>
    runInSession(await systemSession(parts, acme.systemContext()), async (session) => {
      const access = await session.accessOf(session, user);
      if (access === undefined) throw new TypeError('Nobody acts.');
      return work(asPerson(session, access, user));
    });
  const approvals: ApprovalScene['approvals'] = async (id) =>
    (await engine.sql(`select * from ${schema}._approval where record_id = $1 order by started_at desc, id desc`, [id])) as never;
  const record: ApprovalScene['record'] = async (id) => {
    const [row = {}] = await engine.sql(`select * from ${schema}.request where id = $1`, [id]);
    return row;
  };
  return {
    engine,
    acme,
    people,
    as,
    create: async (values) => {
      const input = { name: 'R', ...everybodyIn(people), ...values };
      const [outcome] = await as(people.sam, (session) => createRecords(session, 'request', [{ pointer: '', input }], { allOrNone: true }));
      if (outcome?.ok !== true) throw new TypeError('It is written.');
      return outcome.id;
    },
    change: async (id, input) =>
      (await as(people.sam, (session) => updateRecords(session, 'request', [{ pointer: '', id, input }], { allOrNone: true })))[0],
    remove: async (id) => (await as(people.sam, (session) => deleteRecords(session, 'request', [{ pointer: '', id }])))[0],
    submit: async (id, named) => {
      const object = await as(people.sam, (session) => Promise.resolve(session.model.objects['request']));
      if (object === undefined) throw new TypeError('There are requests.');
      return (await as(people.sam, (session) => submitRecord(session, { object, id, process: named }))).approval;
    },
    act: async (id, who, action, more = {}) => {
      const [row] = await approvals(id);
      if (row === undefined) throw new TypeError('Nothing is to be approved.');
      const turn = who === null ? undefined : turnOf(row.state, who);
      const whole = {
        ...(['recall', 'resubmit', 'cancel', 'retry', 'remind'].includes(action.type) ? {} : { turn }),
        ...action,
      } as ActorAction;
      return as(who ?? acme.administrator, (session) => actOn(session, { approval: String(row['id']), by: who, action: whole, ...more }));
    },
    record,
    approvals,
    consistent: async (id) => {
      const all = await approvals(id);
      const pending = all.filter(({ ended_at: ended }) => ended === null);
      const { locked_by_id: lockedBy = null, deleted_at: deletedAt } = await record(id);
      const tasks = await engine.sql(
        `select turn from ${schema}.approval_task where about_id = $1 and kind = 'approve' and state = 'open' and deleted_at is null`,
        [id],
      );
      const isGone = deletedAt !== null && deletedAt !== undefined;
      return { pending: pending.length, locked: lockedBy !== null && !isGone, tasks: tasks.map(({ turn }) => String(turn)).sort() };
    },
    close: () => engine.close(),
  };
}

export const events = ['create', 'update', 'delete', 'submit'] as const;

/** Hands a request in, by the event; gives its id. */
export async function handIn(scene: ApprovalScene, event: (typeof events)[number], kind: string): Promise<string> {
  const id = await scene.create({ kind, amount: 1 });
  if (event === 'update') await scene.change(id, { amount: 2 });
  if (event === 'delete') await scene.remove(id);
  if (event === 'submit') await scene.submit(id);
  return id;
}

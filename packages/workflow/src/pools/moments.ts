// Pools at the moments of writes: new records enter them, fields follow the owner, and the history of owners and the timers follow the write.
import type { Model, ObjectModel, PoolModel } from '@tessera/metadata';
import {
  addToHistory,
  recordKey,
  sameValue,
  type Changes,
  type Proposals,
  type Proposed,
  type RecordChanged,
  type Verdict,
  type Voice,
  type WriteSession,
} from '@tessera/records';
import type { Value } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';
import { decideOwners } from '../assignment/decide.ts';
import { decisionValue } from '../assignment/decision.ts';
import { asPlatform } from '../automations/sessions.ts';
import type { MomentsPart } from '../moments-part.ts';
import { meeting } from '../triggers/due.ts';
import { idOf } from '../triggers/record-id.ts';
import { roomIn } from './limits.ts';
import { ownerHistories, poolOf, poolsOf, textIn } from './pools-of.ts';
import { followRecycling } from './recycling.ts';

type Values = Readonly<Record<string, Value>>;

/** Where the record lies and since when, by who owns it now. */
function places(at: string, old: RecordValues | undefined, now: RecordValues): Values {
  if (textIn(now, 'pool') === undefined) return {};
  const owner = textIn(now, 'owner');
  if (owner === undefined) return textIn(now, 'pooledAt') === undefined ? { pooledAt: at, heldSince: null } : {};
  const isNew = textIn(now, 'heldSince') === undefined || owner !== textIn(old, 'owner');
  return isNew ? { pooledAt: null, heldSince: at } : {};
}

const isVoid = (record: RecordValues | undefined): boolean => record?.['lifeStatus'] === 'void';

/** What is void is in no pool; it enters one again when it counts again, and stays whose it is. */
async function letGoOrBack(session: WriteSession, changes: Proposals): Promise<ReadonlyMap<string, Values>> {
  const back = changes.records.filter(({ old, values }) => isVoid(old) && !isVoid(values));
  const entered = back.length === 0 ? new Map<string, PoolModel>() : await entering(session, { ...changes, records: back });
  const gone = changes.records.filter(({ old, values }) => isVoid(values) && textIn(old, 'pool') !== undefined);
  return new Map<string, Values>([
    ...gone.map(({ id }) => [id, { pool: null, pooledAt: null, heldSince: null }] as const),
    ...[...entered].map(([id, pool]) => [id, { pool: pool.name }] as const),
  ]);
}

/** A new record enters the first pool whose condition holds. By id. */
async function entering(session: WriteSession, { object, records }: Changes): Promise<ReadonlyMap<string, PoolModel>> {
  const entered = new Map<string, PoolModel>();
  for (const pool of poolsOf(session.model, object.name)) {
    const { enter } = pool;
    const open = records.filter(({ id, values }) => !entered.has(id) && textIn(values, 'pool') === undefined);
    if (enter === undefined || open.length === 0) continue;
    const met = await meeting(
      session,
      object,
      { when: enter },
      open.map(({ values }) => values),
    );
    for (const record of met) entered.set(idOf(record), pool);
  }
  return entered;
}

/** To whom the pool's rule gives new records, by id. */
async function assigned(
  session: WriteSession,
  object: ObjectModel,
  pool: PoolModel,
  records: readonly RecordChanged[],
): Promise<ReadonlyMap<string, string>> {
  const rule = pool.assign === undefined ? undefined : session.model.assignmentRules[pool.assign];
  if (rule === undefined) return new Map();
  const platform = asPlatform(session, session.slots.user);
  const subjects = records.map(({ id, values }) => ({ record: { object: object.name, id, values }, actor: session.slots.user }));
  const decisions = await decideOwners(platform, rule, subjects, roomIn(platform, object, pool));
  const owners = new Map<string, string>();
  records.forEach(({ id }, i) => {
    const decision = decisions[i];
    if (decision === undefined) return;
    const way = decision.user === undefined ? 'entered' : 'assigned';
    session.ownerNotes.set(recordKey(object.name, id), { way, decision: decisionValue(decision) });
    if (decision.user !== undefined) owners.set(id, decision.user);
  });
  return owners;
}

/** Whose maker, or something before the save, has said whose it is. */
const isGiven = ({ input, values }: Proposed, maker: string | null): boolean => {
  const owner = textIn(values, 'owner');
  return owner !== undefined && (Object.hasOwn(input, 'owner') || owner !== maker);
};

/** What is given to somebody when it is made is that person's; all else lies in the pool. */
async function enter(session: WriteSession, changes: Proposals): Promise<ReadonlyMap<string, Values>> {
  const entered = await entering(session, changes);
  const values = new Map<string, Values>([...entered].map(([id, pool]) => [id, { pool: pool.name }]));
  const free = changes.records.filter((record) => entered.has(record.id) && !isGiven(record, session.slots.user));
  // Pool by pool in their order, so that everybody locks alike.
  for (const pool of poolsOf(session.model, changes.object.name)) {
    const records = free.filter(({ id }) => entered.get(id) === pool);
    if (records.length === 0) continue;
    const owners = await assigned(session, changes.object, pool, records);
    for (const { id } of records) values.set(id, { pool: pool.name, owner: owners.get(id) ?? null });
  }
  return values;
}

const voice: Voice<WriteSession> = {
  asPerson: false,
  say: async (session, changes) => {
    const entered = await (changes.event === 'create' ? enter(session, changes) : letGoOrBack(session, changes));
    return new Map(
      changes.records.map(({ id, old, values }): [string, Verdict] => {
        const own = entered.get(id) ?? {};
        return [id, { problems: [], values: { ...own, ...places(session.at, old, { ...values, ...own }) } }];
      }),
    );
  },
};

/** Pools have their say late: whatever else is set before the save counts for them. */
export function poolPlaces(model: Model): MomentsPart | undefined {
  const objects = new Set(Object.values(model.pools).map(({ object }) => object));
  if (objects.size === 0) return undefined;
  return {
    concerns: () => false,
    afterSave: () => Promise.resolve(),
    before: ({ name }, event) => ((event === 'create' || event === 'update') && objects.has(name) ? [voice] : []),
  };
}

/** One row for each record that has come to another owner, or into a pool. */
function rowsOf({ at, ownerNotes }: WriteSession, history: ObjectModel, { object, event, records }: Changes): readonly RecordValues[] {
  return records.flatMap(({ id, old, values }): readonly RecordValues[] => {
    const key = recordKey(object.name, id);
    const note = ownerNotes.get(key);
    ownerNotes.delete(key);
    const moved = !sameValue(old?.['owner'], values['owner']) || !sameValue(old?.['pool'], values['pool']);
    if (event === 'create' ? note === undefined && textIn(values, 'pool') === undefined : !moved) return [];
    const way = note?.way ?? (event === 'create' ? 'entered' : 'changed');
    const row: Record<string, Value> = {
      name: way,
      record: id,
      way,
      from: old?.['owner'] ?? null,
      to: values['owner'] ?? null,
      pool: values['pool'] ?? null,
      reason: note?.reason ?? null,
      note: note?.note ?? null,
      decision: note?.decision ?? null,
      at,
    };
    return [Object.fromEntries(Object.entries(row).filter(([name]) => history.fields[name] !== undefined))];
  });
}

/** The history of owners, and the timers of what goes back by itself. */
export function ownerChanges(model: Model): MomentsPart | undefined {
  const histories = ownerHistories(model);
  if (histories.size === 0) return undefined;
  return {
    concerns: ({ name }) => histories.has(name),
    afterSave: async (session, changes) => {
      const { object, event } = changes;
      const history = histories.get(object.name);
      if (history === undefined) return;
      if (event === 'create' || event === 'update') await addToHistory(session, history, rowsOf(session, history, changes));
      await followRecycling(session, changes, (record) => poolOf(model, record));
    },
  };
}

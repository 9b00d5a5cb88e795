// What the machine asks, answered from the tenant as it is just then: for many approvals at once, by a handful of statements.
import type { ApprovalProcessModel, ApprovalProcessStepModel, ApprovalStepModel, NotifyStepModel, PersonModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { Expression, Value } from '@tessera/rules';
import { membersOfRoles, standInsOf } from '@tessera/storage';
import { workOut } from '../../automations/frame-values.ts';
import { asPlatform } from '../../automations/sessions.ts';
import type { Frame } from '../../automations/step-work.ts';
import { asksRoles } from '../../automations/tree.ts';
import { resolvePeople } from '../../people/index.ts';
import { drivenTogether, type Asking, type Facts, type Question } from '../machine/facts.ts';
import type { ApprovalSubject } from './happened.ts';

/** Something for which the machine works. */
export interface Asker {
  readonly process: ApprovalProcessModel;
  readonly subject: ApprovalSubject;
  /** Whom somebody chose so far, by step. */
  readonly chosen: Readonly<Record<string, readonly string[]>>;
}

interface Asked {
  readonly asker: Asker;
  readonly question: Question;
}

type Chosen = Asker['chosen'];
type Parameter<K extends keyof Facts> = Parameters<Facts[K]>;

/** What a process says at its paths. */
interface Said {
  readonly conditions: ReadonlyMap<string, Expression>;
  readonly approvals: ReadonlyMap<string, ApprovalStepModel>;
  readonly asksRoles: boolean;
}

function gather(
  steps: readonly ApprovalProcessStepModel[],
  said: { readonly conditions: Map<string, Expression>; readonly approvals: Map<string, ApprovalStepModel> },
): void {
  for (const step of steps) {
    if (step.when !== undefined) said.conditions.set(step.path, step.when);
    if (step.type === 'approval') said.approvals.set(step.path, step);
    const ways = step.type === 'branch' ? step.cases : step.type === 'parallel' ? step.branches : [];
    for (const { path, when, steps: within } of ways) {
      if (when !== undefined) said.conditions.set(path, when);
      gather(within, said);
    }
    if (step.type === 'branch') gather(step.otherwise, said);
  }
}

function saidIn(process: ApprovalProcessModel): Said {
  const said = { conditions: new Map<string, Expression>(), approvals: new Map<string, ApprovalStepModel>() };
  gather(process.steps, said);
  return { ...said, asksRoles: asksRoles(process.steps) || asksRoles(process.entry) };
}

const frameOf = ({ object, id, values, old, submitter }: ApprovalSubject): Frame => ({
  key: id,
  runId: undefined,
  records: [{ object: object.name, id, values }],
  old,
  inputs: {},
  outcomes: {},
  actor: submitter,
  chain: [],
});

/** Of all who asked, those who can be answered together, with the answers in their order. */
async function grouped(
  asked: readonly Asked[],
  keyOf: (one: Asked) => string,
  answer: (group: readonly Asked[], first: Asked) => Promise<readonly unknown[]>,
): Promise<readonly unknown[]> {
  const answers = new Map<Asked, unknown>();
  for (const group of Map.groupBy(asked, keyOf).values()) {
    const [first] = group;
    const found = first === undefined ? [] : await answer(group, first);
    for (const [i, one] of group.entries()) answers.set(one, found[i]);
  }
  return asked.map((one) => answers.get(one));
}

/** The facts of one transaction: what it has found out about people is kept until it ends. */
export class LiveFacts {
  readonly #session: WriteSession;
  readonly #sessions = new Map<string, Promise<WriteSession>>();
  readonly #managers = new Map<string, string | null>();
  /** By process: somebody may have delegated one alone. */
  readonly #standIns = new Map<string, Map<string, string | null>>();
  #administrators: Promise<readonly string[]> | undefined;

  /** @param session with the platform's rights */
  constructor(session: WriteSession) {
    this.#session = session;
  }

  /** Does the work of the machine for each of those who ask. */
  drive<T>(works: readonly { readonly asker: Asker; readonly work: Asking<T> }[]): Promise<readonly T[]> {
    return drivenTogether(
      works.map(({ work }) => work),
      (asked) =>
        this.#answer(asked.flatMap(({ work, question }) => (works[work] === undefined ? [] : [{ asker: works[work].asker, question }]))),
    );
  }

  /** Whether a rule over the record, as it would be, holds for each of those who ask. */
  async holds(askers: readonly Asker[], ruleOf: (asker: Asker) => Expression | undefined): Promise<readonly boolean[]> {
    const asked = askers.map((asker) => ({ asker, question: { ask: 'holds', of: [] } as const }));
    const found = await this.#byProcess(asked, async (group, { asker: first }) => {
      const rule = ruleOf(first);
      if (rule === undefined) return group.map(() => true);
      return (await this.#values(group, { rule })).map((values) => values['rule'] === true);
    });
    return found.map((one) => one === true);
  }

  /** What a step `notify` says for each of those who ask: whom it tells, and of which record. */
  async told(
    askers: readonly Asker[],
    { path, to, about }: NotifyStepModel,
  ): Promise<readonly { readonly people: readonly string[]; readonly about: Value }[]> {
    const asked = askers.map((asker) => ({ asker, question: { ask: 'instead', of: [path] } as const }));
    const found = await this.#byProcess(asked, async (group) => {
      const people = await this.#people(group, to);
      const values = about === undefined ? [] : await this.#values(group, { about });
      return group.map((_, i) => ({ people: people[i] ?? [], about: values[i]?.['about'] ?? null }));
    });
    return found as Awaited<ReturnType<LiveFacts['told']>>;
  }

  async administrators(): Promise<readonly string[]> {
    const { transaction, target, model } = this.#session;
    const roles = Object.values(model.roles).flatMap(({ name, administrator }) => (administrator ? [name] : []));
    this.#administrators ??= membersOfRoles(transaction, target, roles).then((members) => [...new Set(members.map(({ id }) => id))]);
    return this.#administrators;
  }

  async #answer(asked: readonly Asked[]): Promise<readonly unknown[]> {
    return grouped(
      asked,
      ({ question }) => question.ask,
      (group, { question: { ask } }) => this.#kind(ask, group),
    );
  }

  async #kind(ask: keyof Facts, asked: readonly Asked[]): Promise<readonly unknown[]> {
    switch (ask) {
      case 'holds':
        return this.#byProcess(asked, async (group, { asker, question }) => {
          const [path] = question.of as Parameter<'holds'>;
          const rule = this.#said(asker.process).conditions.get(path);
          if (rule === undefined) return group.map(() => true);
          return (await this.#values(group, { rule })).map((values) => values['rule'] === true);
        });
      case 'people':
        return this.#byProcess(asked, async (group, { asker, question }) => {
          const [path, name] = question.of as Parameter<'people'>;
          const step = this.#said(asker.process).approvals.get(path);
          const entry = step?.approvers.find((approver) => approver.name === name);
          const found = await this.#people(group, entry === undefined ? [] : [entry.person]);
          // Whoever chooses the submitter has chosen nobody: a step is not to be passed by that.
          if (entry?.person.kind !== 'chosen' || step?.sameAsSubmitter !== 'skip') return found;
          return found.map((people, i) => people.filter((person) => person !== group[i]?.asker.subject.submitter));
        });
      case 'instead':
        return this.#byProcess(asked, async (group, { asker, question }) => {
          const [path] = question.of as Parameter<'instead'>;
          const nobody = this.#said(asker.process).approvals.get(path)?.nobody;
          return this.#people(group, nobody?.do === 'ask' ? nobody.to : []);
        });
      case 'transferTo':
        return this.#byProcess(asked, async (group, { asker, question }) => {
          const [path, timeout] = question.of as Parameter<'transferTo'>;
          return this.#people(group, this.#said(asker.process).approvals.get(path)?.timeouts[timeout]?.to ?? []);
        });
      case 'managerOf':
        return this.#each(asked, this.#managers, (ids) => this.#findManagers(ids));
      case 'standIn':
        return grouped(
          asked,
          ({ asker }) => asker.process.name,
          (group, { asker: { process } }) =>
            this.#each(group, this.#standInsIn(process.name), (ids) => this.#findStandIns(ids, process.name)),
        );
      case 'administrators': {
        const found = await this.administrators();
        return asked.map(() => found);
      }
    }
  }

  #said(process: ApprovalProcessModel): Said {
    const { target } = this.#session;
    return target.kept.keep(target, process, 'said', () => saidIn(process));
  }

  /** Together those of one process and submitter who ask the same. */
  #byProcess(
    asked: readonly Asked[],
    answer: (group: readonly Asked[], first: Asked) => Promise<readonly unknown[]>,
  ): Promise<readonly unknown[]> {
    const keyOf = ({ asker: { process, subject }, question: { of } }: Asked): string => {
      // Whom somebody chose is each one's own.
      const [path, what] = of;
      return JSON.stringify([process.name, process.hash, subject.submitter, path, what]);
    };
    return grouped(asked, keyOf, answer);
  }

  /** Rules see the submitter as `$user`, whoever acts. */
  async #sessionOf({ process, subject: { submitter } }: Asker): Promise<WriteSession> {
    const roles = this.#said(process).asksRoles;
    const key = `${submitter} ${String(roles)}`;
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    const made = roles
      ? this.#session.accessOf(this.#session, submitter).then((access) => asPlatform(this.#session, submitter, access?.policy.roles ?? []))
      : Promise.resolve(asPlatform(this.#session, submitter, []));
    this.#sessions.set(key, made);
    return made;
  }

  async #values(group: readonly Asked[], rules: Readonly<Record<string, Expression>>): Promise<readonly Readonly<Record<string, Value>>[]> {
    const [first] = group;
    if (first === undefined) return [];
    const names = Object.keys(rules);
    const all = Object.values(rules);
    const frames = group.map(({ asker }) => frameOf(asker.subject));
    const [only] = all;
    const about = all.length === 1 && only !== undefined ? only : rules;
    const found = await workOut(await this.#sessionOf(first.asker), { about, rules: all }, frames);
    return found.map((values) => Object.fromEntries(names.map((name, n) => [name, values[n] ?? null])));
  }

  async #people(group: readonly Asked[], entries: readonly PersonModel[]): Promise<readonly (readonly string[])[]> {
    if (entries.length === 0) return group.map(() => []);
    const found = await resolvePeople(this.#session, {
      entries,
      subjects: group.map(({ asker: { subject, chosen }, question }) => ({
        record: { object: subject.object.name, id: subject.id, values: subject.values },
        actor: subject.submitter,
        submitter: subject.submitter,
        chosen: question.ask === 'people' ? (question.of[2] as Chosen) : chosen,
      })),
      evaluateAll: (rules) => this.#values(group, rules),
    });
    return found.map(({ people }) => people.map(({ user }) => user));
  }

  /** What is asked of people one by one; those who are known already are not asked for again. */
  async #each(
    asked: readonly Asked[],
    known: Map<string, string | null>,
    find: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>,
  ): Promise<readonly (string | null)[]> {
    const ids = asked.map(({ question }) => String(question.of[0]));
    const missing = [...new Set(ids)].filter((id) => !known.has(id));
    const found = missing.length === 0 ? new Map<string, string>() : await find(missing);
    for (const id of missing) known.set(id, found.get(id) ?? null);
    return ids.map((id) => known.get(id) ?? null);
  }

  async #findManagers(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = await resolvePeople(this.#session, {
      entries: [{ name: 'manager', kind: 'managerOf', who: 'actor', levels: 1 }],
      subjects: ids.map((actor) => ({ actor })),
      evaluateAll: () => Promise.resolve([]),
    });
    return new Map(
      found.flatMap(({ people: [manager] }, i) => (manager === undefined || ids[i] === undefined ? [] : [[ids[i], manager.user] as const])),
    );
  }

  #standInsIn(process: string): Map<string, string | null> {
    const known = this.#standIns.get(process) ?? new Map<string, string | null>();
    this.#standIns.set(process, known);
    return known;
  }

  #findStandIns(ids: readonly string[], process: string): Promise<ReadonlyMap<string, string>> {
    const { transaction, target, at } = this.#session;
    return standInsOf(transaction, target, { ids, at, process });
  }
}

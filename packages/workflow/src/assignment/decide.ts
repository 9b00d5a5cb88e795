// Asks an assignment rule who gets records: case by case, for all records together; whose turn it is, is decided under a lock.
import type { ErrorCode } from '@tessera/kernel';
import type { AssignmentCaseModel, AssignmentRuleModel, AutomationModel, DecideStepModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { Expression, Value } from '@tessera/rules';
import { absentOf, lockScopesStatement, ownedBy, saveTurns, turnsOf } from '@tessera/storage';
import { workOut } from '../automations/frame-values.ts';
import type { Frame, FrameRecord } from '../automations/step-work.ts';
import { doStepBy } from '../automations/frame-work.ts';
import { decide as askTable } from '../automations/steps/decide.ts';
import { doorIn } from '../jobs/handlers.ts';
import { resolvePeople, type PeopleFound, type ResolvedPerson } from '../people/index.ts';
import { after, choose, type Standing } from './choose.ts';
import type { Decision, NotDeciding, PassedOver } from './decision.ts';

/** A record that somebody is to get. */
export interface AssignmentSubject {
  /** As it is, or as it is to be. */
  readonly record: FrameRecord;
  readonly actor: string | null;
}

/** How many more records each of these people may get; whoever is not there, any number. */
export type RoomOf = (people: readonly string[]) => Promise<ReadonlyMap<string, number>>;

const noRoomAsked: RoomOf = () => Promise.resolve(new Map());

/** Decision tables are asked by a step, which is part of some automation. */
const asAutomation = ({ name, label, object }: AssignmentRuleModel): AutomationModel => ({
  name,
  label,
  object,
  order: 0,
  runAs: 'system',
  trigger: { type: 'called', inputs: {} },
  when: undefined,
  steps: [],
  existing: 'skip',
  hash: '',
});

interface Informed {
  readonly frame: Frame;
  /** Why the decision table says nothing. */
  readonly undecided: ErrorCode | undefined;
}

/** The frames with what the decision table says; where it says nothing the rules read nothing. */
async function decided(platform: WriteSession, rule: AssignmentRuleModel, frames: readonly Frame[]): Promise<readonly Informed[]> {
  const { decide } = rule;
  if (decide === undefined) return frames.map((frame) => ({ frame, undecided: undefined }));
  const place = { name: 'decision', path: 'decision', order: 0, label: undefined, when: undefined };
  const step: DecideStepModel = { ...place, type: 'decide', ...decide, asOf: undefined };
  const block = (): never => {
    throw new TypeError('A decision has no steps.');
  };
  const { results } = await doStepBy(askTable, { session: platform, platform, automation: asAutomation(rule), block }, step, frames);
  return frames.map((frame, i) => {
    const result = results[i];
    const outcomes = result?.kind === 'done' ? { decision: result.outcome } : {};
    return { frame: { ...frame, outcomes }, undecided: result?.kind === 'failed' ? result.problem.code : undefined };
  });
}

const framesOf = (subjects: readonly AssignmentSubject[]): readonly Frame[] =>
  subjects.map(({ record, actor }) => ({
    key: record.id,
    runId: undefined,
    records: [record],
    old: undefined,
    inputs: {},
    outcomes: {},
    actor,
    chain: [],
  }));

interface Candidates {
  readonly people: readonly ResolvedPerson[];
  readonly passed: readonly PassedOver[];
}

/** Those who are meant and there: whoever is absent is replaced where the rule says so and somebody can, else passed over. */
async function candidatesFor(
  platform: WriteSession,
  { to, absent }: AssignmentCaseModel,
  frames: readonly Frame[],
): Promise<readonly Candidates[]> {
  const evaluateAll = async (rules: Readonly<Record<string, Expression>>): Promise<readonly Readonly<Record<string, Value>>[]> => {
    const names = Object.keys(rules);
    const found = await workOut(platform, { about: rules, rules: Object.values(rules) }, frames);
    return found.map((values) => Object.fromEntries(names.map((name, n) => [name, values[n] ?? null])));
  };
  const found: readonly PeopleFound[] = await resolvePeople(platform, {
    entries: to,
    subjects: frames.map(({ records: [record], actor }) => ({ record, actor })),
    evaluateAll,
    ...(absent === 'standIn' ? { standInsAt: platform.at } : {}),
  });
  const ids = [...new Set(found.flatMap(({ people }) => people.map(({ user }) => user)))];
  const away = await absentOf(platform.transaction, platform.target, { ids, at: platform.at });
  return found.map(({ people }) => ({
    people: people.filter(({ user }) => !away.has(user)),
    passed: people.flatMap(({ user }) => (away.has(user) ? [{ user, why: 'absent' as const }] : [])),
  }));
}

/** Chooses for one record after the other: each counts for the next. */
class Choosing {
  readonly #platform: WriteSession;
  readonly #rule: AssignmentRuleModel;
  readonly #one: AssignmentCaseModel;
  #standing: Standing = { turns: new Map(), load: new Map() };
  #room = new Map<string, number>();
  readonly #served = new Map<string, number>();

  constructor(platform: WriteSession, rule: AssignmentRuleModel, one: AssignmentCaseModel) {
    this.#platform = platform;
    this.#rule = rule;
    this.#one = one;
  }

  get #turn(): string {
    return `${this.#rule.name}/${this.#one.name}`;
  }

  async begin(people: readonly string[], roomOf: RoomOf): Promise<void> {
    const { transaction, target, model, slots } = this.#platform;
    const { method } = this.#one;
    if (method !== 'first') {
      const object = model.objects[this.#rule.object];
      const byLoad = method === 'leastLoad' && object !== undefined;
      const load = byLoad
        ? await ownedBy(transaction, target, object, { people, where: this.#rule.load }, slots)
        : new Map<string, number>();
      this.#standing = { turns: await turnsOf(doorIn(this.#platform), this.#turn), load };
    }
    this.#room = new Map(await roomOf(people));
  }

  choose({ people, passed }: Candidates): Pick<Decision, 'user' | 'for' | 'why' | 'among' | 'passed' | 'load'> {
    const open = people.filter(({ user }) => (this.#room.get(user) ?? 1) > 0);
    const full = people.flatMap(({ user }) => (open.some((each) => each.user === user) ? [] : [{ user, why: 'full' as const }]));
    const user = choose(
      this.#one.method,
      open.map((each) => each.user),
      this.#standing,
    );
    const left = [...passed, ...full];
    const found = open.find((each) => each.user === user);
    if (found === undefined) return { user: undefined, why: undefined, among: 0, passed: left };
    const load = this.#one.method === 'leastLoad' ? { load: this.#standing.load.get(found.user) ?? 0 } : {};
    this.#standing = after(this.#standing, found.user);
    this.#served.set(found.user, this.#standing.turns.get(found.user) ?? 0);
    const room = this.#room.get(found.user);
    if (room !== undefined) this.#room.set(found.user, room - 1);
    return {
      user: found.user,
      ...(found.for === undefined ? {} : { for: found.for }),
      why: found.why,
      among: open.length,
      passed: left,
      ...load,
    };
  }

  async end(): Promise<void> {
    if (this.#one.method !== 'first') await saveTurns(doorIn(this.#platform), this.#turn, this.#served);
  }
}

interface Open {
  readonly i: number;
  readonly frame: Frame;
}

/**
 * Nobody else asks for a turn of the rule until the transaction ends: none is skipped, and none is given twice. Before people are locked, whom
 * several of its cases may mean.
 */
async function lockTurns({ transaction, target }: WriteSession, { name, rules }: AssignmentRuleModel): Promise<void> {
  if (rules.every(({ method }) => method === 'first')) return;
  await transaction.query(lockScopesStatement(target.schema, [`turns of ${name}`]));
}

/** For each record, in their order, who gets it. The session is the platform's. */
export async function decideOwners(
  platform: WriteSession,
  rule: AssignmentRuleModel,
  subjects: readonly AssignmentSubject[],
  roomOf: RoomOf = noRoomAsked,
): Promise<readonly Decision[]> {
  const informed = await decided(platform, rule, framesOf(subjects));
  const before: NotDeciding[][] = subjects.map(() => []);
  const decisions = new Map<number, Decision>();
  await lockTurns(platform, rule);
  for (const one of rule.rules) {
    const open = informed.flatMap(({ frame }, i): readonly Open[] => (decisions.has(i) ? [] : [{ i, frame }]));
    if (open.length === 0) break;
    const { when } = one;
    const holds =
      when === undefined
        ? undefined
        : await workOut(
            platform,
            { about: when, rules: [when] },
            open.map(({ frame }) => frame),
          );
    const meets = (n: number): boolean => holds === undefined || holds[n]?.[0] === true;
    open.forEach(({ i }, n) => {
      if (!meets(n)) before[i]?.push({ rule: one.name, why: 'condition', passed: [] });
    });
    const meant = open.filter((_, n) => meets(n));
    if (meant.length === 0) continue;
    const candidates = await candidatesFor(
      platform,
      one,
      meant.map(({ frame }) => frame),
    );
    const choosing = new Choosing(platform, rule, one);
    const people = [...new Set(candidates.flatMap((each) => each.people.map(({ user }) => user)))].sort();
    await choosing.begin(people, roomOf);
    meant.forEach(({ i }, n) => {
      const found = choosing.choose(candidates[n] ?? { people: [], passed: [] });
      if (found.user === undefined) before[i]?.push({ rule: one.name, why: 'nobody', passed: found.passed });
      else decisions.set(i, { assignmentRule: rule.name, rule: one.name, method: one.method, ...found, before: before[i] ?? [] });
    });
    await choosing.end();
  }
  const nobody = { rule: undefined, user: undefined, method: undefined, why: undefined, among: 0, passed: [] };
  return informed.map(({ undecided }, i) => {
    const decision = decisions.get(i) ?? { assignmentRule: rule.name, ...nobody, before: before[i] ?? [] };
    return undecided === undefined ? decision : { ...decision, undecided };
  });
}

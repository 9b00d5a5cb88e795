// assign: gives the record to whom an assignment rule finds, or to the first of those who are named and there.
import { problem, type Problem } from '@tessera/kernel';
import type { AssignmentRuleModel, AssignStepModel } from '@tessera/metadata';
import { recordKey } from '@tessera/records';
import type { Value } from '@tessera/rules';
import { decideOwners, type AssignmentSubject } from '../../assignment/decide.ts';
import { decisionValue, type Decision } from '../../assignment/decision.ts';
import { roomIn } from '../../pools/limits.ts';
import { poolOf } from '../../pools/pools-of.ts';
import { readStored } from '../frame-records.ts';
import { resolvePeople, type LeftOut } from '../../people/index.ts';
import { countRecords } from '../limits.ts';
import type { FrameRecord, StepDoer, StepResult, StepWork } from '../step-work.ts';
import { giveTo } from './give.ts';

type Work = StepWork<AssignStepModel>;

/** The records that the rule of the step gives; undefined: none, or none that is there. */
async function recordsOf({ platform, step }: Work, ids: readonly Value[]): Promise<readonly (FrameRecord | undefined)[]> {
  const { object } = step;
  const named = ids.flatMap((id) => (typeof id === 'string' ? [{ object, id }] : []));
  const stored = await readStored(platform, named, { locked: true });
  return ids.map((id) => {
    const found = typeof id === 'string' ? stored.get({ object, id }) : undefined;
    return typeof id !== 'string' || found === undefined || found.deleted ? undefined : { object, id, values: found.values };
  });
}

/** By the assignment rule; records of pools within what one may have of them. */
async function byRule(
  { platform, step }: Work,
  rule: AssignmentRuleModel,
  subjects: readonly AssignmentSubject[],
): Promise<readonly Decision[]> {
  const object = platform.model.objects[step.object];
  const decisions = new Map<AssignmentSubject, Decision>();
  for (const [pool, own] of Map.groupBy(subjects, ({ record }) => poolOf(platform.model, record.values))) {
    const room = pool === undefined || object === undefined ? undefined : roomIn(platform, object, pool);
    const found = await decideOwners(platform, rule, own, room);
    own.forEach((subject, i) => {
      const decision = found[i];
      if (decision !== undefined) decisions.set(subject, decision);
    });
  }
  return subjects.flatMap((subject) => decisions.get(subject) ?? []);
}

interface Found {
  readonly user?: string | undefined;
  readonly decision?: Decision;
  /** Those whom `to` names and who are not there. */
  readonly leftOut?: readonly LeftOut[];
}

/** Whom the rule of the step finds for each frame: users with what is kept of why. */
async function found(work: Work, records: readonly (FrameRecord | undefined)[]): Promise<readonly Found[]> {
  const { step, frames, platform } = work;
  const { to, assignmentRule } = step;
  if (to !== undefined) {
    const subjects = frames.map(({ actor }, i) => ({ record: records[i], actor }));
    const people = await resolvePeople(platform, {
      entries: to,
      subjects,
      evaluateAll: (rules) => work.evaluateAll(rules),
      standInsAt: platform.at,
    });
    return people.map(({ people: [first], leftOut }) => ({ user: first?.user, leftOut }));
  }
  const rule = platform.model.assignmentRules[assignmentRule ?? ''];
  if (rule === undefined) return frames.map(() => ({}));
  const open = frames.flatMap(({ actor }, i) => (records[i] === undefined ? [] : [{ i, subject: { record: records[i], actor } }]));
  const decisions = await byRule(
    work,
    rule,
    open.map(({ subject }) => subject),
  );
  const byFrame = new Map(open.map(({ i }, n) => [i, decisions[n]]));
  return frames.map((_, i) => {
    const decision = byFrame.get(i);
    return decision === undefined ? {} : { user: decision.user, decision };
  });
}

function nobodyFor({ automation, step }: Work, id: string, leftOut: readonly LeftOut[]): Problem {
  const { assignmentRule: rule, path } = step;
  if (rule !== undefined) return problem('ASSIGNMENT_NONE', { rule, id });
  const why = leftOut.map(({ user, why: state }) => `${user} is ${state}`).join(', ');
  const reason = `nobody whom \`to\` names is there for the record ${id}${why === '' ? '' : ` (${why})`}. Name others beside them.`;
  return problem('AUTOMATION_FAILED', { automation: automation.name, step: path, reason });
}

export const assign: StepDoer<AssignStepModel> = async (work) => {
  const { step, platform } = work;
  const ids = await work.evaluate(step.record);
  const records = await recordsOf(work, ids);
  const people = await found(work, records);
  const given = records.flatMap((record, i) => {
    const user = people[i]?.user;
    return record === undefined || user === undefined ? [] : [{ id: record.id, user, decision: people[i]?.decision }];
  });
  countRecords(platform, given.length);
  for (const { id, decision } of given)
    platform.ownerNotes.set(recordKey(step.object, id), {
      way: 'assigned',
      ...(decision === undefined ? {} : { decision: decisionValue(decision) }),
    });
  await giveTo(
    work,
    given.map(({ id, user }) => ({ id, input: { owner: user } })),
  );
  return records.map((record, i): StepResult => {
    const { user, decision, leftOut = [] } = people[i] ?? {};
    if (record === undefined) return { kind: 'done', outcome: { to: null, rule: null } };
    if (user === undefined) return { kind: 'failed', problem: nobodyFor(work, record.id, leftOut) };
    return {
      kind: 'done',
      outcome: { to: user, rule: decision?.rule ?? null },
      input: { record: record.id, ...(decision === undefined ? {} : { decision }) },
    };
  });
};

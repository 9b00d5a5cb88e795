// What an allocation is about: where it keeps what targets get, which of those records are one allocation, and what they keep so far.
import { problem } from '@tessera/kernel';
import { canonicalJson, type AllocateStepModel, type ObjectModel, type ValueModels } from '@tessera/metadata';
import { keyValues, objectOf, uniqueKey } from '@tessera/records';
import { readsFrame, type Expression } from '@tessera/rules';
import { recordOf, scopedRecordsStatement, type RecordValues, type UniqueKey } from '@tessera/storage';
import type { Frame, StepResult, StepWork } from '../step-work.ts';
import { inputsOf } from '../writing.ts';

export type AllocateWork = StepWork<AllocateStepModel>;

/** What the step is about, as its session knows it. */
export interface Ledger {
  readonly object: ObjectModel;
  readonly key: UniqueKey;
  /** Those fields of the key that are the same for all targets: records that share their values are one allocation. */
  readonly scope: Pick<UniqueKey, 'name' | 'fields' | 'where'>;
  readonly scopeRules: ValueModels;
  /** Of the values those that make the key. */
  readonly keyRules: ValueModels;
  /** `currency` where a field of the record says in which the amount is. */
  readonly targetRules: Readonly<Record<string, Expression>>;
  readonly scale: number;
}

export function ledgerOf({ session, step }: AllocateWork): Ledger {
  const { into, over, capacity, tier, weight } = step;
  const object = objectOf(session, into.object);
  const key = uniqueKey(object, into.by.name, session.access.view.objects[into.object]);
  return session.target.kept.keep(session.target, step, `allocate ${session.access.policy.shape}`, () => {
    const common = key.fields.filter(({ name }) => {
      const rule = into.values[name];
      return rule !== undefined && !readsFrame(rule, over.frame);
    });
    const rules = common.flatMap(({ name }) => (into.values[name] === undefined ? [] : [[name, into.values[name]] as const]));
    const decimal = object.fields[into.amount]?.decimal;
    const currency = into.values[decimal?.currencyField ?? ''];
    const ruled = Object.entries({ capacity, tier, weight, currency }).flatMap(([name, rule]) =>
      rule === undefined ? [] : [[name, rule] as const],
    );
    return {
      object,
      key,
      scope: { name: key.name, fields: common, where: key.where },
      scopeRules: Object.fromEntries(rules),
      keyRules: Object.fromEntries(Object.entries(into.values).filter(([name]) => into.by.fields.includes(name))),
      targetRules: Object.fromEntries(ruled),
      scale: decimal?.scale ?? 0,
    };
  });
}

/** One frame on its way. */
export interface Claim {
  readonly place: number;
  readonly frame: Frame;
  readonly scope: RecordValues;
  readonly scopeText: string;
}

/** The values of a key, to tell records apart by. */
export const textIn = (key: Pick<UniqueKey, 'fields'>, values: RecordValues): string =>
  canonicalJson(key.fields.map(({ name }) => values[name] ?? null));

export const failed = ({ automation, step }: AllocateWork, reason: string): StepResult => ({
  kind: 'failed',
  problem: problem('AUTOMATION_FAILED', { automation: automation.name, step: step.name, reason }),
});

/** The frames by what tells their allocations apart; those of which nobody knows have their result. */
export async function claimsOf(
  work: AllocateWork,
  { scope, scopeRules, object }: Ledger,
  results: StepResult[],
): Promise<readonly Claim[]> {
  const { frames, session } = work;
  const evaluated = await work.evaluateAll(scopeRules);
  const paired = frames.map((frame, i) => ({ frame, values: evaluated[i] ?? {} }));
  const inputs = await inputsOf(session, object.name, scopeRules, paired);
  const names = scope.fields.map(({ name }) => name).join(', ');
  return frames.flatMap((frame, place): Claim[] => {
    const values = scope.fields.length === 0 ? undefined : keyValues(scope, inputs[place] ?? {});
    if (values !== undefined) return [{ place, frame, scope: values, scopeText: textIn(scope, values) }];
    const reason =
      names === ''
        ? `no field of the key ${scope.name} says which allocation it is: add one that is the same for all targets.`
        : `${names} must have values, or nobody can tell which records of ${object.name} belong to this allocation.`;
    results[place] = failed(work, reason);
    return [];
  });
}

/** Records that the allocations keep so far, locked. */
export async function recordsOf(
  { platform }: AllocateWork,
  { object, scope }: Ledger,
  claims: readonly Claim[],
): Promise<readonly (readonly RecordValues[])[]> {
  const found: RecordValues[][] = claims.map(() => []);
  const scopes = claims.map((claim) => claim.scope);
  const { rows } = await platform.transaction.query(scopedRecordsStatement(platform.target, object, scope, scopes));
  for (const row of rows) found[Number(row['#i'])]?.push(recordOf(object, row));
  return found;
}

// What validation rules say against deleting records, or making them void.
import { problem, type Problem } from '@tessera/kernel';
import type { ObjectModel, ValidationRuleModel } from '@tessera/metadata';
import { mayBeTold } from './commit-checks.ts';
import { recordEnvironment } from './environment.ts';
import { fetchFacts, noFacts } from './facts.ts';
import type { RecordChanged } from '../moments.ts';
import type { WriteSession } from '../session.ts';
import { inLanguage, isBroken } from '../steps/validate.ts';

/** What is wrong with a detail that the person may not see is told without naming it. */
function told(session: WriteSession, object: ObjectModel, rule: ValidationRuleModel): Problem {
  if (!mayBeTold(session, object, rule)) return problem('RECORD_REFUSED');
  const message = inLanguage(rule.message, session.context.languages);
  return problem('VALIDATION_FAILED', { message, rule: rule.name, object: object.name });
}

/** By id: the first rule that is broken. Rules see the record as it would be, with `$old` as it is; of one that goes both are as it is. */
export async function ruleObjections(
  session: WriteSession,
  object: ObjectModel,
  event: 'delete' | 'void',
  records: readonly RecordChanged[],
): Promise<ReadonlyMap<string, Problem>> {
  const rules = Object.values(object.validationRules).filter(({ on }) => on.includes(event));
  if (rules.length === 0 || records.length === 0) return new Map();
  const facts = await fetchFacts(
    session,
    object,
    rules.map((rule) => rule.refuseWhen),
    records.map(({ values, old }) => ({ record: values, old })),
    `checks on ${event}`,
  );
  return new Map(
    records.flatMap(({ id, values, old }, i) => {
      const environment = recordEnvironment(session, { object, record: values, old, facts: facts[i] ?? noFacts });
      const broken = rules.find((rule) => isBroken(session, rule, values, environment));
      return broken === undefined ? [] : [[id, told(session, object, broken)] as const];
    }),
  );
}

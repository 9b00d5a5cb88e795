// Commit checks: validation rules over the records that a transaction touched, once each, when everything is written.
import { bind, failAll, problem, type Problem } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { conditionsStatement } from '@tessera/storage';
import { objectOf, type WriteSession } from './session.ts';
import { inLanguage } from './steps/validate.ts';

async function checkObject(
  session: WriteSession,
  object: ObjectModel,
  touched: ReadonlyMap<string, string | undefined>,
): Promise<readonly Problem[]> {
  const rules = Object.values(object.validationRules).filter((rule) => rule.check === 'commit');
  if (rules.length === 0) return [];
  const statement = conditionsStatement(
    session.target,
    object,
    rules.map((rule) => rule.refuseWhen),
    [...touched.keys()],
  );
  const { rows } = await session.transaction.query(bind(statement, { ...session.slots }));
  return rows.flatMap((row) =>
    rules
      .filter(
        (rule, n) =>
          row[`c${String(n)}`] === true && (rule.recordTypes === undefined || rule.recordTypes.includes(String(row['record_type']))),
      )
      .map((rule) => {
        const params = {
          message: inLanguage(rule.message, session.context.languages),
          rule: rule.name,
          object: object.name,
          id: row['id'],
        };
        const place = touched.get(String(row['id'])) ?? '';
        return problem('VALIDATION_FAILED', params, { pointer: rule.at === undefined ? place : `${place}/${rule.at}` });
      }),
  );
}

/** Throws what the checks refuse; everything of the transaction goes back. */
export async function commitChecks(session: WriteSession): Promise<void> {
  const problems: Problem[] = [];
  for (const [name, ids] of session.touched) problems.push(...(await checkObject(session, objectOf(session, name), ids)));
  if (problems.length > 0) throw failAll('RECORDS_INVALID', problems);
}

// Commit checks: validation rules over the records that a transaction touched, once each, when everything is written.
import { failAll, problem, type Problem } from '@tessera/kernel';
import type { ObjectModel, ValidationRuleModel } from '@tessera/metadata';
import { conditionsStatement } from '@tessera/storage';
import { objectOf, type WriteSession } from '../session.ts';
import { inLanguage } from '../steps/validate.ts';

/** What is wrong with an object or field that the person may not see is told without naming it. */
export function mayBeTold({ access }: WriteSession, object: ObjectModel, { at }: ValidationRuleModel): boolean {
  const shown = access.view.objects[object.name];
  return shown !== undefined && (at === undefined || Object.hasOwn(shown.fields, at.split('/')[0] ?? ''));
}

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
    session.slots,
  );
  const { rows } = await session.transaction.query(statement);
  return rows.flatMap((row) =>
    rules
      .filter(
        (rule, n) =>
          row[`c${String(n)}`] === true && (rule.recordTypes === undefined || rule.recordTypes.includes(String(row['record_type']))),
      )
      .map((rule) => {
        const id = String(row['id']);
        const place = touched.get(id) ?? '';
        if (!mayBeTold(session, object, rule)) return problem('RECORD_REFUSED', {}, { pointer: place });
        const named = session.access.policy.administrator || touched.get(id) !== undefined ? { id } : {};
        const params = { message: inLanguage(rule.message, session.context.languages), rule: rule.name, object: object.name, ...named };
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

// Which record a target of a conversion takes instead of making a new one.
import { failAll, problem } from '@tessera/kernel';
import type { ConversionTargetModel, ObjectModel } from '@tessera/metadata';
import { keyValues, matchRecords, sightOf, uniqueKey, type WriteSession } from '@tessera/records';
import { findMatchesStatement, lockScopesStatement, lockStatement, recordReader, type RecordValues } from '@tessera/storage';
import { findRecords } from '../automations/frame-values.ts';
import type { Frame } from '../automations/step-work.ts';

type Input = Readonly<Record<string, unknown>>;

/** Two at once would each find nothing, and make the same twice. */
async function alone({ transaction, target }: WriteSession, object: Pick<ObjectModel, 'name'>, what: string): Promise<void> {
  await transaction.query(lockScopesStatement(target.schema, [`conversion to ${object.name} ${what}`]));
}

async function byKey(session: WriteSession, object: ObjectModel, by: string, input: Input): Promise<string | undefined> {
  const key = uniqueKey(object, by);
  const values = keyValues(key, input);
  if (values === undefined) return undefined;
  await alone(session, object, `by ${by} ${JSON.stringify(values)}`);
  const { rows } = await session.transaction.query(findMatchesStatement(session.target, object, key, [values]));
  const id = rows[0]?.['id'];
  return typeof id === 'string' ? id : undefined;
}

/** What the person would find for the converted record by the rule. @throws CONVERSION_MATCH where that are several */
async function byRule(
  session: WriteSession,
  { name, object }: ConversionTargetModel,
  rule: string,
  { records: [about] }: Frame,
): Promise<string | undefined> {
  if (about === undefined) return undefined;
  await alone(session, { name: object }, `by the rule ${rule}`);
  const [answer] = await matchRecords(session, { rule, object: about.object, records: [{ id: about.id }] });
  if (answer?.kind !== 'many') return answer?.record?.id;
  const { candidates } = answer;
  const ids = candidates.map((candidate) => candidate['id']).join(', ');
  throw failAll('CONVERSION_MATCH', [
    { ...problem('CONVERSION_MATCH', { object, id: ids, target: name }), details: { target: name, candidates } },
  ]);
}

/** The record, locked; undefined: there is none that the person sees. One that is hidden is not there, and collides if it must. */
export async function matchFor(
  session: WriteSession,
  object: ObjectModel,
  conversionTarget: ConversionTargetModel,
  { frame, input }: { readonly frame: Frame; readonly input: Input },
): Promise<RecordValues | undefined> {
  const { transaction, target, access } = session;
  const { name, by, find, matching } = conversionTarget;
  let id: string | undefined;
  if (matching !== undefined) id = await byRule(session, conversionTarget, matching, frame);
  if (by !== undefined) id = await byKey(session, object, by.name, input);
  if (find !== undefined) {
    await alone(session, object, `as ${name}`);
    const [found = []] = await findRecords(session, find, [frame], { whole: false });
    id = found[0]?.id;
  }
  if (id === undefined) return undefined;
  const { rows } = await transaction.query(lockStatement(target, object, [id], { strength: 'no key update' }));
  const seen = access.policy.administrator || (await sightOf(session, object.name, [id]))(id).readable;
  return seen ? rows.map(recordReader(object))[0] : undefined;
}

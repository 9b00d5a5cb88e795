// What rules need beyond the record itself, fetched in one statement.
import type { ObjectModel } from '@tessera/metadata';
import type { Expression, Value } from '@tessera/rules';
import { workOutFacts, type FactRecord } from '@tessera/storage';
import { factsOfAll } from './rule-facts.ts';
import type { WriteSession } from '../session.ts';

export type Facts = ReadonlyMap<Expression, Value>;

export const noFacts: Facts = new Map();

/** The facts of several rules for several records: one statement, or none. @param key as for `fetchKeptFacts` */
export function fetchFacts(
  session: WriteSession,
  object: ObjectModel,
  expressions: readonly Expression[],
  records: readonly FactRecord[],
  key?: string,
): Promise<readonly Facts[]> {
  return fetchKeptFacts(session, object, factsOfAll(object, expressions), records, key);
}

/**
 * The same of what is known to be needed.
 * @param key tells what is needed apart from what else is asked of the object; without it the statement is not kept
 */
export async function fetchKeptFacts(
  session: WriteSession,
  object: ObjectModel,
  expressions: readonly Expression[],
  records: readonly FactRecord[],
  key?: string,
): Promise<readonly Facts[]> {
  if (expressions.length === 0) return records.map(() => noFacts);
  return workOutFacts(session.transaction, session.target, { object, key, expressions, records, slots: session.slots });
}

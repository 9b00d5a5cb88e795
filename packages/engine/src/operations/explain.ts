// How PostgreSQL would read what somebody asks for, for administrators: prepared as the read itself is, and then explained.
import { fail, Slot, type Statement } from '@tessera/kernel';
import { GivenSlot } from '@tessera/rules';
import { appendAudit, auditEntry, explainStatement, planKeyOf } from '@tessera/storage';
import type { Session } from '../engine-parts.ts';
import type { ExplainedParameter, ExplainedRequest, ReadExplanation } from '../types/explain.ts';
import type { OperationInput } from '../operation-list.ts';
import { planText } from '../read/plan-text.ts';
import type { PreparedRead } from '../read/prepared-read.ts';
import { preparedHistory } from './history.ts';
import { preparedPlanned } from './planned-read.ts';
import { asOutdated, preparedRecords } from './read.ts';
import { preparedSearch } from './search.ts';
import { sessionOf } from './subject.ts';
import { preparedExport } from './transfer.ts';

async function preparedOf(session: Session, request: ExplainedRequest): Promise<PreparedRead | undefined> {
  switch (request.operation) {
    case 'records.read':
      return 'key' in request.input ? preparedPlanned(session, request.input) : preparedRecords(session, request.input);
    case 'search':
      return preparedSearch(session, request.input);
    case 'records.history':
      return preparedHistory(session, request.input);
    case 'records.export':
      return preparedExport(session, request.input);
  }
}

function typeOf(value: unknown): ExplainedParameter['type'] {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'text';
}

function nameOf(value: unknown): string | undefined {
  if (value instanceof GivenSlot) return value.given;
  return value instanceof Slot ? value.slot : undefined;
}

function parametersOf(compiled: Statement, bound: Statement): readonly ExplainedParameter[] {
  return compiled.values.map((value, i) => {
    const name = nameOf(value);
    return { number: i + 1, ...(name === undefined ? {} : { name }), type: typeOf(bound.values[i]) };
  });
}

const keyOf = (request: ExplainedRequest, { text }: Statement): string =>
  request.operation === 'records.read' && 'key' in request.input ? request.input.key : text;

function outdated(error: unknown): never {
  throw asOutdated(error);
}

/** Throws RECORD_NOT_FOUND of a person who is not there, and whatever the read itself would throw before it is run. */
export async function explainRead(session: Session, input: OperationInput<'records.explain'>): Promise<ReadExplanation> {
  const { context, database } = session;
  const { user, analyze = false } = input;
  const asker = user === undefined ? session : await sessionOf(session, user);
  const request = await input.request(asker.view);
  const prepared = await preparedOf(asker, request);
  if (prepared === undefined) throw fail('REQUEST_INVALID', { reason: 'it asks the database for nothing: there is no plan.' });
  const { compiled, statement, cost = null, cached = false } = prepared;
  const planKey = planKeyOf(keyOf(request, statement));
  const { operation } = request;
  const about = user === undefined ? {} : { object: 'user', recordId: user.toLowerCase() };
  await appendAudit(database, [auditEntry(context, 'query.explained', { ...about, detail: { operation, planKey, analyze } })]);
  const plan = await explainStatement(database, statement, { analyze, signal: context.signal }).catch(outdated);
  return {
    operation,
    planKey,
    cached,
    prepared: statement.name !== undefined,
    cost,
    sql: statement.text,
    parameters: parametersOf(compiled, statement),
    plan,
    text: planText(plan),
  };
}

// One person's request to the real engine, and the judgement of what it answers.
import type { AccessAsk, AggregateAsk, Ask, ExportAsk, GetAsk, HistoryAsk, ListAsk, SearchAsk } from './asks.ts';
import { pathText } from './asks.ts';
import type { Answer, Caller } from './caller.ts';
import { Decimal } from './decimal.ts';
import { difference, type Expected } from './expectations.ts';
import { counted, type Figures } from './figures.ts';
import type { Onlooker } from './oracle-records.ts';
import { aggregateOut, childrenOut, listed, listOut, recordOut, searchOut } from './oracle-reads.ts';
import { graphqlAggregate, graphqlGet, graphqlList, listRequest, restRequest, type HttpRequest } from './requests.ts';
import type { Site } from './site.ts';
import { probed } from './trial-probe.ts';
import { schemaDifference } from './trial-schema.ts';
import { writeTrial } from './trial-writes.ts';
import { isDistinct, rowsOf } from './world.ts';

/** Somebody signed in, with eyes of the oracle. */
export interface Session {
  readonly who: Onlooker;
  readonly client: Caller;
  readonly site: Site;
  readonly figures: Figures;
}

/** Whatever is answered, it tells no name that does not exist for the person, unless the person said it first. */
export async function send({ who, client, figures }: Session, request: HttpRequest): Promise<Answer> {
  figures.requests += 1;
  const answer = await client.send(request);
  const asked = JSON.stringify(request);
  const told = [...answer.text.matchAll(camelName)]
    .map(([name]) => name)
    .find((name) => isDistinct(who.world, name) && who.hiddenNames.has(name) && !asked.includes(name));
  if (told !== undefined) throw new Leak(`${told} is hidden, and is told: ${short(answer.text)}`);
  return answer;
}

/** Found where an answer came in; `trial` makes a difference of it. */
class Leak extends Error {}

/** A plain word may be said of something else. */
const camelName = /\b[a-z]+[A-Z_\d]\w*\b/g;

interface Failure {
  readonly errors?: readonly { readonly extensions: { readonly code: string; readonly problems?: readonly { readonly code: string }[] } }[];
  readonly code?: string;
  readonly problems?: readonly { readonly code: string }[];
}

/** Codes of everything that an answer says is wrong; none where it is no refusal. */
export function codesOf(answer: Answer): readonly string[] {
  const { errors, code, problems } = answer.json as Failure;
  const all = (code_: string, more: readonly { readonly code: string }[] = []): readonly string[] =>
    more.length === 0 ? [code_] : more.map((each) => each.code);
  if (errors !== undefined) return errors.flatMap(({ extensions }) => all(extensions.code, extensions.problems));
  return answer.status < 400 ? [] : all(code ?? `status ${String(answer.status)}`, problems);
}

export const short = (text: string): string => (text.length > 600 ? `${text.slice(0, 600)}…` : text);
const refusedText = (answer: Answer): string => `refused: ${String(answer.status)} ${short(answer.text)}`;

function refusal(answer: Answer, ...allowed: readonly string[]): string | undefined {
  const codes = codesOf(answer);
  return codes.length > 0 && codes.every((code) => allowed.includes(code))
    ? undefined
    : `expected ${allowed.join(' or ')}, got ${String(answer.status)} ${short(answer.text)}`;
}

interface Data {
  readonly data?: { readonly answer?: unknown } | null;
}

/** The part of a GraphQL answer that was asked for. */
const graphqlAnswer = (answer: Answer): unknown => (answer.json as Data).data?.answer;

async function get(session: Session, ask: GetAsk): Promise<string | undefined> {
  const { who } = session;
  const row = who.world.rows.get(ask.id);
  const seen = row !== undefined && !row.deleted && who.sees(row);
  const answer = await send(session, ask.surface === 'rest' ? restRequest(ask) : graphqlGet(who.world.shapes, ask));
  if (ask.surface === 'rest' && !seen) return refusal(answer, 'RECORD_NOT_FOUND');
  if (codesOf(answer).length > 0) return refusedText(answer);
  const children = seen && ask.children !== undefined ? childrenOut(who, row, ask.children) : {};
  const expected = seen ? { ...recordOut(who, row, ask.fields, ask.surface), ...children } : null;
  note(session, expected === null ? [] : [expected], seen ? 0 : 1);
  return difference(expected, ask.surface === 'rest' ? answer.json : graphqlAnswer(answer));
}

interface Page {
  readonly records?: readonly unknown[];
  readonly totalCount?: number;
  readonly page?: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly pageInfo?: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

async function list(session: Session, ask: ListAsk): Promise<string | undefined> {
  const { who } = session;
  const got: unknown[] = [];
  const expected = listOut(who, ask);
  let after: string | undefined;
  for (let pages = 0; pages < 100; pages += 1) {
    const answer = await send(session, ask.surface === 'rest' ? listRequest(ask, after) : graphqlList(who.world.shapes, ask, after));
    if (ask.deleted !== undefined && !who.rights.may(ask.object, 'seeDeleted')) return refusal(answer, 'PERMISSION_DENIED');
    if (codesOf(answer).length > 0) return refusedText(answer);
    const page = (ask.surface === 'rest' ? answer.json : graphqlAnswer(answer)) as Page;
    got.push(...(page.records ?? []));
    if (page.totalCount !== expected.length) return `totalCount: expected ${String(expected.length)}, got ${String(page.totalCount)}`;
    const info = page.page ?? page.pageInfo;
    if (info?.hasNextPage !== true || info.endCursor === null) break;
    after = info.endCursor;
  }
  note(session, expected, rowsOf(who.world, ask.object).filter((row) => !row.deleted && !who.sees(row)).length);
  return difference(expected, got);
}

/** GraphQL nests groups as their paths do. */
function flattened(ask: AggregateAsk, group: Readonly<Record<string, unknown>>): unknown {
  const keys = ask.groups.map(({ path }, i) => {
    const holder = path
      .slice(0, -1)
      .reduce<unknown>((at, step) => (at as Readonly<Record<string, unknown>> | null)?.[step], group['group']);
    return [`g${String(i)}`, (holder as Readonly<Record<string, unknown>>)[`g${String(i)}`]] as const;
  });
  const figures = ask.measures.map(({ field }, i) => {
    const value = group[`m${String(i)}`];
    return [`m${String(i)}`, field === undefined ? value : (value as { readonly v: unknown }).v] as const;
  });
  return Object.fromEntries([...keys, ...figures]);
}

async function aggregate(session: Session, ask: AggregateAsk): Promise<string | undefined> {
  const { who } = session;
  const answer = await send(session, ask.surface === 'rest' ? restRequest(ask) : graphqlAggregate(who.world.shapes, ask));
  if (codesOf(answer).length > 0) return refusedText(answer);
  const expected = aggregateOut(who, ask);
  note(session, expected, rowsOf(who.world, ask.object).filter((row) => !who.sees(row)).length);
  if (ask.surface === 'rest') return difference(expected, answer.json['groups']);
  const groups = graphqlAnswer(answer) as readonly Readonly<Record<string, unknown>>[];
  return difference(
    expected,
    groups.map((group) => flattened(ask, group)),
  );
}

interface Found {
  readonly groups: readonly {
    readonly object: string;
    readonly records: readonly { readonly id: string; readonly name?: string | null }[];
  }[];
}

async function search(session: Session, ask: SearchAsk): Promise<string | undefined> {
  const answer = await send(session, restRequest(ask));
  if (codesOf(answer).length > 0) return refusedText(answer);
  const { who } = session;
  const groups = (answer.json as unknown as Found).groups.filter(({ object }) => who.world.shapes[object]?.judged !== false);
  const expected = searchOut(who, ask.q);
  note(session, [...expected.values()].flat(), 0);
  const ids = Object.fromEntries(groups.map(({ object, records }) => [object, records.map(({ id }) => id).sort()]));
  const wrong = groups.flatMap(({ object, records }) =>
    records.map(({ id, name }) => {
      const row = who.world.rows.get(id);
      const shown = row !== undefined && who.rights.shows(object, 'name') !== undefined;
      return difference(shown ? (recordOut(who, row, [['name']], 'rest')['name'] ?? null) : null, name ?? null, `/${object}/name`);
    }),
  );
  return difference(Object.fromEntries(expected), ids) ?? wrong.find((found) => found !== undefined);
}

async function history(session: Session, ask: HistoryAsk): Promise<string | undefined> {
  const { who } = session;
  const answer = await send(session, restRequest(ask));
  const row = who.world.rows.get(ask.id);
  if (row === undefined || !who.sees(row)) return refusal(answer, 'RECORD_NOT_FOUND');
  if (row.deleted && !who.rights.may(ask.object, 'seeDeleted')) return refusal(answer, 'RECORD_NOT_FOUND', 'PERMISSION_DENIED');
  if (codesOf(answer).length > 0) return refusedText(answer);
  const all = await session.site.history(ask.id);
  const shown = all.filter(({ field }) => field === null || who.rights.reads(ask.object, field));
  const entries = (answer.json['entries'] ?? []) as readonly Readonly<Record<string, unknown>>[];
  note(
    session,
    shown.map(() => null),
    all.length - shown.length,
  );
  const plain = (each: {
    readonly number?: unknown;
    readonly change?: unknown;
    readonly field?: unknown;
    readonly old?: unknown;
    readonly new?: unknown;
  }): string => JSON.stringify([each.number, each.change, each.field, each.old, each.new]);
  return difference(shown.map(plain), entries.map(plain));
}

const formulaStart = /^'*[=+\-@]/;

/** A cell as spreadsheets may have it. */
function cell(value: Expected | undefined): string {
  if (value === null || value === undefined) return '';
  const plain = Array.isArray(value) ? value.join(';') : value instanceof Decimal ? value.toString() : value;
  const text = typeof plain === 'object' ? JSON.stringify(plain) : String(plain);
  return formulaStart.test(text) && !/^-\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
}

/** A line of nothing would be read as no line at all. */
const line = (cells: readonly string[]): string => (cells.join(',') === '' ? '""' : cells.join(','));

function valueAt(record: Expected, path: readonly string[]): Expected | undefined {
  return path.reduce<Expected | undefined>((at, step) => (at as Readonly<Record<string, Expected>> | null | undefined)?.[step], record);
}

async function exported(session: Session, ask: ExportAsk): Promise<string | undefined> {
  const { who } = session;
  const answer = await send(session, restRequest(ask));
  if (!who.rights.may(ask.object, 'export')) return refusal(answer, 'PERMISSION_DENIED');
  if (answer.status >= 400) return refusedText(answer);
  const records = listed(who, ask).map((row): Expected => recordOut(who, row, ask.fields, 'rest'));
  note(session, records, rowsOf(who.world, ask.object).filter((row) => !who.sees(row)).length);
  const lines = answer.text.split(/\r?\n/).filter((line) => line !== '');
  if (ask.format === 'ndjson') {
    return difference(
      records,
      lines.map((line) => JSON.parse(line) as unknown),
    );
  }
  const expected = [
    ask.fields.map(pathText).join(','),
    ...records.map((record) => line(ask.fields.map((path) => cell(valueAt(record, path))))),
  ];
  return difference(expected, lines);
}

async function access(session: Session, ask: AccessAsk): Promise<string | undefined> {
  const { who } = session;
  const answer = await send(session, restRequest(ask));
  const [code] = codesOf(answer);
  if (code === 'ROUTE_NOT_FOUND') return undefined;
  const row = who.world.rows.get(ask.id);
  const [read, edit] = row === undefined ? [false, false] : [who.sees(row), who.edits(row)];
  if (code !== undefined)
    return (read && row?.deleted !== true) || !['RECORD_NOT_FOUND', 'PERMISSION_DENIED'].includes(code) ? refusedText(answer) : undefined;
  return difference({ read, edit }, { read: answer.json['read'], edit: answer.json['edit'] });
}

/** What was seen, and how much was kept back. */
function note({ figures }: Session, seen: readonly unknown[], withheld: number): void {
  if (seen.length > 0) figures.full += 1;
  if (withheld > 0) figures.withheld += 1;
  if (JSON.stringify(seen).includes('••••')) figures.masked += 1;
}

/** How the engine differs from the oracle; undefined where it does not. */
export async function trial(session: Session, ask: Ask): Promise<string | undefined> {
  session.figures.comparisons += 1;
  counted(session.figures.kinds, 'surface' in ask ? `${ask.kind} ${ask.surface}` : ask.kind);
  try {
    return await tried(session, ask);
  } catch (error) {
    if (error instanceof Leak) return error.message;
    throw error;
  }
}

async function tried(session: Session, ask: Ask): Promise<string | undefined> {
  switch (ask.kind) {
    case 'get':
      return get(session, ask);
    case 'list':
      return list(session, ask);
    case 'aggregate':
      return aggregate(session, ask);
    case 'search':
      return search(session, ask);
    case 'history':
      return history(session, ask);
    case 'export':
      return exported(session, ask);
    case 'access':
      return access(session, ask);
    case 'objects':
    case 'describe':
    case 'introspect':
      return schemaDifference(session, ask);
    case 'probe':
      return probed(session, ask);
    default:
      return writeTrial(session, ask);
  }
}

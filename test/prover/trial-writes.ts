// A write against the real engine: refused for the right reason, or done and shown as far as the person sees it.
import type { Path, WriteAsk } from './asks.ts';
import type { Answer } from './caller.ts';
import { difference } from './expectations.ts';
import { counted } from './figures.ts';
import { Onlooker } from './oracle-records.ts';
import { recordOut } from './oracle-reads.ts';
import { mayBeDone, objectionsTo, valueIn, type Objections } from './oracle-writes.ts';
import { graphqlWrite, restWrite } from './requests.ts';
import { codesOf, send, type Session } from './trial.ts';
import { same } from './rules.ts';
import { isNamed } from './shapes.ts';
import type { Row } from './world.ts';

/** A document that does not fit the caller's schema says no more than that. */
const graphqlCodes = ['GRAPHQL_INVALID', 'GRAPHQL_VARIABLES', 'GRAPHQL_OPERATION'];

function refusedRightly(ask: WriteAsk, answer: Answer, objections: Objections): string | undefined {
  const codes = codesOf(answer);
  const surface = 'surface' in ask ? ask.surface : 'rest';
  const known = [...objections.flat(), ...(surface === 'graphql' ? graphqlCodes : [])];
  const wrong = codes.find((code) => !known.includes(code));
  if (codes.length > 0 && wrong === undefined) return undefined;
  return `expected ${objections.map((each) => each.join('|')).join(', ')}; got ${String(answer.status)} ${answer.text.slice(0, 500)}`;
}

const fingerprint = (rows: ReadonlyMap<string, Row>): string => JSON.stringify([...rows.values()]);

/** Fields that the person sees and the clock does not decide. */
function shownFields(who: Onlooker, object: string): readonly Path[] {
  const shape = who.world.shapes[object];
  const shown = Object.values(shape?.fields ?? {}).filter(
    (field) =>
      isNamed(field, shape ?? { recordTypes: [] }) &&
      field.kind !== 'secret' &&
      field.to.length < 2 &&
      who.rights.shows(object, field.name) !== undefined,
  );
  return [
    ['id'],
    ...shown
      .filter(({ name }) => name !== 'id')
      .slice(0, 12)
      .map(({ name }) => [name]),
  ];
}

/** Of a record that was made and given away at once the answer need not tell. */
function written(ask: WriteAsk, answer: Answer, before: ReadonlyMap<string, Row>, after: ReadonlyMap<string, Row>): string {
  if ('id' in ask) return ask.id;
  const data = answer.json['data'] as { readonly answer?: { readonly id: string } | null } | undefined;
  const told = data?.answer?.id ?? answer.json['id'];
  if (typeof told === 'string') return told;
  const keyed =
    ask.kind === 'upsert'
      ? [...after].find(
          ([, row]) => row.object === ask.object && !row.deleted && same(row.values[ask.by] ?? null, valueIn(ask.values[ask.by] ?? null)),
        )
      : undefined;
  return keyed?.[0] ?? [...after.keys()].find((id) => !before.has(id)) ?? '';
}

/** What the database has now must be what was asked for. */
function stored(ask: WriteAsk, row: Row | undefined, who: Onlooker): string | undefined {
  if (row === undefined) return 'nothing was written';
  if (ask.kind === 'delete') return row.deleted ? undefined : 'the record is still there';
  if (ask.kind === 'restore') return row.deleted ? 'the record is still in the bin' : undefined;
  const { values } = ask;
  const wrong = Object.entries(values).find(([name, value]) => {
    const field = who.world.shapes[ask.object]?.fields[name];
    return field?.kind !== 'secret' && !same(row.values[name] ?? null, valueIn(value));
  });
  return wrong === undefined ? undefined : `${wrong[0]} was not written as ${String(wrong[1])}`;
}

export async function writeTrial(session: Session, ask: WriteAsk): Promise<string | undefined> {
  const { who, site, figures } = session;
  const objections = objectionsTo(who, ask);
  const fields = shownFields(who, ask.object);
  const overGraphql = ask.kind !== 'upsert' && ask.surface === 'graphql';
  const request = overGraphql
    ? graphqlWrite(who.world.shapes, ask, fields)
    : restWrite(ask, fields.map((path) => path.join('.')).join(','));
  const answer = await send(session, request);
  const rows = await site.rows();
  const isRefused = codesOf(answer).length > 0;
  if (!mayBeDone(objections) || (isRefused && objections.length > 0)) {
    figures.refusedWrites += 1;
    for (const code of codesOf(answer)) counted(figures.codes, code);
    const wrong = refusedRightly(ask, answer, objections);
    if (wrong !== undefined) return wrong;
    return fingerprint(rows) === fingerprint(who.world.rows) ? undefined : 'it was refused, and yet something was written';
  }
  if (isRefused) return `refused: ${String(answer.status)} ${answer.text.slice(0, 500)}`;
  figures.doneWrites += 1;
  const id = written(ask, answer, who.world.rows, rows);
  const after = new Onlooker({ ...who.world, rows }, who.user, who.rights.administrator);
  const row = rows.get(id);
  const wrong = stored(ask, row, after);
  if (wrong !== undefined || row === undefined || ask.kind === 'delete') return wrong;
  const data = (answer.json['data'] as { readonly answer?: unknown } | undefined)?.answer;
  const shown = overGraphql ? data : answer.json;
  // What was given away and is not seen any more is not told of again.
  if (!after.sees(row))
    return shown === null || answer.text === '' || isBare(shown) ? undefined : `it is out of sight, and yet told: ${answer.text}`;
  return difference(recordOut(after, row, fields, overGraphql ? 'graphql' : 'rest'), shown);
}

/** At most the id, which whoever wrote the record knows. */
const isBare = (shown: unknown): boolean =>
  typeof shown === 'object' && shown !== null && Object.entries(shown).every(([name, value]) => value === null || name === 'id');

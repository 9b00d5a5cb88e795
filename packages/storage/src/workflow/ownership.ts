// What is counted of people who get records: their turns, their absences, what they own, claim and have lost. One statement each.
import { bind, ident, sql, toStatement, type Sql } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { conditionSql, type Expression } from '@tessera/rules';
import type { Queryable } from '../database.ts';
import { columnSql, liveSql } from '../query/columns.ts';
import { fieldOf, startCompilation, tableSql, type ReadTarget } from '../query/compilation.ts';
import { rowEnvironment } from '../query/environment.ts';
import { textOrNull } from '../row-text.ts';
import { timeText, type WorkflowDoor } from './door.ts';
import { wholeAbsence } from './people.ts';

/** Turns are counted like running numbers, under no object's name: for each person the number of the last one. */
const turns = ({ schema }: WorkflowDoor): Sql => ident(schema, '_counter');
const turnField = (turn: string): string => `turn ${turn}`;

/** When each person had a turn, as numbers that grow; whoever had none is not there. */
export async function turnsOf(door: WorkflowDoor, turn: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await door.query(
    toStatement(sql`select period, value::text as value from ${turns(door)} where object = '' and field = ${turnField(turn)}`, 'turns'),
  );
  return new Map(rows.map((row) => [String(row['period']), Number(row['value'])]));
}

export async function saveTurns(door: WorkflowDoor, turn: string, had: ReadonlyMap<string, number>): Promise<void> {
  if (had.size === 0) return;
  await door.query(
    toStatement(
      sql`
        insert into ${turns(door)} as c (object, field, period, value)
        select '', ${turnField(turn)}, t.person, t.value from unnest(${[...had.keys()]}::text[], ${[...had.values()]}::bigint[]) as t(person, value)
        on conflict (object, field, period) do update set value = excluded.value`,
      'save-turns',
    ),
  );
}

/** A field of an object whose column is its only one, or its first. */
export function column(target: ReadTarget, object: string, field: string, alias: string): Sql {
  const [first] = fieldOf(target, object, field).columns;
  if (first === undefined) throw new TypeError(`${object}.${field} has no column.`);
  return columnSql(alias, first.name);
}

/** Those who are absent at a time, whether or not anybody stands in. @param at RFC 3339; the tenant's zone says which day it is */
export async function absentOf(
  queryable: Queryable,
  target: ReadTarget,
  { ids, at }: { readonly ids: readonly string[]; readonly at: string },
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const of = (field: string): Sql => column(target, 'absence', field, 'a');
  const { rows } = await queryable.query(
    toStatement(
      sql`
        select distinct ${of('person')}::text as person from ${tableSql(target, 'absence', 'a')}
        where ${of('person')} = any(${ids}::uuid[]) and ${liveSql('a')} and ${wholeAbsence(target, 'a')}
          and (${at}::timestamptz at time zone ${target.model.settings.timeZone})::date between ${of('from')} and ${of('to')}`,
      'absent',
    ),
  );
  return new Set(rows.map((row) => String(row['person'])));
}

const countsOf = (rows: readonly Readonly<Record<string, unknown>>[]): ReadonlyMap<string, number> =>
  new Map(rows.map((row) => [String(row['person']), Number(row['n'])]));

export interface OwnedWanted {
  readonly people: readonly string[];
  /** Only those of a pool. */
  readonly pool?: string | undefined;
  /** Frame 0 is the record. */
  readonly where: Expression | undefined;
}

/** How many live records of an object each of the people owns; whoever owns none is not there. */
export async function ownedBy(
  queryable: Queryable,
  target: ReadTarget,
  object: ObjectModel,
  { people, pool, where }: OwnedWanted,
  slots: Readonly<Record<string, unknown>>,
): Promise<ReadonlyMap<string, number>> {
  if (people.length === 0) return new Map();
  const c = startCompilation(target);
  const row = c.nextAlias();
  const owner = column(target, object.name, 'owner', row);
  const inPool = pool === undefined ? sql`true` : sql`${column(target, object.name, 'pool', row)} = ${pool}`;
  const counts = where === undefined ? sql`true` : conditionSql(where, rowEnvironment(c, row));
  const statement = toStatement(sql`
    select ${owner}::text as person, count(*)::integer as n from ${tableSql(c, object.name, row)}
    where ${owner} = any(${people}::uuid[]) and ${liveSql(row)} and ${inPool} and ${counts} group by 1`);
  return countsOf((await queryable.query(bind(statement, slots))).rows);
}

export interface ClaimsWanted {
  /** The object of the history. */
  readonly history: string;
  readonly pool: string;
  readonly person: string;
  /** RFC 3339. */
  readonly since: string;
}

/** How many records of a pool somebody has claimed since a time. */
export async function claimedSince(
  queryable: Queryable,
  target: ReadTarget,
  { history, pool, person, since }: ClaimsWanted,
): Promise<number> {
  const of = (field: string): Sql => column(target, history, field, 'h');
  const { rows } = await queryable.query(
    toStatement(
      sql`
        select count(*)::integer as n from ${tableSql(target, history, 'h')}
        where ${of('to')} = ${person}::uuid and ${of('pool')} = ${pool} and ${of('way')} = 'claimed' and ${of('at')} >= ${since}::timestamptz`,
    ),
  );
  return Number(rows[0]?.['n'] ?? 0);
}

/** When somebody last gave a record back or lost it, RFC 3339; null: never. */
export async function lastLost(
  queryable: Queryable,
  target: ReadTarget,
  { history, record, person }: { readonly history: string; readonly record: string; readonly person: string },
): Promise<string | null> {
  const of = (field: string): Sql => column(target, history, field, 'h');
  const { rows } = await queryable.query(
    toStatement(sql`
      select ${timeText('l.at')} as at from (
        select max(${of('at')}) as at from ${tableSql(target, history, 'h')}
        where ${of('record')} = ${record}::uuid and ${of('from')} = ${person}::uuid and ${of('to')} is null) l`),
  );
  return textOrNull(rows[0]?.['at']);
}

// Who stands where: people with those above them, departments, members of roles, groups and record teams, and who stands in for whom. As sets.
import { ident, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import { textOrNull } from '../row-text.ts';
import type { Queryable } from '../database.ts';
import { columnSql, liveSql } from '../query/columns.ts';
import { fieldOf, objectOf, tableSql, type ReadTarget } from '../query/compilation.ts';

/** A person who is not in the bin. */
export interface PlacedPerson {
  readonly id: string;
  readonly active: boolean;
  readonly manager: string | null;
  readonly department: string | null;
  readonly rank: string | null;
}

/** A department that is not in the bin. */
export interface PlacedDepartment {
  readonly id: string;
  readonly parent: string | null;
  readonly head: string | null;
}

/** An active person as one of those whom a name stands for. */
export interface Member {
  /** The role, or the code of the group. */
  readonly of: string;
  readonly id: string;
  readonly department: string | null;
}

/** An active person in a record's team. */
export interface TeamMember {
  readonly recordId: string;
  readonly role: string;
  readonly id: string;
}

type Row = Readonly<Record<string, unknown>>;

const text = (row: Row, name: string): string => String(row[name]);

/** A stored field of a platform object, of the row `alias`. */
function column(target: ReadTarget, object: string, field: string, alias: string): Sql {
  const [first] = fieldOf(target, object, field).columns;
  if (first === undefined) throw new TypeError(`The platform's ${object}.${field} has no column.`);
  return columnSql(alias, first.name);
}

const active = (target: ReadTarget, alias: string): Sql => sql`${column(target, 'user', 'active', alias)} and ${liveSql(alias)}`;

async function rowsOf(queryable: Queryable, statement: Statement): Promise<readonly Row[]> {
  return (await queryable.query(statement)).rows;
}

/** People by id; with `above` also everybody above them, each once, whatever circles there are. */
export async function placedPeople(
  queryable: Queryable,
  target: ReadTarget,
  { ids, above }: { readonly ids: readonly string[]; readonly above: boolean },
): Promise<ReadonlyMap<string, PlacedPerson>> {
  if (ids.length === 0) return new Map();
  const of = (field: string): Sql => column(target, 'user', field, 'u');
  const user = tableSql(target, 'user', 'u');
  const start = sql`select s.id from unnest(${ids}::uuid[]) as s(id)`;
  const up = sql`select ${of('manager')} from up join ${user} on u.id = up.id where ${liveSql('u')} and ${of('manager')} is not null`;
  const rows = await rowsOf(
    queryable,
    toStatement(
      sql`
        with recursive up (id) as (${above ? sql`${start} union ${up}` : start})
        select u.id::text as id, ${of('active')} as active, ${of('manager')}::text as manager, ${of('department')}::text as department,
          ${of('rank')} as rank
        from up join ${user} on u.id = up.id where ${liveSql('u')}`,
      above ? 'people-above' : 'people-placed',
    ),
  );
  return new Map(
    rows.map((row) => {
      const id = text(row, 'id');
      const [manager, department, rank] = [textOrNull(row['manager']), textOrNull(row['department']), textOrNull(row['rank'])];
      return [id, { id, active: row['active'] === true, manager, department, rank }];
    }),
  );
}

/** Departments by id with all above them. */
export async function placedDepartments(
  queryable: Queryable,
  target: ReadTarget,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PlacedDepartment>> {
  if (ids.length === 0) return new Map();
  const of = (field: string): Sql => column(target, 'department', field, 'd');
  const department = tableSql(target, 'department', 'd');
  const rows = await rowsOf(
    queryable,
    toStatement(
      sql`
        with recursive up (id) as (
          select s.id from unnest(${ids}::uuid[]) as s(id)
          union select ${of('parent')} from up join ${department} on d.id = up.id where ${liveSql('d')} and ${of('parent')} is not null
        )
        select d.id::text as id, ${of('parent')}::text as parent, ${of('head')}::text as head
        from up join ${department} on d.id = up.id where ${liveSql('d')}`,
      'departments-above',
    ),
  );
  return new Map(
    rows.map((row) => {
      const id = text(row, 'id');
      return [id, { id, parent: textOrNull(row['parent']), head: textOrNull(row['head']) }];
    }),
  );
}

const memberOf = (row: Row): Member => ({ of: text(row, 'of'), id: text(row, 'id'), department: textOrNull(row['department']) });

/** Active people who have these roles, in the order of their ids. */
export async function membersOfRoles(queryable: Queryable, target: ReadTarget, roles: readonly string[]): Promise<readonly Member[]> {
  if (roles.length === 0) return [];
  const own = column(target, 'user', 'roles', 'u');
  const rows = await rowsOf(
    queryable,
    toStatement(
      sql`
        select r.name as of, u.id::text as id, ${column(target, 'user', 'department', 'u')}::text as department
        from ${tableSql(target, 'user', 'u')} join unnest(${roles}::text[]) as r(name) on r.name = any(${own})
        where ${own} && ${roles}::text[] and ${active(target, 'u')} order by u.id`,
      'members-of-roles',
    ),
  );
  return rows.map(memberOf);
}

/** Active members of groups with these codes, in the order of their ids. */
export async function membersOfGroups(queryable: Queryable, target: ReadTarget, codes: readonly string[]): Promise<readonly Member[]> {
  if (codes.length === 0) return [];
  const code = column(target, 'userGroup', 'code', 'g');
  const [group, user] = ['group', 'user'].map((field) => column(target, 'userGroupMember', field, 'm'));
  const rows = await rowsOf(
    queryable,
    toStatement(
      sql`
        select ${code} as of, u.id::text as id, ${column(target, 'user', 'department', 'u')}::text as department
        from ${tableSql(target, 'userGroup', 'g')} join ${tableSql(target, 'userGroupMember', 'm')} on ${group} = g.id
          join ${tableSql(target, 'user', 'u')} on u.id = ${user}
        where ${code} = any(${codes}::text[]) and ${liveSql('g')} and ${liveSql('m')} and ${active(target, 'u')} order by u.id`,
      'members-of-groups',
    ),
  );
  return rows.map(memberOf);
}

/** How a share's subject meets a person `u`, one way each: one condition of all of them would be tried with everybody. */
function meetings(target: ReadTarget): readonly Sql[] {
  const own = (field: string): Sql => column(target, 'user', field, 'u');
  const of = (object: string, field: string, alias: string): Sql => column(target, object, field, alias);
  const membership = sql`
    select from ${tableSql(target, 'userGroupMember', 'm')} join ${tableSql(target, 'userGroup', 'g')} on g.id = ${of('userGroupMember', 'group', 'm')}
    where ${of('userGroupMember', 'user', 'm')} = u.id and ${liveSql('m')} and ${liveSql('g')} and s.subject = 'group:' || g.id::text`;
  const up = sql`
    select d.id, ${of('department', 'parent', 'd')} as parent from ${tableSql(target, 'department', 'd')} where ${liveSql('d')}`;
  const below = sql`
    with recursive up (id, parent) as (
      ${up} and d.id = ${own('department')} union select a.id, a.parent from up join (${up}) a on a.id = up.parent)
    select from up where s.subject = 'below:' || up.id::text`;
  return [
    sql`s.subject = 'user:' || u.id::text`,
    sql`s.subject like 'role:%' and substr(s.subject, 6) = any(${own('roles')})`,
    sql`s.subject like 'group:%' and exists (${membership})`,
    sql`s.subject like 'department:%' and exists (${up} and d.id = ${own('department')} and s.subject = 'department:' || d.id::text)`,
    sql`s.subject like 'below:%' and exists (${below})`,
  ];
}

export interface TeamsWanted {
  readonly object: string;
  readonly recordIds: readonly string[];
  /** Team roles. */
  readonly roles: readonly string[];
  /** RFC 3339: what has expired by then does not count. */
  readonly at: string;
}

/** Active people in the teams of records: also where a role, group or department is in it. */
export async function membersOfTeams(
  queryable: Queryable,
  target: ReadTarget,
  { object, recordIds, roles, at }: TeamsWanted,
): Promise<readonly TeamMember[]> {
  if (recordIds.length === 0 || roles.length === 0) return [];
  const user = tableSql(target, 'user', 'u');
  const [first = sql`false`, ...others] = meetings(target);
  const part = (meets: Sql): Sql =>
    sql`select s.record_id, s.team_role, u.id from share s join ${user} on ${meets} where ${active(target, 'u')}`;
  const rows = await rowsOf(
    queryable,
    toStatement(
      sql`
        with share as materialized (
          select s.record_id, s.team_role, s.subject from ${ident(target.schema, '_share')} s
          where s.object = ${objectOf(target, object).name} and s.record_id = any(${recordIds}::uuid[]) and s.origin = 'team'
            and s.team_role = any(${roles}::text[]) and (s.expires_at is null or s.expires_at > ${at}::timestamptz)
        )
        select f.record_id::text as record, f.team_role as role, f.id::text as id
        from (${others.reduce((all, meets) => sql`${all} union ${part(meets)}`, part(first))}) f order by f.record_id, f.id`,
      'members-of-teams',
    ),
  );
  return rows.map((row) => ({ recordId: text(row, 'record'), role: text(row, 'role'), id: text(row, 'id') }));
}

/** That an absence is one of everything, not of some approval processes. */
export const wholeAbsence = (target: ReadTarget, alias: string): Sql =>
  sql`coalesce(cardinality(${column(target, 'absence', 'processes', alias)}), 0) = 0`;

/** Whether an absence counts: those for some approval processes are no matter of anything else. */
const countsFor = (target: ReadTarget, alias: string, process: string | undefined): Sql => {
  const processes = column(target, 'absence', 'processes', alias);
  const whole = wholeAbsence(target, alias);
  return process === undefined ? whole : sql`(${whole} or ${process} = any(${processes}))`;
};

const dayAt = (target: ReadTarget, at: string): Sql => sql`(${at}::timestamptz at time zone ${target.model.settings.timeZone})::date`;

export interface StandInsWanted {
  readonly ids: readonly string[];
  /** RFC 3339; the tenant's zone says which day it is. */
  readonly at: string;
  /** An approval process: whoever has delegated that counts too. */
  readonly process?: string | undefined;
}

/**
 * Who stands in for whom at a time: for these people, and for those who stand in for them and are away themselves. Of several absences
 * the one that began last counts; a stand-in who is inactive or in the bin is none.
 */
export async function standInsOf(
  queryable: Queryable,
  target: ReadTarget,
  { ids, at, process }: StandInsWanted,
): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const of = (field: string): Sql => column(target, 'absence', field, 'a');
  const rows = await rowsOf(
    queryable,
    toStatement(
      sql`
        with recursive today (day) as (select ${dayAt(target, at)}),
        away (person, other) as (
          select distinct on (${of('person')}) ${of('person')}, ${of('standIn')}
          from ${tableSql(target, 'absence', 'a')} join today t on t.day between ${of('from')} and ${of('to')}
            join ${tableSql(target, 'user', 'u')} on u.id = ${of('standIn')} and ${active(target, 'u')}
          where ${liveSql('a')} and ${countsFor(target, 'a', process)} order by ${of('person')}, ${of('from')} desc, a.id desc),
        chain (person, other) as (
          select w.person, w.other from away w where w.person = any(${ids}::uuid[])
          union select w.person, w.other from chain c join away w on w.person = c.other)
        select person::text as person, other::text as other from chain`,
      process === undefined ? 'stand-ins' : 'stand-ins-in-process',
    ),
  );
  return new Map(rows.map((row) => [text(row, 'person'), text(row, 'other')]));
}

/**
 * Everybody whose stand-ins may lead by way of somebody at a time, that person first: whoever is away, for whatever, with that person to stand
 * in, or with one of those. @param at RFC 3339
 */
export async function stoodInByWayOf(
  queryable: Queryable,
  target: ReadTarget,
  { id, at }: { readonly id: string; readonly at: string },
): Promise<readonly string[]> {
  const of = (field: string): Sql => column(target, 'absence', field, 'a');
  const rows = await rowsOf(
    queryable,
    toStatement(
      sql`
        with recursive behind (id) as (
          select ${id}::uuid
          union select ${of('person')} from behind b join ${tableSql(target, 'absence', 'a')} on ${of('standIn')} = b.id
            where ${liveSql('a')} and ${dayAt(target, at)} between ${of('from')} and ${of('to')})
        select id::text as id from behind order by id <> ${id}::uuid, id`,
      'stood-in-by-way-of',
    ),
  );
  return rows.map((row) => text(row, 'id'));
}

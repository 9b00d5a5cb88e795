// The facts about a person that permissions are made from: roles, departments, groups, and who stands below.
import { ident, join, sql, toStatement, type Sql, type Statement } from '@tessera/kernel';
import type { Model, SubjectModel } from '@tessera/metadata';
import { textOrNull } from '../row-text.ts';
import type { Queryable, TenantDatabase } from '../database.ts';

type Door = Pick<TenantDatabase, 'schema'> & Queryable;

/** What permissions are made from. Nothing else of people, departments and groups reaches a policy. */
export const decidingFields = {
  user: ['email', 'active', 'roles', 'permissionSets', 'manager', 'department'],
  department: ['code', 'parent', 'head'],
  userGroup: ['code'],
  userGroupMember: ['group', 'user'],
} as const;

type Deciding = typeof decidingFields;

/** A department or group, as metadata names it. */
export interface NamedUnit {
  readonly id: string;
  /** Null: metadata cannot name it. */
  readonly code: string | null;
}

/** One person, as far as permissions depend on it. What lies in the bin counts for nothing; inactive people still own and lead. */
export interface Person {
  readonly userId: string;
  readonly active: boolean;
  readonly email: string;
  /** API names, as the user's record has them. */
  readonly roles: readonly string[];
  readonly permissionSets: readonly string[];
  /** The person's own department, or null. */
  readonly department: string | null;
  /** It and all above it. */
  readonly departments: readonly NamedUnit[];
  readonly groups: readonly NamedUnit[];
  /** Ids of all people below the person by `manager`, at any depth. */
  readonly managed: readonly string[];
  /** Ids of the people of the departments that the person heads, as far as the tenant's `departmentHeads` says. */
  readonly headed: readonly string[];
  /** Ids of the people whom the subjects asked for stand for, by `subjectKey`. */
  readonly owners: Readonly<Record<string, readonly string[]>>;
}

/** What is known before anybody else's records are asked for. */
export type PersonAlone = Omit<Person, 'owners'>;

export interface PersonInput {
  readonly model: Model;
  readonly userId: string;
  /** Of which subjects the people are needed, once it is known who the person is. */
  readonly subjects: (person: PersonAlone) => readonly SubjectModel[];
}

/** One text per subject; equal subjects, equal texts. Emails are the same in any case. */
export function subjectKey(subject: SubjectModel): string {
  switch (subject.kind) {
    case 'user':
      return `user:${subject.email.toLowerCase()}`;
    case 'role':
      return `role:${subject.role}`;
    case 'group':
      return `group:${subject.code}`;
    case 'department':
      return `${subject.below ? 'below' : 'department'}:${subject.code}`;
  }
}

/** Tables and columns of the platform's objects under the names that the Model has for them. */
class People {
  readonly #model: Model;
  readonly #schema: string;

  constructor(model: Model, schema: string) {
    this.#model = model;
    this.#schema = schema;
  }

  /** `"t_acme"."user" u`, live rows only where `and ${live}` follows. */
  from(object: keyof Deciding, alias: string): Sql {
    return sql`${ident(this.#schema, this.#model.objects[object]?.table ?? object)} ${ident(alias)}`;
  }

  /** Only of the fields that are known to decide: whoever changes one of them is noticed. */
  column<O extends keyof Deciding>(object: O, alias: string, field: Deciding[O][number]): Sql {
    const [column] = this.#model.objects[object]?.fields[field]?.columns ?? [];
    if (column === undefined) throw new TypeError(`The platform's ${object}.${field} has no column.`);
    return ident(alias, column.name);
  }

  live(alias: string): Sql {
    return sql`${ident(alias, 'deleted_at')} is null`;
  }
}

/** `{"id","code"}` of each row, as one JSON text. */
const unitsSql = (rows: Sql): Sql =>
  sql`(select coalesce(json_agg(json_build_object('id', n.id, 'code', n.code) order by n.id), '[]'::json)::text from (${rows}) n)`;

/** Departments below `start` (a select of their ids), those included. `union` ends where a circle closes. */
function belowSql(people: People, name: string, start: Sql): Sql {
  const parent = people.column('department', 'd', 'parent');
  const under = sql`select d.id from ${ident(name)} b join ${people.from('department', 'd')} on ${parent} = b.id where ${people.live('d')}`;
  return sql`${ident(name)} (id) as (${start} union ${under})`;
}

function headsSql(people: People, heads: Model['settings']['departmentHeads']): Sql {
  const own = sql`select d.id from ${people.from('department', 'd')} join me on ${people.column('department', 'd', 'head')} = me.id where ${people.live('d')}`;
  if (heads === 'withBelow') return belowSql(people, 'headed', own);
  return sql`headed (id) as (${heads === 'own' ? own : sql`${own} and false`})`;
}

function personStatement(people: People, userId: string, heads: Model['settings']['departmentHeads']): Statement {
  const user = (alias: string, field: Deciding['user'][number]): Sql => people.column('user', alias, field);
  const member = (field: Deciding['userGroupMember'][number]): Sql => people.column('userGroupMember', 'm', field);
  const parent = people.column('department', 'd', 'parent');
  const code = people.column('department', 'd', 'code');
  const groups = sql`
    select g.id, ${people.column('userGroup', 'g', 'code')} as code from ${people.from('userGroup', 'g')}
    where ${people.live('g')} and exists (
      select from ${people.from('userGroupMember', 'm')} where ${member('group')} = g.id and ${member('user')} = me.id and ${people.live('m')})`;
  return toStatement(sql`
    with recursive me as (
      select u.id, u.id::text as user_id, ${user('u', 'active')} as active, ${user('u', 'email')} as email, ${user('u', 'roles')} as roles,
        ${user('u', 'permissionSets')} as sets, ${user('u', 'department')} as department
      from ${people.from('user', 'u')} where u.id = ${userId}::uuid and ${people.live('u')}),
    chain (id, code, parent) as (
      select d.id, ${code}, ${parent} from ${people.from('department', 'd')} join me on d.id = me.department where ${people.live('d')}
      union select d.id, ${code}, ${parent} from chain c join ${people.from('department', 'd')} on d.id = c.parent where ${people.live('d')}),
    managed (id) as (
      select u.id from ${people.from('user', 'u')} join me on ${user('u', 'manager')} = me.id where ${people.live('u')}
      union select u.id from managed a join ${people.from('user', 'u')} on ${user('u', 'manager')} = a.id where ${people.live('u')}),
    ${headsSql(people, heads)}
    select me.user_id, me.active, me.email, me.roles, me.sets,
      (select c.id::text from chain c where c.id = me.department) as department,
      ${unitsSql(sql`select c.id, c.code from chain c`)} as departments,
      ${unitsSql(groups)} as groups,
      array(select a.id::text from managed a order by a.id) as managed,
      array(select u.id::text from ${people.from('user', 'u')} join headed h on h.id = ${user('u', 'department')} where ${people.live('u')} order by u.id) as headed
    from me`);
}

/** The ids of the people whom a subject stands for. */
function membersSql(people: People, subject: SubjectModel): Sql {
  const user = (field: Deciding['user'][number]): Sql => people.column('user', 'u', field);
  const users = sql`select u.id from ${people.from('user', 'u')} where ${people.live('u')}`;
  switch (subject.kind) {
    case 'user':
      return sql`${users} and lower(${user('email')}) = ${subject.email.toLowerCase()}`;
    case 'role':
      return sql`${users} and ${subject.role} = any(${user('roles')})`;
    case 'group': {
      const member = (field: Deciding['userGroupMember'][number]): Sql => people.column('userGroupMember', 'm', field);
      const members = sql`
        select ${member('user')} from ${people.from('userGroupMember', 'm')} join ${people.from('userGroup', 'g')} on g.id = ${member('group')}
        where ${people.live('m')} and ${people.live('g')} and ${people.column('userGroup', 'g', 'code')} = ${subject.code}`;
      return sql`${users} and u.id in (${members})`;
    }
    case 'department': {
      const named = sql`select d.id from ${people.from('department', 'd')} where ${people.live('d')} and ${people.column('department', 'd', 'code')} = ${subject.code}`;
      if (!subject.below) return sql`${users} and ${user('department')} in (${named})`;
      return sql`${users} and ${user('department')} in (with recursive ${belowSql(people, 'below', named)} select b.id from below b)`;
    }
  }
}

function ownersStatement(people: People, subjects: readonly SubjectModel[]): Statement {
  const rows = subjects.map(
    (subject) => sql`select ${subjectKey(subject)}::text as subject, array(${membersSql(people, subject)}) as users`,
  );
  return toStatement(join(rows, ' union all '));
}

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

const units = (value: unknown): readonly NamedUnit[] => (typeof value === 'string' ? (JSON.parse(value) as readonly NamedUnit[]) : []);

/** One person in at most two statements; undefined where there is no such user (any more). */
export async function loadPerson(door: Door, input: PersonInput): Promise<Person | undefined> {
  const { model, userId } = input;
  const people = new People(model, door.schema);
  const { rows } = await door.query(personStatement(people, userId, model.settings.departmentHeads));
  const [row] = rows;
  if (row === undefined) return undefined;
  const alone: PersonAlone = {
    userId: String(row['user_id']),
    active: row['active'] === true,
    email: textOrNull(row['email']) ?? '',
    roles: texts(row['roles']),
    permissionSets: texts(row['sets']),
    department: textOrNull(row['department']),
    departments: units(row['departments']),
    groups: units(row['groups']),
    managed: texts(row['managed']),
    headed: texts(row['headed']),
  };
  const subjects = new Map(input.subjects(alone).map((subject) => [subjectKey(subject), subject]));
  if (subjects.size === 0) return { ...alone, owners: {} };
  const answer = await door.query(ownersStatement(people, [...subjects.values()]));
  return { ...alone, owners: Object.fromEntries(answer.rows.map((each) => [String(each['subject']), texts(each['users'])])) };
}

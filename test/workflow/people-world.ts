// Random worlds of people and departments in a tenant: who leads whom, who is inactive, gone or away.
import { engineParts, systemSession } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { runInSession, type WriteSession } from '@tessera/records';
import type { TestEngine, TestTenant } from '../support/engine.ts';
import type { Random } from '../support/random.ts';
import { notedCell } from '../support/statements.ts';

export interface Person {
  readonly id: string;
  active: boolean;
  gone: boolean;
  manager: string | null;
  department: string | null;
  rank: string | null;
  roles: readonly string[];
}

export interface Department {
  readonly id: string;
  gone: boolean;
  parent: string | null;
  head: string | null;
}

export interface Absence {
  readonly person: string;
  readonly standIn: string | null;
  readonly from: string;
  readonly to: string;
}

export interface World {
  readonly people: readonly Person[];
  readonly departments: readonly Department[];
  readonly groups: readonly string[];
  /** Codes of groups with their members; `gone` memberships count for nothing. */
  members: readonly { readonly group: string; readonly user: string; readonly gone: boolean }[];
  absences: readonly Absence[];
  /** In record teams: subjects as `_share` has them. */
  shares: readonly { readonly record: string; readonly role: string; readonly subject: string; readonly expired: boolean }[];
}

export const ranks = ['staff', 'manager', 'director', 'executive'] as const;
export const today = '2026-05-20';
export const now = `${today}T10:00:00.000Z`;

/**
 * Work in a transaction of the platform, as whatever asks for people has it.
 * @param note hears the texts of its statements
 */
export async function inSession<T>(
  engine: TestEngine,
  tenant: TestTenant,
  work: (session: WriteSession) => Promise<T>,
  note: (text: string) => void = () => undefined,
): Promise<T> {
  const clock = { now: () => Date.parse(now) };
  const parts = engineParts({
    cell: notedCell(engine.cell, note),
    log: silentLogger,
    secret: 'a secret of these tests, long enough',
    clock,
  });
  return runInSession(await systemSession(parts, { ...tenant.systemContext(), clock }), work);
}

const maybe = <T>(random: Random, inHundred: number, value: T): T | null => (random.below(100) < inHundred ? value : null);

/** Moves everybody and everything about: circles of managers and of departments among them. */
export function shuffle(random: Random, world: World, records: readonly string[]): void {
  const { people, departments, groups } = world;
  const ids = people.map(({ id }) => id);
  const rooms = departments.map(({ id }) => id);
  for (const person of people) {
    person.active = random.below(5) > 0;
    person.gone = random.below(10) === 0;
    person.manager = maybe(random, 75, random.pick(ids));
    person.department = maybe(random, 80, random.pick(rooms));
    person.rank = maybe(random, 70, random.pick(ranks));
    person.roles = ['clerk', 'auditor'].filter(() => random.below(3) === 0);
  }
  for (const department of departments) {
    department.gone = random.below(10) === 0;
    department.parent = maybe(random, 75, random.pick(rooms));
    department.head = maybe(random, 75, random.pick(ids));
  }
  const pairs = new Set(Array.from({ length: 8 }, () => `${random.pick(groups)} ${random.pick(ids)}`));
  world.members = [...pairs].map((pair) => {
    const [group = '', user = ''] = pair.split(' ');
    return { group, user, gone: random.below(6) === 0 };
  });
  // Few people, so that chains of those who stand in close now and then.
  const few = ids.slice(0, 7);
  world.absences = Array.from({ length: 12 }, () => ({
    person: random.pick(few),
    standIn: maybe(random, 85, random.pick(few)),
    ...random.pick([
      { from: '2026-05-20', to: '2026-05-20' },
      { from: '2026-05-01', to: '2026-05-31' },
      { from: '2026-05-10', to: '2026-05-19' },
      { from: '2026-05-21', to: '2026-06-01' },
      { from: '2026-05-18', to: '2026-05-22' },
    ]),
  })).filter(({ person, standIn }) => person !== standIn);
  const subjects = [...ids.map((id) => `user:${id}`), 'role:clerk', ...rooms.flatMap((id) => [`department:${id}`, `below:${id}`])];
  const shares = Array.from({ length: 10 }, () => ({
    record: random.pick(records),
    role: random.pick(['helper', 'observer']),
    subject: random.pick(subjects),
    expired: random.below(5) === 0,
  }));
  world.shares = [...new Map(shares.map((share) => [`${share.record} ${share.subject}`, share])).values()];
}

const text = (value: string | null): string => (value === null ? 'null' : `'${value}'`);

/** Writes the world over the tenant's. */
export async function put(engine: TestEngine, { schema }: TestTenant, world: World): Promise<void> {
  const gone = (flag: boolean): string => (flag ? 'now()' : 'null');
  const fresh = 'created_at, updated_at, version, life_status';
  const values = "now(), now(), 1, 'normal'";
  await engine.sql(
    [
      ...world.people.map(
        ({ id, active, gone: g, manager, department, rank, roles }) =>
          `update ${schema}."user" set active = ${String(active)}, deleted_at = ${gone(g)}, manager_id = ${text(manager)},
            department_id = ${text(department)}, rank = ${text(rank)}, roles = '{${roles.join(',')}}' where id = '${id}'`,
      ),
      ...world.departments.map(
        ({ id, gone: g, parent, head }) =>
          `update ${schema}.department set deleted_at = ${gone(g)}, parent_id = ${text(parent)}, head_id = ${text(head)} where id = '${id}'`,
      ),
      `delete from ${schema}.user_group_member`,
      `delete from ${schema}.absence`,
      `delete from ${schema}._share`,
      ...world.members.map(
        ({ group, user, gone: g }, i) =>
          `insert into ${schema}.user_group_member (id, name, group_id, user_id, deleted_at, ${fresh})
            select gen_random_uuid(), 'm${String(i)}', g.id, '${user}', ${gone(g)}, ${values} from ${schema}.user_group g where g.code = '${group}'`,
      ),
      // Ids grow with the list, so that of equal absences the later one counts.
      ...world.absences.map(
        ({ person, standIn, from, to }, i) =>
          `insert into ${schema}.absence (id, name, person_id, stand_in_id, "from", "to", ${fresh})
            values ('00000000-0000-7000-8000-${String(i).padStart(12, '0')}', 'a${String(i)}', '${person}', ${text(standIn)}, '${from}', '${to}', ${values})`,
      ),
      ...world.shares.map(
        ({ record, role, subject, expired }) =>
          `insert into ${schema}._share (id, object, record_id, subject, access, origin, team_role, expires_at, created_at)
            values (gen_random_uuid(), 'request', '${record}', '${subject}', 'read', 'team', '${role}', ${expired ? `'${today} 09:00Z'` : 'null'}, now())`,
      ),
    ].join(';\n'),
  );
}

// Rows of the access scene, written by PostgreSQL itself: people in a tree, and records of theirs. Equal at each run.

/** People per level, the top first; numbered through from 1. */
export const levels: readonly number[] = [1, 4, 16, 64, 240, 675];
export const people = levels.reduce((sum, size) => sum + size, 0);
export const [accounts, deals, shares] = [20_000, 200_000, 20_000];

/** The last person owns nothing. */
const owners = people - 1;
const firstRep = people - 675 + 1;
const firstTeamLead = firstRep - 240;
/** Managers of the upper levels head a department each. */
const departments = firstTeamLead - 1;

/** A number from 0 to 1 that belongs to `seed`. */
const chance = (seed: string, salt: string): string =>
  `((('x' || substr(md5((${seed})::text || '${salt}'), 1, 8))::bit(32)::bigint) / 4294967296.0)`;

const id = (kind: number, n: string): string => `('00000000-0000-7000-8${kind}00-' || lpad((${n})::text, 12, '0'))::uuid`;
export const personId = (n: number): string => `00000000-0000-7000-8100-${String(n).padStart(12, '0')}`;
const person = (n: string): string => id(1, n);
const department = (n: string): string => id(2, n);
const group = (n: string): string => id(3, n);
const account = (n: string): string => id(4, n);

/** Ids of records are made as time goes by: one each ten minutes. */
const instant = (n: string): string => `(timestamptz '2022-01-01' + (${n}) * interval '10 minutes')`;
const dealId = (n: string): string =>
  `(lpad(to_hex((extract(epoch from ${instant(n)}) * 1000)::bigint), 12, '0') || '7000' || '8' || substr(md5((${n})::text), 1, 15))::uuid`;

/** Who stands above `n`: somebody of the level before, some of whom have more people than others. */
function managerOf(n: string): string {
  let start = 1;
  const cases = levels.slice(1).map((size, i) => {
    const above = levels[i] ?? 1;
    const [first, last] = [start + above, start + above + size - 1];
    const found = `when ${n} <= ${last} then ${start} + floor(${above} * power(${chance(n, 'manager')}, 1.3))`;
    start = first;
    return found;
  });
  return `(case when ${n} = 1 then null ${cases.join(' ')} end)::integer`;
}

const roleOf = (n: string): string =>
  `case when ${n} < ${firstRep} then 'manager' when ${n} % 30 = 0 then 'support' when ${n} % 67 = 0 then 'finance' else 'rep' end`;

/** Most records are the reps', and few reps have many. */
const ownerOf = (n: string, salt: string): string => `(case
  when ${chance(n, `level${salt}`)} < 0.85 then ${firstRep} + floor(${owners - firstRep + 1} * power(${chance(n, salt)}, 1.8))
  when ${chance(n, `level${salt}`)} < 0.97 then ${firstTeamLead} + floor(240 * ${chance(n, salt)})
  else 1 + floor(${departments} * ${chance(n, salt)}) end)::integer`;

const pick = (n: string, salt: string, power: number, ...names: readonly string[]): string =>
  `(array['${names.join("','")}'])[1 + floor(${names.length} * power(${chance(n, salt)}, ${power}))::integer]`;

const stamps = 'created_at, updated_at, version, life_status';
const stamp = (n = '0'): string => `${instant(n)}, ${instant(n)}, 1, 'normal'`;

function peopleRows(s: string): readonly string[] {
  return [
    `create temp table tree as select n, ${managerOf('n')} as manager from generate_series(1, ${people}) n`,
    `insert into ${s}.department (id, name, ${stamps}, code) select ${department('n')}, 'Department ' || n, ${stamp()}, 'd' || n from generate_series(1, ${departments}) n`,
    // Who heads no department belongs to that of the manager, or of the manager's manager.
    `insert into ${s}."user" (id, name, ${stamps}, email, active, manager_id, department_id, roles, permission_sets)
      select ${person('t.n')}, 'Person ' || t.n, ${stamp()}, 'p' || t.n || '@bench.example', true, ${person('t.manager')},
        ${department(`case when t.n <= ${departments} then t.n when t.manager <= ${departments} then t.manager else a.manager end`)},
        array[${roleOf('t.n')}], '{}'
      from tree t left join tree a on a.n = t.manager`,
    `update ${s}.department d set head_id = ${person('t.n')}, parent_id = ${department('t.manager')} from tree t where d.id = ${department('t.n')}`,
    `insert into ${s}.user_group (id, name, ${stamps}, code) select ${group('n')}, 'Group ' || n, ${stamp()}, 'g' || n from generate_series(1, 10) n`,
    `insert into ${s}.user_group_member (id, name, ${stamps}, group_id, user_id)
      select ${id(5, 'n')}, 'GM-' || n, ${stamp()}, ${group('1 + n % 10')}, ${person('1 + (n * 37) % 996')} from generate_series(1, 300) n`,
  ];
}

const words = (n: string): string =>
  `concat_ws(' ', 'Call about', ${pick(n, 'w1', 1, 'pricing', 'delivery', 'contract', 'service', 'licences')}, 'with', ${pick(n, 'w2', 1, 'legal', 'purchase', 'the board', 'operations')},
    case when ${chance(n, 'w3')} < 0.0005 then 'before the renewal' end, repeat('and more of it ', floor(10 * power(${chance(n, 'w4')}, 3))::integer))`;

function recordRows(s: string): readonly string[] {
  return [
    `insert into ${s}.account (id, name, ${stamps}, owner_id, industry, city)
      select ${account('n')}, 'Account ' || n, ${stamp('n')}, ${person(ownerOf('n', 'account'))}, ${pick('n', 'industry', 6, 'retail', 'saas', 'energy', 'public')}, ${pick('n', 'city', 2, 'Berlin', 'Shanghai', 'Lyon', 'Turin')}
      from generate_series(1, ${accounts}) n`,
    `insert into ${s}.deal (id, name, ${stamps}, deleted_at, owner_id, account_id, amount, stage, region, close_date, note)
      select ${dealId('n')}, 'Deal ' || n, ${stamp('n')}, case when ${chance(`n`, 'bin')} < 0.03 then ${instant('n')} end, ${person(ownerOf('n', 'deal'))},
        ${account(`1 + floor(${accounts} * power(${chance('n', 'account')}, 2))`)}, round((exp(6 + 8 * ${chance('n', 'amount')}))::numeric, 2),
        ${pick('n', 'stage', 1.5, 'open', 'lost', 'proposal', 'won')}, ${pick('n', 'region', 1.2, 'south', 'east', 'west', 'north')},
        date '2020-01-01' + floor(2500 * ${chance('n', 'close')})::integer, ${words('n')}
      from generate_series(1, ${deals}) n`,
    // Mostly with people, some with everybody of a role, group or department; a few have expired.
    `insert into ${s}._share (id, object, record_id, subject, access, origin, expires_at)
      select ${id(6, 'n')}, 'deal', ${dealId(`1 + floor(${deals} * ${chance('n', 'shared')})::integer`)},
        case when n % 20 < 17 then 'user:' || ${person(`1 + floor(${people} * power(${chance('n', 'with')}, 2))`)}
          when n % 20 = 17 then 'role:' || ${pick('n', 'with', 3, 'support', 'finance', 'manager')}
          when n % 20 = 18 then 'group:' || ${group(`1 + floor(10 * ${chance('n', 'with')})`)}
          else ${pick('n', 'unit', 1, 'department:', 'below:')} || ${department(`1 + floor(${departments} * ${chance('n', 'with')})`)} end,
        ${pick('n', 'access', 1, 'read', 'edit')}, ${pick('n', 'origin', 1, 'team', 'manual')}, case when n % 50 = 0 then timestamptz '2024-01-01' end
      from generate_series(1, ${shares}) n on conflict do nothing`,
  ];
}

/** Statements that fill the tables of schema `s`, one after the other on one connection. */
export const rowStatements = (s: string): readonly string[] => [...peopleRows(s), ...recordRows(s), `vacuum analyze`];

/** 10,000 more people below somebody, ten of whom lead the rest. */
export const crowdStatements = (s: string, chief: string): readonly string[] => [
  `insert into ${s}."user" (id, name, ${stamps}, email, active, manager_id, roles, permission_sets)
    select ${person('n')}, 'Person ' || n, ${stamp()}, 'p' || n || '@bench.example', true,
      case when n <= 100010 then '${chief}'::uuid else ${person('100001 + n % 10')} end, '{rep}', '{}'
    from generate_series(100001, 110000) n`,
  `vacuum analyze ${s}."user"`,
];

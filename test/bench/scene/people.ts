// 200 people in five levels and their departments, written by PostgreSQL itself; equal at each run.

/** People per level, the top first; numbered through from 1. */
export const levels = [1, 3, 12, 36, 148] as const;
export const people = levels.reduce((sum, size) => sum + size, 0);

/** The upper three levels head a department each. */
export const departments = levels[0] + levels[1] + levels[2];
const lastManager = departments + levels[3];

/** A manager in the middle of the tree, with people of two levels below. */
export const middleManager = levels[0] + levels[1] + 5;

export const id = (kind: number, n: string): string => `('00000000-0000-7000-8${String(kind)}00-' || lpad((${n})::text, 12, '0'))::uuid`;
export const personId = (n: number): string => `00000000-0000-7000-8100-${String(n).padStart(12, '0')}`;
export const emailOf = (n: number): string => `p${String(n)}@bench.example`;
export const person = (n: string): string => id(1, n);
const department = (n: string): string => id(2, n);

export const stamps = 'created_at, updated_at, version, life_status';
const stamp = `timestamptz '2022-01-01', timestamptz '2022-01-01', 1, 'normal'`;

/** Who stands above `n`: those of a level have equally many people below them. */
function managerOf(n: string): string {
  let start = 1;
  const cases = levels.slice(1).map((size, i) => {
    const above = levels[i] ?? 1;
    const first = start + above;
    const found = `when ${n} < ${String(first + size)} then ${String(start)} + (${n} - ${String(first)}) % ${String(above)}`;
    start = first;
    return found;
  });
  return `(case when ${n} = 1 then null ${cases.join(' ')} end)::integer`;
}

/** Fills the tables of people in schema `s`; the administrator who is there already stays. */
export function peopleStatements(s: string): readonly string[] {
  return [
    `create temp table tree as select n, ${managerOf('n')} as manager from generate_series(1, ${String(people)}) n`,
    `insert into ${s}.department (id, name, ${stamps}, code) select ${department('n')}, 'Department ' || n, ${stamp}, 'd' || n from generate_series(1, ${String(departments)}) n`,
    // Who heads no department belongs to that of the manager, or of the manager's manager.
    `insert into ${s}."user" (id, name, ${stamps}, email, active, manager_id, department_id, roles, permission_sets)
      select ${person('t.n')}, 'Person ' || t.n, ${stamp}, 'p' || t.n || '@bench.example', true, ${person('t.manager')},
        ${department(`case when t.n <= ${String(departments)} then t.n when t.manager <= ${String(departments)} then t.manager else a.manager end`)},
        array[case when t.n <= ${String(lastManager)} then 'manager' else 'rep' end], '{}'
      from tree t left join tree a on a.n = t.manager`,
    `update ${s}.department d set head_id = ${person('t.n')}, parent_id = ${department('t.manager')} from tree t where d.id = ${department('t.n')}`,
    'drop table tree',
  ];
}

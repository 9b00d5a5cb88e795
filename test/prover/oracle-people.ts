// ACCESS.md "People" and "Subjects", read literally: who is above whom, who belongs where, whom a subject means.
import { listIn, rowsOf, textIn, type Row, type Subject, type World } from './world.ts';

const live = (row: Row | undefined): row is Row => row !== undefined && !row.deleted;

/** Active and not deleted. */
export function people(world: World): readonly Row[] {
  return rowsOf(world, 'user').filter((row) => !row.deleted && row.values['active'] === true);
}

/** Whether B is A's manager, or the manager's manager, to any height; a circle ends where it closes. */
export function isAbove(world: World, b: string, a: string): boolean {
  const met = new Set([a]);
  for (let at = textIn(world.rows.get(a), 'manager'); at !== null && !met.has(at); at = textIn(world.rows.get(at), 'manager')) {
    if (!live(world.rows.get(at))) return false;
    if (at === b) return true;
    met.add(at);
  }
  return false;
}

/** A department and those above it, nearest first. */
function lineage(world: World, department: string | null): readonly Row[] {
  const found: Row[] = [];
  let at = department === null ? undefined : world.rows.get(department);
  while (live(at) && !found.includes(at)) {
    found.push(at);
    at = world.rows.get(textIn(at, 'parent') ?? '');
  }
  return found;
}

/** Whether the person heads a department of the owner's, as far as the tenant lets heads see. */
export function heads(world: World, person: string, owner: string): boolean {
  if (world.departmentHeads === 'none') return false;
  const all = lineage(world, textIn(world.rows.get(owner), 'department'));
  const counted = world.departmentHeads === 'own' ? all.slice(0, 1) : all;
  return counted.some((department) => textIn(department, 'head') === person);
}

export function inDepartment(world: World, person: string, department: string, below: boolean): boolean {
  const all = lineage(world, textIn(world.rows.get(person), 'department'));
  return (below ? all : all.slice(0, 1)).some(({ id }) => id === department);
}

export function inGroup(world: World, person: string, group: string): boolean {
  if (!live(world.rows.get(group))) return false;
  return rowsOf(world, 'userGroupMember').some(
    (member) => !member.deleted && textIn(member, 'group') === group && textIn(member, 'user') === person,
  );
}

const coded = (world: World, object: string, code: string): readonly Row[] =>
  rowsOf(world, object).filter((row) => !row.deleted && textIn(row, 'code') === code);

/** Whether the person is among those that a subject of metadata means. */
export function isMeant(world: World, person: string, subject: Subject): boolean {
  switch (subject.kind) {
    case 'user':
      return textIn(world.rows.get(person), 'email')?.toLowerCase() === subject.email.toLowerCase();
    case 'role':
      return listIn(world.rows.get(person), 'roles').includes(subject.role);
    case 'group':
      return coded(world, 'userGroup', subject.code).some(({ id }) => inGroup(world, person, id));
    case 'department':
      return coded(world, 'department', subject.code).some(({ id }) => inDepartment(world, person, id, subject.below));
  }
}

/** The same for the subject of a share, which names ids. */
export function isShareSubject(world: World, person: string, subject: string): boolean {
  const [kind = '', name = ''] = subject.split(':');
  switch (kind) {
    case 'user':
      return person === name;
    case 'role':
      return listIn(world.rows.get(person), 'roles').includes(name);
    case 'group':
      return inGroup(world, person, name);
    case 'department':
    case 'below':
      return inDepartment(world, person, name, kind === 'below');
    default:
      throw new TypeError(`No subject of a share: ${subject}`);
  }
}

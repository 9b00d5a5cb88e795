// What a change of metadata does to people's access: who gains and who loses what, counted on the tenant's records.
import { bind, isoNow } from '@tessera/kernel';
import { canonicalJson, movedWords, type Change, type FieldModel, type Model, type SubjectModel } from '@tessera/metadata';
import {
  comparePolicies,
  compilePolicy,
  compareRecords,
  differenceSlots,
  personWanted,
  type FormerNames,
  type ObjectDifference,
  type RecordDifference,
  type Side,
} from '@tessera/security';
import { activePeopleStatement, differenceStatement, loadPerson, subjectKey, type Person, type PersonAlone } from '@tessera/storage';
import { dependencies, walk, type AccessExpression, type Expression } from '@tessera/rules';
import type { AccessPlan, CountedAccess } from '../types/access.ts';
import type { Session } from '../engine-parts.ts';
import { renamesIn } from './renames-in.ts';

/** People beyond these are not compared; the plan says how many. */
const mostPeople = 2_000;
/** Counts of records beyond these are left out; the plan says how many. */
const mostCounts = 500;
const sampled = 5;

interface Compared {
  readonly person: Person;
  readonly before: Side;
  readonly after: Side;
}

/** Kinds of components that decide about access, and the parts of others that do. */
function mayTouchAccess(changes: readonly { readonly kind: string; readonly path: readonly string[] }[]): boolean {
  const kinds = new Set(['role', 'permissionSet', 'sharingRule', 'object']);
  return changes.some(({ kind, path }) => kinds.has(kind) || (kind === 'settings' && (path.length === 0 || path[0] === 'departmentHeads')));
}

/** Roles and permission sets are options of fields of people. */
const optionsOf = (model: Model, field: string): NonNullable<FieldModel['options']> => model.objects['user']?.fields[field]?.options ?? {};

/** People as the Model after speaks of them, while the tables are still those of the Model before. */
class Successors {
  readonly #after: Model;
  readonly #roles: ReadonlyMap<string, string>;
  readonly #sets: ReadonlyMap<string, string>;

  constructor(before: Model, after: Model) {
    this.#after = after;
    this.#roles = movedWords(optionsOf(before, 'roles'), optionsOf(after, 'roles'));
    this.#sets = movedWords(optionsOf(before, 'permissionSets'), optionsOf(after, 'permissionSets'));
  }

  /** What people have moves along with roles and permission sets that are renamed. */
  #moved({ roles, permissionSets, ...rest }: PersonAlone): PersonAlone {
    const words = (names: readonly string[], moved: ReadonlyMap<string, string>): string[] => names.map((name) => moved.get(name) ?? name);
    return { ...rest, roles: words(roles, this.#roles), permissionSets: words(permissionSets, this.#sets) };
  }

  #wanted(person: PersonAlone): readonly SubjectModel[] {
    return personWanted(this.#after)(this.#moved(person));
  }

  /** The subject under the names that are in the tables; several roles may become one. */
  #stored(subject: SubjectModel): readonly SubjectModel[] {
    if (subject.kind !== 'role') return [subject];
    const formers = [...this.#roles].flatMap(([former, present]) => (present === subject.role ? [former] : []));
    const roles = this.#roles.has(subject.role) ? formers : [subject.role, ...formers];
    return roles.map((role) => ({ kind: 'role', role }));
  }

  /** Whose people must be found for the person as it will be. */
  subjects(person: PersonAlone): readonly SubjectModel[] {
    return this.#wanted(person).flatMap((subject) => this.#stored(subject));
  }

  /** @param headed whom the person heads by what the Model after says */
  of(person: Person, headed: readonly string[]): Person {
    const owners = this.#wanted(person).map((subject) => {
      const people = this.#stored(subject).flatMap((stored) => person.owners[subjectKey(stored)] ?? []);
      return [subjectKey(subject), [...new Set(people)]] as const;
    });
    return { ...this.#moved(person), headed, owners: Object.fromEntries(owners) };
  }
}

async function compared(session: Session, after: Model, successors: Successors, userId: string): Promise<Compared | undefined> {
  const { database } = session;
  const before = session.runtime.model;
  const subjects = (one: PersonAlone): readonly SubjectModel[] => [...personWanted(before)(one), ...successors.subjects(one)];
  const person = await loadPerson(database, { model: before, userId, subjects });
  if (person === undefined) return undefined;
  const { departmentHeads } = after.settings;
  const asked = { ...before, settings: { ...before.settings, departmentHeads } };
  const areHeadsAlike = departmentHeads === before.settings.departmentHeads;
  const heads = areHeadsAlike ? person : await loadPerson(database, { model: asked, userId, subjects: () => [] });
  const will = successors.of(person, heads?.headed ?? []);
  return {
    person,
    before: { model: before, policy: compilePolicy(before, person) },
    after: { model: after, policy: compilePolicy(after, will) },
  };
}

/** People to whom the same happens, with what happens. */
function grouped(all: readonly Compared[], names: FormerNames): AccessPlan['rights'] {
  const groups = new Map<string, { differences: readonly ObjectDifference[]; people: string[]; count: number }>();
  for (const { person, before, after } of all) {
    const differences = comparePolicies(before, after, names);
    if (differences.length === 0) continue;
    const key = canonicalJson(differences);
    const group = groups.get(key) ?? { differences, people: [], count: 0 };
    group.count += 1;
    if (group.people.length < sampled) group.people.push(person.email);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ differences, people, count }) =>
    differences.map(({ object, gains, loses, fields }) => ({ object, people: count, sample: people, gains, loses, fields })),
  );
}

/** Whoever sees masters by a rule sees their details by it too. */
function masterKnown(model: Model, { object, test }: AccessExpression): boolean {
  if (test.kind !== 'parent') return true;
  return model.objects[test.parent] !== undefined && model.objects[object]?.fields[test.by] !== undefined && isKnown(model, test.where);
}

/** Whether the tables of today have everything that a condition of tomorrow reads. */
function isKnown(model: Model, condition: Expression | undefined): boolean {
  if (condition === undefined) return true;
  const tests: AccessExpression[] = [];
  walk(condition, (found) => {
    if (found.node === 'access') tests.push(found);
  });
  const { paths, aggregates } = dependencies(condition);
  const steps = paths.flatMap((path) => path.steps);
  return (
    tests.every((test) => masterKnown(model, test)) &&
    steps.every(({ object, field }) => object === '' || model.objects[object]?.fields[field] !== undefined) &&
    aggregates.every(({ source }) => model.objects[source.object] !== undefined)
  );
}

async function counted(session: Session, one: Compared, difference: RecordDifference): Promise<CountedAccess | undefined> {
  const { object, former, verb } = difference;
  const who = { user: one.person.userId, email: one.person.email, object, verb };
  const { model } = session.runtime;
  if (!isKnown(model, difference.after)) return { ...who, gained: null, lost: null };
  const statement = differenceStatement({ model, schema: session.database.schema }, former, difference);
  const slots = {
    // Slots that only steer PostgreSQL's plan keep their name, and one side may not have them.
    ...one.after.policy.slots,
    ...differenceSlots(one.before.policy, one.after.policy),
    now: isoNow(session.context),
    zone: model.settings.timeZone,
  };
  const [row] = (await session.database.query(bind(statement, slots))).rows;
  const [gained, lost] = [Number(row?.['gained']), Number(row?.['lost'])];
  return gained + lost === 0 ? undefined : { ...who, gained, lost };
}

/** Undefined where the change has nothing to do with access. */
export async function planAccess(session: Session, after: Model, changes: readonly Change[]): Promise<AccessPlan | undefined> {
  if (!mayTouchAccess(changes)) return undefined;
  const names = renamesIn(changes);
  const target = { model: session.runtime.model, schema: session.database.schema };
  const { rows } = await session.database.query(activePeopleStatement(target));
  const successors = new Successors(session.runtime.model, after);
  const all: Compared[] = [];
  for (const row of rows.slice(0, mostPeople)) {
    const one = await compared(session, after, successors, String(row['id']));
    if (one !== undefined) all.push(one);
  }
  const open = all.flatMap((one) => compareRecords(one.before, one.after, names).map((difference) => ({ one, difference })));
  const records: CountedAccess[] = [];
  for (const { one, difference } of open.slice(0, mostCounts)) {
    const count = await counted(session, one, difference);
    if (count !== undefined) records.push(count);
  }
  return {
    people: all.length,
    notCompared: Math.max(0, rows.length - mostPeople),
    administrators: all.filter((one) => one.after.policy.administrator).length,
    rights: grouped(all, names),
    records,
    notCounted: Math.max(0, open.length - mostCounts),
  };
}

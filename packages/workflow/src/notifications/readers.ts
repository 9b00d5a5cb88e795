// What a template's placeholders stand for, for each receiver with the receiver's own rights: nothing comes in that they may not see.
import { TesseraError } from '@tessera/kernel';
import type { TemplateModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { Expression, Value } from '@tessera/rules';
import { compilePolicy, personWanted, readCondition, restrictRule, type Policy } from '@tessera/security';
import { loadPerson, readAs, type Reader } from '@tessera/storage';
import { doorIn } from '../jobs/handlers.ts';

export interface Wanted {
  readonly user: string;
  /** The id of a record of the template's object; null: of none. */
  readonly about: string | null;
}

export interface ReadValues {
  /** Whether the receiver sees the record. */
  readonly seen: boolean;
  /** By placeholder; null also where the receiver may not read it. */
  readonly values: Readonly<Record<string, Value>>;
}

/** The rule as far as a policy lets it go; undefined where it reads what does not exist for the person. */
function readable(session: WriteSession, policy: Policy, rule: Expression): Expression | undefined {
  try {
    return restrictRule({ model: session.model, policy }, rule);
  } catch (error) {
    if (error instanceof TesseraError) return undefined;
    throw error;
  }
}

const readerOf = (id: string, { roles, slots }: Policy): Reader => ({ id, roles, slots });

/** What people may do, as of this transaction. */
async function policiesOf(session: WriteSession, users: readonly string[]): Promise<ReadonlyMap<string, Policy>> {
  const { model } = session;
  const subjects = personWanted(model);
  const shapes = new Map<string, Policy['objects']>();
  const persons = await Promise.all(users.map((userId) => loadPerson(doorIn(session), { model, userId, subjects })));
  const policies = persons.flatMap((person) => {
    if (person === undefined) return [];
    const policy = compilePolicy(model, person, { kept: (shape) => shapes.get(shape) });
    shapes.set(policy.shape, policy.objects);
    return [[person.userId, policy] as const];
  });
  return new Map(policies);
}

/** Of those whose permissions have one shape: one statement. */
async function readAlike(
  session: WriteSession,
  { object, placeholders }: TemplateModel,
  wanted: readonly (Wanted & { readonly policy: Policy })[],
): Promise<readonly ReadValues[]> {
  const [first] = wanted;
  if (first === undefined) return [];
  const { policy } = first;
  const rules = Object.entries(placeholders).flatMap(([path, rule]) => {
    const allowed = readable(session, policy, rule);
    return allowed === undefined ? [] : [[path, allowed] as const];
  });
  const readers = new Map(wanted.map(({ user, policy: own }) => [user, readerOf(user, own)]));
  const { now, zone } = session.slots;
  const read = await readAs(session.transaction, session.target, {
    object,
    rules: rules.map(([, rule]) => rule),
    seen: object === undefined || policy.administrator ? undefined : readCondition(policy, object),
    readers: [...readers.values()],
    readings: wanted.map(({ user, about }) => ({ reader: user, record: about })),
    slots: { now, zone },
  });
  return read.map(({ seen, values }) => ({ seen, values: Object.fromEntries(rules.map(([path], n) => [path, values[n] ?? null])) }));
}

/** For each wanted, in their order: one statement for each shape of permissions among the receivers, beside what tells their permissions. */
export async function readForEach(
  session: WriteSession,
  template: TemplateModel,
  wanted: readonly Wanted[],
): Promise<readonly ReadValues[]> {
  const policies = await policiesOf(session, [...new Set(wanted.map(({ user }) => user))]);
  const nothing: ReadValues = { seen: false, values: {} };
  const found: ReadValues[] = wanted.map(() => nothing);
  const places = wanted.flatMap(({ user, about }, i) => {
    const policy = policies.get(user);
    return policy === undefined ? [] : [{ user, about, policy, i }];
  });
  for (const alike of Map.groupBy(places, ({ policy }) => policy.shape).values()) {
    const read = await readAlike(session, template, alike);
    alike.forEach(({ i }, n) => (found[i] = read[n] ?? nothing));
  }
  return found;
}

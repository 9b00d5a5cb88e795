// notePeople: a change that decides who may see what is in force on every node with the next request, and in the audit trail.
import { fail } from '@tessera/kernel';
import type { Value } from '@tessera/rules';
import { appendAudit, auditEntry, bumpAccess, countPeople, decidingFields, doorOf, type RecordValues } from '@tessera/storage';
import { sameValue } from '../changed.ts';
import type { WriteSession } from '../session.ts';
import type { Step } from '../write-set.ts';

/** Names of the deciding fields, by platform object. */
const deciding: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(decidingFields));

/** A record as it was and as it is; undefined: it is not there, or in the bin. */
export interface ChangedPerson {
  readonly id: string;
  readonly old: RecordValues | undefined;
  readonly now: RecordValues | undefined;
}

interface AccessChange {
  readonly id: string;
  readonly change: 'created' | 'updated' | 'removed';
  readonly fields: Readonly<Record<string, { readonly before: Value; readonly after: Value }>>;
}

function changeOf({ old, now }: ChangedPerson): AccessChange['change'] {
  if (now === undefined) return 'removed';
  return old === undefined ? 'created' : 'updated';
}

function fieldsOf(names: readonly string[], { old, now }: ChangedPerson): AccessChange['fields'] {
  const pairs = names.map((name) => [name, { before: old?.[name] ?? null, after: now?.[name] ?? null }] as const);
  return Object.fromEntries(pairs.filter(([, { before, after }]) => !sameValue(before, after)));
}

/** What decides: that a record comes or goes, and a deciding field of one that stays. */
function accessChanges(names: readonly string[], changed: readonly ChangedPerson[]): readonly AccessChange[] {
  const all = changed.map((each) => ({ id: each.id, change: changeOf(each), fields: fieldsOf(names, each) }));
  return all.filter(({ change, fields }) => change !== 'updated' || Object.keys(fields).length > 0);
}

export async function noteAccess(session: WriteSession, object: string, changed: readonly ChangedPerson[]): Promise<void> {
  const names = deciding.get(object);
  const changes = names === undefined ? [] : accessChanges(names, changed);
  if (changes.length === 0) return;
  const { context, at, target, transaction } = session;
  // This also makes writers to people wait for each other, so that two administrators cannot take each other's role at once.
  await bumpAccess(transaction, target.schema);
  if (object === 'user' && context.actor.kind === 'user') await checkAdministrators(session);
  const entries = changes.map(({ id, ...detail }) => auditEntry(context, 'access.changed', { object, recordId: id, detail }, at));
  await appendAudit(doorOf(transaction, target.schema), entries);
}

/** A tenant without an administrator could not be helped from within. */
async function checkAdministrators({ model, target, transaction }: WriteSession): Promise<void> {
  const roles = Object.values(model.roles).flatMap(({ name, administrator }) => (administrator ? [name] : []));
  if ((await countPeople(transaction, target, roles)) === 0) throw fail('LAST_ADMINISTRATOR');
}

export const notePeople: Step = async (set) => {
  const written = set.items.filter((item) => item.written !== undefined);
  if (written.length === 0) return set;
  await noteAccess(
    set.session,
    set.object.name,
    written.map(({ id, old, values }) => ({ id, old, now: values })),
  );
  return set;
};

// notePeople: a change of people, departments or groups changes who may see what: on every node with the next request, and in the audit trail.
import { fail, type Context } from '@tessera/kernel';
import type { Value } from '@tessera/rules';
import { appendAudit, bumpAccess, countPeople, doorOf, type NewAuditEntry, type RecordValues } from '@tessera/storage';
import { sameValue } from '../changed.ts';
import type { WriteSession } from '../session.ts';
import type { Step } from '../write-set.ts';

/** Platform objects whose records decide about access, with the fields that do. */
const deciding: ReadonlyMap<string, readonly string[]> = new Map([
  ['user', ['email', 'active', 'roles', 'permissionSets', 'manager', 'department']],
  ['department', ['code', 'parent', 'head']],
  ['userGroup', ['code']],
  ['userGroupMember', ['group', 'user']],
]);

/** A record as it was and as it is; undefined: it is not there, or in the bin. */
export interface ChangedPerson {
  readonly id: string;
  readonly old: RecordValues | undefined;
  readonly now: RecordValues | undefined;
}

function changeOf({ old, now }: ChangedPerson): 'created' | 'updated' | 'removed' {
  if (now === undefined) return 'removed';
  return old === undefined ? 'created' : 'updated';
}

function fieldsOf(names: readonly string[], { old, now }: ChangedPerson): Readonly<Record<string, { before: Value; after: Value }>> {
  const pairs = names.map((name) => [name, { before: old?.[name] ?? null, after: now?.[name] ?? null }] as const);
  return Object.fromEntries(pairs.filter(([, { before, after }]) => !sameValue(before, after)));
}

/** Whoever acts as another is named as who acts. */
function originOf(
  { actor, address, requestId }: Context,
  at: string,
): Pick<NewAuditEntry, 'at' | 'actor' | 'actorKind' | 'address' | 'requestId'> {
  const { apiKeyId, impersonatedBy, kind, userId } = actor;
  const actorKind = apiKeyId !== undefined ? 'apiKey' : impersonatedBy !== undefined ? 'impersonator' : kind;
  return { at, actor: impersonatedBy ?? userId, actorKind, requestId, ...(address === undefined ? {} : { address }) };
}

function entriesOf({ context, at }: WriteSession, object: string, changed: readonly ChangedPerson[]): readonly NewAuditEntry[] {
  const { impersonatedBy, userId } = context.actor;
  const actingAs = impersonatedBy === undefined ? {} : { actingAs: userId };
  return changed.flatMap((each): NewAuditEntry[] => {
    const fields = fieldsOf(deciding.get(object) ?? [], each);
    if (Object.keys(fields).length === 0) return [];
    const detail = { change: changeOf(each), fields, ...actingAs };
    return [{ ...originOf(context, at), action: 'access.changed', object, recordId: each.id, detail }];
  });
}

export async function noteAccess(session: WriteSession, object: string, changed: readonly ChangedPerson[]): Promise<void> {
  if (!deciding.has(object)) return;
  const { target, transaction } = session;
  // This also makes writers to people wait for each other, so that two administrators cannot take each other's role at once.
  await bumpAccess(transaction, target.schema);
  if (object === 'user' && session.context.actor.kind === 'user') await checkAdministrators(session);
  await appendAudit(doorOf(transaction, target.schema), entriesOf(session, object, changed));
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

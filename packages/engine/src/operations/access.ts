// Why somebody may see or change a record, or may not: the policy that restricts reads and writes, layer by layer.
import { bind, fail, isUuid } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import { allows, explainGrants, explainPlan, type AccessLayer } from '@tessera/security';
import { layersStatement } from '@tessera/storage';
import type { AccessExplanation, ExplainedLayer } from '../types/access.ts';
import type { OperationInput } from '../operation-list.ts';
import type { Session } from '../engine-parts.ts';
import { objectOf } from '../read/resolve.ts';
import { readRoots, readSlots } from './read.ts';
import { subjectOf, type Subject } from './subject.ts';

async function holds(
  session: Session,
  { policy }: Subject,
  object: string,
  id: string,
  layers: readonly AccessLayer[],
): Promise<readonly boolean[] | undefined> {
  const { database, runtime } = session;
  const conditions = layers.map((layer) => layer.condition);
  const statement = layersStatement({ model: runtime.model, schema: database.schema }, objectOf(runtime.model, object), id, conditions);
  const [row] = (await database.query(bind(statement, readSlots(session, policy)))).rows;
  return row && layers.map((_, n) => row[`c${String(n)}`] === true);
}

async function isSeen(session: Session, object: string, id: string): Promise<boolean> {
  const select = [{ kind: 'field', as: 'id', field: 'id' }] as const;
  const deleted = allows(session.policy, object, 'seeDeleted') ? { deleted: 'with' as const } : {};
  return (await readRoots(session, [{ kind: 'record', as: 'r', object, by: { id }, selections: select, ...deleted }])) !== '{"r":null}';
}

function explained(layers: readonly AccessLayer[], held: readonly boolean[]): readonly ExplainedLayer[] {
  return layers.map(({ kind, name }, n) => ({ kind, gives: held[n] === true, ...(name === undefined ? {} : { name }) }));
}

function fieldsOf(model: Model, subject: Subject, object: string): AccessExplanation['fields'] {
  if (subject.policy.administrator) return {};
  const { fields } = explainGrants(model, subject.person, object);
  return Object.fromEntries(Object.entries(fields).map(([name, { level, from }]) => [name, { level, from }]));
}

/**
 * The answer for one record and one person. Whoever is no administrator asks about records that they see, and about themselves.
 * Throws RECORD_NOT_FOUND, PERMISSION_DENIED.
 */
export async function explainAccess(session: Session, input: OperationInput<'records.access'>): Promise<AccessExplanation> {
  const { name } = objectOf(session.view, input.object);
  const id = input.id.toLowerCase();
  const absent = fail('RECORD_NOT_FOUND', { object: name, id: input.id });
  const subject = await subjectOf(session, input.user);
  if (!isUuid(id) || !(await isSeen(session, name, id))) throw absent;
  const plan = explainPlan(subject.policy, name);
  const held = await holds(session, subject, name, id, [...plan.read, ...plan.edit]);
  if (held === undefined) throw absent;
  const read = explained(plan.read, held.slice(0, plan.read.length));
  const edit = explained(plan.edit, held.slice(plan.read.length));
  const given = (layers: readonly ExplainedLayer[]): boolean => plan.administrator || layers.some((layer) => layer.gives);
  const grants = explainGrants(session.runtime.model, subject.person, name);
  const readable = plan.exists && given(read);
  return {
    object: name,
    id,
    user: subject.person.userId,
    active: subject.person.active,
    administrator: plan.administrator,
    read: readable,
    edit: readable && given(edit),
    verbs: plan.verbs,
    flags: grants.flags,
    layers: { read, edit },
    fields: session.policy.administrator ? fieldsOf(session.runtime.model, subject, name) : shownFields(session, name, subject),
  };
}

/** To others than administrators a field that does not exist for them is not named. */
function shownFields(session: Session, object: string, subject: Subject): AccessExplanation['fields'] {
  const shown = session.view.objects[object]?.fields ?? {};
  return Object.fromEntries(
    Object.entries(fieldsOf(session.runtime.model, subject, object)).filter(([field]) => Object.hasOwn(shown, field)),
  );
}

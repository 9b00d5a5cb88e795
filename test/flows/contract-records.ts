// Requests to every operation on records of one object, as far as the document has them.
import { isUuid } from '@tessera/kernel';
import type { Answer } from '../api/rest-scene.ts';
import { handIn } from './contract-approvals.ts';
import type { Caller, Sent } from './contract-calls.ts';
import type { Operation, Schema } from './contract-document.ts';

/** Sends, and holds the answer against the document. */
export type Check = (of: Operation, sent: Sent) => Promise<Answer>;

interface Scene {
  readonly caller: Caller;
  readonly object: string;
  /** Sends to an operation of the object; undefined where the document has it not. */
  readonly send: (route: string, sent: (at: Operation) => Sent) => Promise<Answer | undefined>;
}

/** Fields by which an operation finds a record. */
const namesOf = ({ parameters }: Operation): readonly string[] =>
  (parameters.find(({ name }) => name === 'field')?.schema?.['enum'] ?? []) as readonly string[];

const at = ({ path }: Operation, id: string): string => path.replace('{id}', id);

async function reads({ caller, object, send }: Scene, id: string): Promise<void> {
  for (const route of ['listRecords', 'listRecords', 'listRecords', 'getRecord', 'getHistory', 'exportRecords', 'exportRecords'])
    await send(route, (operation) => ({ path: caller.target(operation, { id }) }));
  await send('getRecord', (operation) => ({ path: at(operation, id), headers: { 'If-None-Match': '*' } }));
  const measures = [{ function: 'count' }, { function: 'max', path: 'createdAt' }, { function: 'countDistinct', path: 'id', name: 'ids' }];
  const groupBy = [{ path: 'createdAt', bucket: 'month' }];
  await send('aggregateRecords', ({ path }) => ({ path, body: { measures, groupBy, filter: caller.rule(object), first: 10 } }));
}

async function writes({ caller, object, send }: Scene, id: string, editable: boolean): Promise<void> {
  const create = caller.operation(object, 'createRecord');
  const records = create === undefined ? [] : [caller.again(create), caller.again(create)];
  if (editable) await send('updateRecord', (operation) => ({ path: at(operation, id), body: {} }));
  const changes = [{ id, version: 1 }, { id: crypto.randomUUID() }];
  const bulk = caller.operation(object, 'bulk')?.bodies['application/json'];
  const actions = (bulk?.['properties'] as { readonly action?: { readonly enum?: readonly string[] } } | undefined)?.action?.enum ?? [];
  if (actions.includes('create'))
    await send('bulk', ({ path }) => ({ path: `${path}?fields=id`, body: { action: 'create', allOrNone: false, records } }));
  if (actions.includes('update'))
    await send('bulk', ({ path }) => ({ path, body: { action: 'update', allOrNone: false, records: changes } }));
  await send('importRecords', ({ path }) => ({
    path: `${path}?dryRun=true&mapping=${encodeURIComponent('{"columns":{"id":{"field":"id"}}}')}&by=id`,
    body: `id\n${id}\n`,
    headers: { 'Content-Type': 'text/csv' },
  }));
}

/** Unique fields of a record that have a value. */
async function uniqueValues({ caller, object }: Scene): Promise<readonly (readonly [string, string])[]> {
  const names = caller.uniqueNames(object);
  if (names.length === 0) return [];
  const { json } = await caller.client.call('GET', `/api/v1/records/${object}?first=50&fields=${names.join(',')}`);
  const { records } = json as { readonly records: readonly Schema[] };
  return names.flatMap((name) => {
    const found = records.find((record) => typeof record[name] === 'string' && record[name] !== '')?.[name];
    return typeof found === 'string' ? [[name, found] as const] : [];
  });
}

async function byUniqueFields(scene: Scene, mayChange: boolean): Promise<void> {
  const { caller, object, send } = scene;
  const upsert = caller.operation(object, 'upsertRecord');
  for (const [field, value] of await uniqueValues(scene)) {
    const sent = (operation: Operation): Sent => ({ path: caller.target(operation, { field, value }) });
    await send('getRecordBy', sent);
    if (mayChange && upsert !== undefined && namesOf(upsert).includes(field))
      await send('upsertRecord', (operation) => ({ ...sent(operation), body: {} }));
  }
}

/** Two records become one, and two again: new ones, or else some of those that are there. */
async function merged({ caller, object, send }: Scene): Promise<void> {
  const create = caller.operation(object, 'createRecord');
  if (caller.operation(object, 'mergeRecords') === undefined) return;
  const [spare, other] = caller.pool.get(object)?.slice(-2) ?? [];
  const made = async (instead: string | undefined): Promise<string> => {
    const answer = create && (await caller.client.call('POST', `${create.path}?fields=id`, caller.again(create)));
    return answer?.status === 201 ? (answer.json as { readonly id: string }).id : (instead ?? '');
  };
  const [first, second] = [await made(spare), await made(other)];
  const answer = await send('mergeRecords', (operation) => ({ path: at(operation, first), body: { others: [{ id: second }] } }));
  const merge = (answer?.json as { readonly merge?: string } | undefined)?.merge ?? '';
  const undone = await send('undoMerge', (operation) => ({ path: at(operation, first).replace('{merge}', merge) }));
  // Who may not undo it leaves the second in the bin.
  if (answer?.status === 200 && undone?.status !== 200)
    caller.pool.set(
      object,
      (caller.pool.get(object) ?? []).filter((id) => id !== second),
    );
}

/** A record that is worked on becomes others. */
async function converted({ caller, object, send }: Scene): Promise<void> {
  const [create, convert] = [caller.operation(object, 'createRecord'), caller.operation(object, 'convertRecord')];
  if (create === undefined || convert === undefined) return;
  // What leads to other records may say that it is converted already.
  const values = Object.entries(caller.again(create)).filter(([, value]) => !isUuid(value));
  const body = { ...Object.fromEntries(values), status: 'working' };
  const answer = await caller.client.call('POST', `${create.path}?fields=id`, body);
  if (answer.status !== 201) return;
  const { id } = answer.json as { readonly id: string };
  const [name = ''] = (convert.parameters.find((each) => each.name === 'name')?.schema?.['enum'] ?? []) as readonly string[];
  const path = at(convert, id).replace('{name}', name);
  await send('convertRecord', () => ({ path, body: { dryRun: true } }));
  await send('convertRecord', () => ({ path, body: {} }));
}

async function binAndBack({ caller, object, send }: Scene): Promise<void> {
  const create = caller.operation(object, 'createRecord');
  const spare = create && (await caller.client.call('POST', `${create.path}?fields=id`, caller.again(create)));
  const gone = spare?.status === 201 ? (spare.json as { readonly id: string }).id : (caller.pool.get(object)?.pop() ?? '');
  await send('voidRecord', (operation) => ({ path: at(operation, gone) }));
  await send('unvoidRecord', (operation) => ({ path: at(operation, gone) }));
  await send('deleteRecord', (operation) => ({ path: at(operation, gone) }));
  await send('restoreRecord', (operation) => ({ path: at(operation, gone) }));
  if (caller.operation(object, 'restoreRecord') !== undefined) await send('deleteRecord', (operation) => ({ path: at(operation, gone) }));
  await send('purgeRecords', ({ path }) => ({ path, body: { ids: [gone] } }));
}

/** Everybody whom a share can speak of, as far as the caller knows them. */
function subjects(caller: Caller, role: string): readonly Readonly<Record<string, unknown>>[] {
  const [user, group, department] = [caller.pick('user'), caller.pick('userGroup'), caller.pick('department')];
  return [
    { to: { role }, access: 'edit', expiresAt: new Date(Date.now() + 3_600_000).toISOString() },
    ...(user === undefined ? [] : [{ to: { user } }]),
    ...(group === undefined ? [] : [{ to: { group }, access: 'read' }]),
    ...(department === undefined ? [] : [{ to: { department, below: true } }, { to: { department } }]),
  ];
}

async function sharing({ caller, object, send }: Scene, id: string): Promise<void> {
  const { admin } = caller;
  const [roles, model] = [await admin.call('GET', '/api/v1/metadata/role'), await admin.call('GET', `/api/v1/metadata/object/${object}`)];
  const [role = ''] = Object.keys(roles.json as Schema);
  const [teamRole] = Object.keys((model.json as { readonly team?: { readonly roles: Schema } }).team?.roles ?? {});
  const user = caller.pick('user');
  const joining = teamRole === undefined || user === undefined ? [] : [{ to: { user }, teamRole }];
  const given = await send('shareRecord', (operation) => ({
    path: at(operation, id),
    body: { shares: [...subjects(caller, role), ...joining] },
  }));
  await send('listShares', (operation) => ({ path: at(operation, id) }));
  for (const share of (given?.json as { readonly shares?: readonly { readonly id: string }[] } | undefined)?.shares ?? [])
    await send('unshareRecord', (operation) => ({ path: at(operation, id).replace('{share}', share.id) }));
}

async function explained({ send }: Scene, id: string, others: readonly string[]): Promise<void> {
  await send('getStages', (operation) => ({ path: at(operation, id) }));
  await send('findDuplicates', ({ path }) => ({ path, body: { records: [{ id }, { values: {} }] } }));
  await send('explainAccess', (operation) => ({ path: at(operation, id) }));
  for (const user of others) await send('explainAccess', (operation) => ({ path: `${at(operation, id)}?user=${user}` }));
}

export interface Given {
  /** A record that the caller sees. */
  readonly id: string;
  /** Whether the caller may change it. Default: true. */
  readonly editable?: boolean;
  /** People whose access an administrator asks about. */
  readonly others?: readonly string[];
}

export async function callRecords(
  caller: Caller,
  object: string,
  { id, editable = true, others = [] }: Given,
  check: Check,
): Promise<void> {
  const send: Scene['send'] = async (route, sent) => {
    const operation = caller.operation(object, route);
    return operation && (await check(operation, sent(operation)));
  };
  const scene: Scene = { caller, object, send };
  await reads(scene, id);
  await writes(scene, id, editable);
  await byUniqueFields(scene, caller.client === caller.admin);
  await explained(scene, id, others);
  await send('listShares', (operation) => ({ path: at(operation, id) }));
  if (editable) await sharing(scene, id);
  await merged(scene);
  await converted(scene);
  await handIn(caller, object, id, send);
  await binAndBack(scene);
}

// Merging records that are about the same, and undoing it.
import type { OperationInput } from '@tessera/engine';
import { fail } from '@tessera/kernel';
import { sendJson } from './answer.ts';
import { Members, objectAt } from './body.ts';
import { recordAt, type RecordAt } from './record-reads.ts';
import { routes, type Call } from './route.ts';

type MergeInput = OperationInput<'records.merge'>;
type Other = MergeInput['others'][number];

function otherAt(value: unknown, i: number): Other {
  const members = new Members(value, `/others/${String(i)}`, ['id', 'version']);
  const version = members.whole('version', 1);
  return { id: members.requiredText('id'), ...(version === undefined ? {} : { version }) };
}

/** By field, the id of the record whose value is kept. */
function choices(members: Members): Readonly<Record<string, string>> {
  if (!members.has('fields')) return {};
  const pointer = members.pointer('fields');
  return Object.fromEntries(
    Object.entries(objectAt(members.value('fields'), pointer)).map(([field, from]) => {
      if (typeof from === 'string') return [field, from];
      throw fail('REQUEST_INVALID', { reason: `${pointer}/${field} must be the id of a record.` }, { pointer: `${pointer}/${field}` });
    }),
  );
}

export function mergeInput({ object, id }: RecordAt, members: Members, fields = choices(members)): MergeInput {
  const version = members.whole('version', 1);
  const others = members.requiredList('others').map(otherAt);
  return { object, record: { id, ...(version === undefined ? {} : { version }) }, others, fields };
}

async function mergeRecords(call: Call): Promise<void> {
  const input = mergeInput(recordAt(call), new Members(call.body, '', ['version', 'others', 'fields']));
  sendJson(call, await call.engine.run('records.merge', call.context, input));
}

async function undoMerge(call: Call): Promise<void> {
  sendJson(call, await call.engine.run('records.undoMerge', call.context, { ...recordAt(call), merge: call.path('merge') }));
}

export const mergingRoutes = routes([
  { id: 'mergeRecords', method: 'post', path: '/records/{object}/{id}/merge', body: 'json', handle: mergeRecords },
  { id: 'undoMerge', method: 'post', path: '/records/{object}/{id}/merge/{merge}/undo', handle: undoMerge },
]);

// Which records are about the same: matching rules and duplicate rules, asked about records that are there or only typed.
import type { OperationInput } from '@tessera/engine';
import { sendJson } from './answer.ts';
import { Members, objectAt } from './body.ts';
import { routes, type Call } from './route.ts';

type Described = OperationInput<'records.duplicates'>['records'][number];

function describedAt(value: unknown, i: number): Described {
  const members = new Members(value, `/records/${String(i)}`, ['id', 'values']);
  const id = members.text('id');
  const values = members.has('values') ? objectAt(members.value('values'), members.pointer('values')) : undefined;
  return { ...(id === undefined ? {} : { id }), ...(values === undefined ? {} : { values }) };
}

const described = (members: Members): readonly Described[] => members.requiredList('records').map(describedAt);

async function matchRecords(call: Call): Promise<void> {
  const members = new Members(call.body, '', ['object', 'records']);
  const object = members.text('object');
  const input = { rule: call.path('rule'), records: described(members), ...(object === undefined ? {} : { object }) };
  sendJson(call, { results: await call.engine.run('matching.match', call.context, input) });
}

async function findDuplicates(call: Call): Promise<void> {
  const records = described(new Members(call.body, '', ['records']));
  const found = await call.engine.run('records.duplicates', call.context, { object: call.path('object'), records });
  sendJson(call, { results: found.map((duplicates) => ({ duplicates })) });
}

export const matchingRoutes = routes([
  { id: 'matchRecords', method: 'post', path: '/matching/{rule}', body: 'json', handle: matchRecords },
  { id: 'findDuplicates', method: 'post', path: '/records/{object}/duplicates', body: 'json', handle: findDuplicates },
]);

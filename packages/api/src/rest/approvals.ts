// Approvals: records handed in, decisions, talk; who is asked and who would be.
import {
  approvalActions,
  type ActInput,
  type BatchInput,
  type BatchResult,
  type PlanInput,
  type ShownApproval,
  type SubmitInput,
} from '@tessera/engine';
import { fail } from '@tessera/kernel';
import { sendJson } from './answer.ts';
import { Members, objectAt } from './body.ts';
import { problemEntry, type ProblemEntry } from './problem.ts';
import { recordAt, type RecordAt } from './record-reads.ts';
import { routes, type Call } from './route.ts';

const texts = (members: Members, name: string): readonly string[] | undefined =>
  members.has(name) ? members.requiredTexts(name) : undefined;

const values = (members: Members, name: string): Readonly<Record<string, unknown>> | undefined =>
  members.has(name) ? objectAt(members.value(name), members.pointer(name)) : undefined;

export const submitInput = (record: RecordAt, members: Members): SubmitInput => ({
  ...record,
  process: members.text('process'),
  chosen: texts(members, 'chosen'),
  comment: members.text('comment'),
  files: texts(members, 'files'),
});

export const planInput = (record: RecordAt, members: Members): PlanInput => ({
  ...record,
  process: members.text('process'),
  values: values(members, 'values'),
  submitter: members.text('submitter'),
  event: members.oneOf('event', ['create', 'update', 'delete', 'void', 'submit']),
  chosen: texts(members, 'chosen'),
});

export const actInput = (approval: string, action: ActInput['action'], members: Members): ActInput => ({
  approval,
  action,
  turn: members.text('turn'),
  comment: members.text('comment'),
  files: texts(members, 'files'),
  edits: values(members, 'edits'),
  to: texts(members, 'to'),
  place: members.oneOf('place', ['before', 'after']),
  then: members.oneOf('then', ['rerun', 'return']),
  chosen: texts(members, 'chosen'),
  step: members.text('step'),
});

export function batchInput(members: Members): BatchInput {
  const action = members.oneOf('action', ['approve', 'reject']);
  if (action === undefined) throw fail('REQUEST_INVALID', { reason: '/action must be given.' }, { pointer: '/action' });
  const items = members.requiredList('items').map((value, i) => {
    const item = new Members(value, `/items/${String(i)}`, ['approval', 'turn']);
    return { approval: item.requiredText('approval'), turn: item.text('turn') };
  });
  return { action, items, comment: members.text('comment') };
}

/** An approval with its problems as callers see them. */
export const shownApproval = (
  approval: ShownApproval,
): Omit<ShownApproval, 'problems'> & { readonly problems: readonly ProblemEntry[] } => ({
  ...approval,
  problems: approval.problems.map(problemEntry),
});

export const shownResult = (result: BatchResult): unknown =>
  result.ok ? result : { ...result, problems: result.problems.map(problemEntry) };

async function submit(call: Call): Promise<void> {
  const input = submitInput(recordAt(call), new Members(call.body, '', ['process', 'chosen', 'comment', 'files']));
  sendJson(call, await call.engine.run('approvals.submit', call.context, input), 201);
}

async function pending(call: Call): Promise<void> {
  const { approval, submits } = await call.engine.run('approvals.pending', call.context, recordAt(call));
  sendJson(call, { approval: approval === null ? null : shownApproval(approval), submits });
}

async function plan(call: Call): Promise<void> {
  const input = planInput(recordAt(call), new Members(call.body, '', ['process', 'values', 'submitter', 'event', 'chosen']));
  sendJson(call, await call.engine.run('approvals.plan', call.context, input));
}

async function get(call: Call): Promise<void> {
  sendJson(call, shownApproval(await call.engine.run('approvals.get', call.context, { approval: call.path('approval') })));
}

const members = ['turn', 'comment', 'files', 'edits', 'to', 'place', 'then', 'chosen', 'step'];

async function act(call: Call): Promise<void> {
  const given = new Members(call.body, '', members);
  const action = approvalActions.find((each) => each === call.path('action'));
  if (action === undefined) throw fail('ROUTE_NOT_FOUND', { method: 'POST', path: `/api/v1/approvals/{approval}/${call.path('action')}` });
  sendJson(call, await call.engine.run('approvals.act', call.context, actInput(call.path('approval'), action, given)));
}

async function batch(call: Call): Promise<void> {
  const results = await call.engine.run(
    'approvals.batch',
    call.context,
    batchInput(new Members(call.body, '', ['action', 'items', 'comment'])),
  );
  sendJson(call, { results: results.map(shownResult) });
}

export const approvalRoutes = routes([
  { id: 'submitForApproval', method: 'post', path: '/records/{object}/{id}/approval', body: 'json', handle: submit },
  { id: 'getPendingApproval', method: 'get', path: '/records/{object}/{id}/approval', handle: pending },
  { id: 'planApproval', method: 'post', path: '/records/{object}/{id}/approval/plan', body: 'json', handle: plan },
  { id: 'decideApprovals', method: 'post', path: '/approvals/batch', body: 'json', handle: batch },
  { id: 'getApproval', method: 'get', path: '/approvals/{approval}', handle: get },
  { id: 'actOnApproval', method: 'post', path: '/approvals/{approval}/{action}', body: 'json', handle: act },
]);

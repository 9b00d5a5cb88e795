// Requests to the operations of approvals, with the processes and approvals that they need made beforehand.
import type { Answer } from '../api/rest-scene.ts';
import type { Caller, Sent } from './contract-calls.ts';
import { ContractDocument, type Operation } from './contract-document.ts';
import type { Client } from './server-scene.ts';

const label = { en: 'Contract' };
const steps = { ask: { type: 'approval', label, approvers: { all: { role: 'administrator' } }, sameAsSubmitter: 'keep' } };

/** Records of the objects can be handed in, to administrators. */
async function approvable({ admin }: Pick<Caller, 'admin'>, objects: readonly string[]): Promise<void> {
  const files = objects.map((object) => {
    const name = `contract${object}__c`;
    return [`approvalProcesses/${name}.json`, { name, label, object, on: ['submit'], steps }] as const;
  });
  const answer = await admin.call('POST', '/api/v1/metadata/apply', { files: Object.fromEntries(files) });
  if (answer.status !== 200) throw new Error(answer.text);
}

/** An approval of somebody, whom everybody sees. */
async function begun(caller: Caller): Promise<string> {
  const { admin } = caller;
  await approvable(caller, ['user']);
  const id = await admin.create('user', { name: 'Handed in', email: `${crypto.randomUUID()}@${admin.tenant}.example` });
  const answer = await admin.call('POST', `/api/v1/records/user/${id}/approval`, {});
  if (answer.status !== 201) throw new Error(answer.text);
  return (answer.json as { readonly approval: string }).approval;
}

/** Requests to an operation on approvals; undefined for any other. */
export async function approvalCalls(caller: Caller, operation: Operation): Promise<readonly Sent[] | undefined> {
  const { client, admin } = caller;
  const act = (approval: string, action: string, body: unknown): Sent => ({
    path: operation.path.replace('{approval}', approval).replace('{action}', action),
    body,
  });
  switch (operation.route) {
    case 'getApproval': {
      const approval = await begun(caller);
      const decided = await admin.call('POST', `/api/v1/approvals/${approval}/approve`, { comment: 'Yes.' });
      if (decided.status !== 200) throw new Error(decided.text);
      return [approval, await begun(caller)].map((each) => ({ path: operation.path.replace('{approval}', each) }));
    }
    case 'actOnApproval': {
      const approval = await begun(caller);
      const talk = act(approval, 'comment', { comment: 'Why?' });
      if (client !== admin) return [talk];
      return [talk, act(approval, 'remind', {}), act(approval, 'approve', { comment: 'Yes.' }), act(await begun(caller), 'cancel', {})];
    }
    case 'decideApprovals': {
      const items = [{ approval: await begun(caller) }, { approval: crypto.randomUUID() }];
      return [{ path: operation.path, body: { action: 'approve', items, comment: 'Yes.' } }];
    }
    default:
      return undefined;
  }
}

/** All that can be handed in, and people in every tenant: before documents say by what. */
export async function approvableAll(admin: Client): Promise<void> {
  const document = new ContractDocument((await admin.call('GET', '/openapi.json')).json);
  const handed = document.operations.flatMap(({ object, route }) =>
    route === 'submitForApproval' && object !== undefined ? [object] : [],
  );
  await approvable({ admin }, [...new Set([...handed, 'user'])]);
}

/** Something to be done by the administrator with each object whose records are handed in: whose process is there: so that its histories are not empty. */
export async function fill(caller: Caller): Promise<void> {
  for (const object of caller.made) {
    const [create, submit] = [caller.operation(object, 'createRecord'), caller.operation(object, 'submitForApproval')];
    if (create === undefined || submit === undefined) continue;
    const id = await caller.admin.create(object, caller.again(create));
    const answer = await caller.admin.call('POST', submit.path.replace('{id}', id), {});
    if (answer.status !== 201) throw new Error(answer.text);
  }
}

type Send = (route: string, sent: (at: Operation) => Sent) => Promise<Answer | undefined>;

/** A record is asked about, handed in, and shown while it waits. */
export async function handIn(caller: Caller, object: string, id: string, send: Send): Promise<void> {
  if (caller.operation(object, 'getPendingApproval') === undefined) return;
  await approvable(caller, [object]);
  const [create, submit] = [caller.operation(object, 'createRecord'), caller.operation(object, 'submitForApproval')];
  const made = create && submit && (await caller.client.call('POST', `${create.path}?fields=id`, caller.again(create)));
  const mine = made?.status === 201 ? (made.json as { readonly id: string }).id : id;
  const at = ({ path }: Operation): string => path.replace('{id}', mine);
  await send('planApproval', (operation) => ({ path: at(operation), body: {} }));
  await send('getPendingApproval', (operation) => ({ path: at(operation) }));
  if (mine !== id) await send('submitForApproval', (operation) => ({ path: at(operation), body: { comment: 'Please.' } }));
  await send('getPendingApproval', (operation) => ({ path: at(operation) }));
}

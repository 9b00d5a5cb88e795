// Requests to the operations of sandboxes, with a copy that is there.
import { setTimeout as wait } from 'node:timers/promises';
import { password } from '../support/engine.ts';
import type { Caller, Sent } from './contract-calls.ts';
import type { Operation } from './contract-document.ts';

const name = 'contract';

/** The sandbox once it is copied, made where it is not there. */
async function ready({ admin, email }: Caller): Promise<void> {
  const body = { name, data: 'none', mask: true, logins: [{ email, password }] };
  const state = async (): Promise<string> =>
    ((await admin.call('GET', `/api/v1/sandboxes/${name}`)).json as { readonly state?: string }).state ?? 'gone';
  if ((await state()) === 'gone') await admin.call('POST', '/api/v1/sandboxes', body);
  for (let now = await state(); now === 'copying'; now = await state()) await wait(200);
}

/** Requests to an operation of sandboxes; undefined for all others. */
export async function sandboxCalls(caller: Caller, operation: Operation): Promise<readonly Sent[] | undefined> {
  const target = (): Sent => ({ path: caller.target(operation, { name }) });
  switch (operation.route) {
    case 'createSandbox':
      return [{ ...target(), body: { name, data: 'sample', sample: 2, mask: true, logins: [{ email: caller.email, password }] } }];
    case 'listSandboxes':
      return [target()];
    case 'getSandbox':
    case 'deleteSandbox':
      await ready(caller);
      return [target()];
    case 'planPromotion':
    case 'promoteSandbox':
      await ready(caller);
      return [{ ...target(), body: { prefer: 'tenant' } }];
    case 'refreshSandbox':
      await ready(caller);
      return [{ ...target(), body: { data: 'none' } }];
    default:
      return undefined;
  }
}

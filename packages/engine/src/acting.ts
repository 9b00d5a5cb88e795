// What is done by itself on this node: runs in somebody's name with that person's rights, and all that timers are for.
import { fail } from '@tessera/kernel';
import { doorOf } from '@tessera/storage';
import { clockTimers, poolTimers, runHandler, runTimers, triggerTimers, type AutomationPorts, type Handlers } from '@tessera/workflow';
import { accessOfPerson } from './policies.ts';
import type { TenantRuntimes } from './tenant-runtimes.ts';

/** What a person may do, as the transaction sees it: whoever has lost a right meanwhile acts without it. */
const accessIn =
  (runtimes: TenantRuntimes): AutomationPorts['accessOf'] =>
  async ({ context, model, transaction, target }, userId) => {
    const { runtime } = runtimes.known(context.tenant) ?? (await runtimes.get(context.tenant));
    // The transaction is guarded by its Model, so it will not be committed on another.
    if (runtime.model !== model) throw fail('MODEL_CHANGED');
    return accessOfPerson(runtime, doorOf(transaction, target.schema), userId);
  };

export const handlersOf = (runtimes: TenantRuntimes): Handlers => ({
  runs: runHandler({ accessOf: accessIn(runtimes) }),
  timers: { ...runTimers, ...triggerTimers, ...clockTimers, ...poolTimers },
});

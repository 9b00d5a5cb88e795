// What is refused and heard by nobody fails its file. Heard late is heard: tests often begin several things and await them in turn.
import type { Circus } from '@jest/types';
import { withCause } from './causes.ts';

/** Refused promises that nobody has heard of so far, with what they were refused with. */
const unheard = new Map<Promise<unknown>, unknown>();
process.on('unhandledRejection', (reason, promise) => unheard.set(promise, reason));
process.on('rejectionHandled', (promise) => unheard.delete(promise));

async function nothingUnheard(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  const [cause] = unheard.values();
  const count = unheard.size;
  unheard.clear();
  if (count > 0) throw withCause(new Error(`${String(count)} refusals were heard by nobody.`, { cause }));
}

/** Files, by their outermost blocks, that end with the question. */
const asked = new WeakSet<Circus.DescribeBlock>();

/** As the first event of a file comes; the question is to be the last thing that is done, after all that the file does at its end. */
export const askAtEnd: Circus.EventHandler = (
  _event: Circus.AsyncEvent | Circus.SyncEvent,
  { rootDescribeBlock: file }: Circus.State,
): void => {
  if (asked.has(file)) return;
  asked.add(file);
  const last = (fn: () => unknown): Circus.Hook => ({
    type: 'afterAll',
    fn: fn as Circus.HookFn,
    asyncError: new Error(),
    parent: file,
    seenDone: false,
    timeout: undefined,
  });
  // Hooks are run in their order, and those that are added meanwhile too.
  file.hooks.push(last(() => file.hooks.push(last(nothingUnheard))));
};

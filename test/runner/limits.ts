// The runner calls tests and hooks as they are: here they get an end, tests whose preparation has failed are not run, and what is
// refused and heard by nobody fails its file.
import { inspect } from 'node:util';
import type { Circus } from '@jest/types';

/** Of a test or hook that says nothing of its own. */
const defaultMs = 180_000;

/** Blocks whose preparation has failed, with what failed. */
const unprepared = new WeakMap<Circus.DescribeBlock, unknown>();

/** The runner shows an error's stack and nothing else. */
function withCause(error: unknown): unknown {
  if (!(error instanceof Error) || error.cause === undefined) return error;
  const cause = withCause(error.cause);
  error.stack = `${error.stack ?? error.message}\nCause: ${cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause)}`;
  return error;
}

async function within(ms: number, work: () => unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`It has taken longer than ${String(ms)} ms.`));
    }, ms);
  });
  try {
    await Promise.race([Promise.resolve().then(work), over]);
  } catch (error) {
    throw withCause(error);
  } finally {
    clearTimeout(timer);
  }
}

function failedAbove(block: Circus.DescribeBlock | undefined): { readonly cause: unknown } | undefined {
  if (block === undefined) return undefined;
  return unprepared.has(block) ? { cause: unprepared.get(block) } : failedAbove(block.parent);
}

type Work = () => unknown;

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

/** Files, by their outermost blocks, that end with that question. */
const asked = new WeakSet<Circus.DescribeBlock>();

function askAtEnd(file: Circus.DescribeBlock): void {
  if (asked.has(file)) return;
  asked.add(file);
  file.hooks.push({ type: 'afterAll', fn: nothingUnheard, asyncError: new Error(), parent: file, seenDone: false, timeout: undefined });
}

/** Takes every test and hook when it is told of, after Jest has noted it. */
export const limitTime: Circus.EventHandler = (event: Circus.AsyncEvent | Circus.SyncEvent, state: Circus.State): void => {
  const block = state.currentDescribeBlock;
  askAtEnd(state.rootDescribeBlock);
  if (event.name === 'add_test') {
    const test = block.children.at(-1);
    if (test?.type !== 'test') return;
    const [work, ms] = [test.fn as Work, test.timeout ?? defaultMs];
    test.fn = async () => {
      const failed = failedAbove(block);
      if (failed !== undefined) throw new Error('It was not run: what prepares it has failed.', { cause: failed.cause });
      await within(ms, work);
    };
  } else if (event.name === 'add_hook') {
    const hook = block.hooks.at(-1);
    if (hook === undefined) return;
    const [work, ms] = [hook.fn as Work, hook.timeout ?? defaultMs];
    hook.fn = async () => {
      if (hook.type.endsWith('Each') && failedAbove(block) !== undefined) return;
      try {
        await within(ms, work);
      } catch (error) {
        if (hook.type === 'beforeAll') unprepared.set(block, error);
        throw error;
      }
    };
  }
};

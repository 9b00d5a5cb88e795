// The runner calls tests and hooks as they are: here they get an end, and tests whose preparation has failed are not run.
import type { Circus } from '@jest/types';
import { withCause } from './causes.ts';

/** Of a test or hook that says nothing of its own. */
const defaultMs = 180_000;

/** Blocks whose preparation has failed, with what failed. */
const unprepared = new WeakMap<Circus.DescribeBlock, unknown>();

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

/** Takes every test and hook when it is told of, after Jest has noted it. */
export const limitTime: Circus.EventHandler = (event: Circus.AsyncEvent | Circus.SyncEvent, state: Circus.State): void => {
  const block = state.currentDescribeBlock;
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

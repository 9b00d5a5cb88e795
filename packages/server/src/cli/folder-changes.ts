// Changes of the files in a folder, gathered while they come: an editor that saves writes more than once.
import { watch } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const quietMs = 150;

/** Gives a turn for each time that something has changed, and then nothing for a moment; ends with the signal. */
export async function* folderChanges(folder: string, signal: AbortSignal): AsyncGenerator<undefined, void, undefined> {
  let changed = Promise.withResolvers<undefined>();
  let last = 0;
  const watcher = watch(folder, { recursive: true }, () => {
    last = performance.now();
    changed.resolve(undefined);
  });
  const end = (): void => {
    changed.resolve(undefined);
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    for (;;) {
      await changed.promise;
      if (signal.aborted) return;
      while (performance.now() - last < quietMs) await sleep(quietMs);
      changed = Promise.withResolvers<undefined>();
      yield;
    }
  } finally {
    signal.removeEventListener('abort', end);
    watcher.close();
  }
}

// A subscription over server-sent events, read one event at a time.
import type { Client } from './server-scene.ts';

export interface Heard {
  /** The data of the next event. */
  next(): Promise<unknown>;
  close(): void;
}

interface Arrived {
  readonly data?: unknown;
  readonly errors?: unknown;
}

/** Subscribes; what comes before `next` is asked waits. */
export function events(client: Client, query: string): Promise<Heard> {
  return client.stream('/graphql', { query }).then((response) => {
    const waiting: Arrived[] = [];
    let wake: (() => void) | undefined;
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const data = block.split('\n').find((line) => line.startsWith('data: '));
        if (data !== undefined && data.length > 6) waiting.push(JSON.parse(data.slice(6)) as Arrived);
      }
      wake?.();
    });
    response.on('error', () => undefined);
    return {
      next: async () => {
        while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const event = waiting.shift();
        if (event?.data === undefined || event.data === null) throw new Error(`No data: ${JSON.stringify(event)}`);
        return event.data;
      },
      close: () => void response.destroy(),
    };
  });
}

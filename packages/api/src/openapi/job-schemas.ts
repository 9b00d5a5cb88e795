// Schemas of what runs by itself: what waits, what has failed.
import { id, idOrNull, listOf, objectSchema, oneOf, text, textOrNull, time, whole, type JsonSchema } from './shapes.ts';

const failure = objectSchema({
  id,
  kind: oneOf('run', 'timer', 'effect'),
  name: { ...text, description: 'The automation of a run, the kind of a timer or effect.' },
  object: textOrNull,
  recordId: idOrNull,
  at: { ...text, description: 'The step where a run stands, the key of a timer, the address of an effect.' },
  attempts: whole,
  error: { description: 'Any JSON; it has a `message`, and mostly a `code`.' },
  failedAt: time,
});

/** By the names under which `shared` finds them. */
export const jobSchemas: Readonly<Record<string, JsonSchema>> = {
  JobList: objectSchema({
    counts: listOf(
      objectSchema({
        kind: oneOf('run', 'timer', 'effect'),
        state: {
          ...oneOf('ready', 'later', 'waiting', 'failed'),
          description: '`ready`: could be done now. `later`: at its time. `waiting`: for something to happen.',
        },
        count: whole,
      }),
    ),
    oldestSeconds: {
      type: ['number', 'null'],
      description: 'How long the oldest of what could be done now has waited; null where nothing waits.',
    },
    queues: listOf(objectSchema({ kind: oneOf('work', 'send'), waiting: whole, running: whole })),
    failed: { ...listOf(failure), description: 'The latest first.' },
    next: { ...textOrNull, description: 'What `before` takes to go on; null at the end.' },
    dead: {
      ...listOf(
        objectSchema({
          id,
          kind: { ...oneOf('work', 'send'), description: 'Runs and timers, or effects.' },
          failedAt: time,
          retries: whole,
          error: textOrNull,
        }),
      ),
      description: 'Jobs whose retries are used up, the latest first, at most 100.',
    },
  }),
};

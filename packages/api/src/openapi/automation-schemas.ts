// Schemas of automations: what starts them, what their runs have done, and why one starts or does not.
import {
  flag,
  id,
  idOrNull,
  listOf,
  objectSchema,
  oneOf,
  shared,
  text,
  textOrNull,
  time,
  timeOrNull,
  whole,
  type JsonSchema,
} from './shapes.ts';

const anyError: JsonSchema = { description: 'Any JSON; null where nothing is wrong, else it has a `message`, and mostly a `code`.' };

const run: Readonly<Record<string, JsonSchema>> = {
  id,
  automation: text,
  object: textOrNull,
  recordId: idOrNull,
  actor: { ...idOrNull, description: 'Who caused it; null where nobody did.' },
  callerId: { ...idOrNull, description: 'The run that waits for its end.' },
  chain: { ...listOf(text), description: 'The automations that led to it, the first at the beginning.' },
  position: { ...text, description: 'The step that it stands at.' },
  state: oneOf('ready', 'waiting', 'done', 'failed', 'cancelled'),
  attempts: whole,
  error: anyError,
  dueAt: time,
  createdAt: time,
  endedAt: timeOrNull,
};

const step = objectSchema({
  id,
  path: { ...text, description: 'Where the step stands in its automation.' },
  type: text,
  state: oneOf('done', 'skipped', 'waiting', 'failed'),
  input: {},
  output: {},
  error: anyError,
  startedAt: time,
  endedAt: timeOrNull,
});

const change = objectSchema({ field: text, old: {}, new: {} });

const explanation = objectSchema({
  automation: text,
  object: text,
  record: id,
  trigger: text,
  moment: { type: ['string', 'null'], enum: ['beforeSave', 'afterSave', 'afterCommit', null] },
  starts: { ...flag, description: 'Whether it would start, as the metadata and the record are.' },
  why: { ...text, description: 'In a sentence.' },
  checks: {
    ...listOf(objectSchema({ part: oneOf('event', 'changed', 'date', 'time', 'condition', 'metadata', 'asked'), ok: flag, message: text })),
    description: 'What must hold; the first that does not is why it did not start.',
  },
  write: objectSchema({
    event: oneOf('create', 'update', 'delete', 'restore'),
    version: whole,
    at: timeOrNull,
    actor: idOrNull,
    unknown: { ...listOf(text), description: 'Fields without history: what they were is not known.' },
    changed: listOf(change),
  }),
  condition: {
    anyOf: [shared('ConditionPart'), { type: 'null' }],
    description: 'The parts of the condition, each with what it gave and what it read.',
  },
  timer: {
    anyOf: [objectSchema({ dueAt: time, attempts: whole, failedAt: timeOrNull, createdAt: time }), { type: 'null' }],
    description: 'When it is due for the record by itself, how often it came to nothing, and since when it is tried no more.',
  },
  runs: { ...listOf(shared('Run')), description: 'Those that the write started; of other triggers all of the record’s.' },
});

/** By the names under which `shared` finds them. */
export const automationSchemas: Readonly<Record<string, JsonSchema>> = {
  AutomationStart: objectSchema({ inputs: { type: 'object', description: 'By name, as fields of their types take them.' } }, []),
  AutomationStarted: objectSchema({ run: { ...idOrNull, description: 'Null where it had nothing to do.' } }),
  AutomationQuestion: objectSchema({ record: id, version: { ...whole, description: 'Of the record’s history. Default: its last.' } }, [
    'record',
  ]),
  AutomationExplanation: explanation,
  ConditionPart: objectSchema({
    operator: text,
    value: {},
    reads: listOf(objectSchema({ path: text, value: {} })),
    parts: listOf(shared('ConditionPart')),
  }),
  Run: objectSchema(run),
  RunList: objectSchema({
    runs: listOf(shared('Run')),
    next: { ...idOrNull, description: 'What `before` takes to go on; null at the end.' },
  }),
  RunWithJournal: objectSchema({ ...run, journal: { ...listOf(step), description: 'What it has done so far, in its order.' } }),
  EndpointSecrets: objectSchema({
    endpoint: { ...text, description: 'Scheme, host and port of the address: all that is there is signed alike.' },
    secrets: {
      ...listOf(text),
      description: '`whsec_…`, as Standard Webhooks has it. Each call is signed with all of them, the present one first.',
    },
  }),
  WebhookSecret: objectSchema({
    path: { ...text, description: 'Below the API’s address.' },
    secret: { ...text, description: '`whsec_…`, as Standard Webhooks has it.' },
    generation: { ...whole, description: 'How often it was made anew. The secret before this one is still good.' },
  }),
};

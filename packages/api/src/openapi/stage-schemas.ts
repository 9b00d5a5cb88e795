// The schema of a record's stages.
import { flag, listOf, objectSchema, oneOf, shared, text, textOrNull, timeOrNull, type JsonSchema } from './shapes.ts';

const task = objectSchema(
  {
    name: text,
    label: text,
    type: oneOf('fields', 'create', 'check'),
    optional: { ...flag, description: 'Whether the record goes on without it, too.' },
    done: flag,
    option: { ...text, description: 'Of what is ticked off: the option of `doneField` that does it.' },
  },
  ['name', 'label', 'type', 'optional', 'done'],
);

const move = objectSchema({
  to: text,
  label: text,
  open: { ...flag, description: 'Whether the caller may make it as the record is.' },
  problems: { ...listOf(shared('ProblemEntry')), description: 'What stands against it.' },
  approval: { ...textOrNull, description: 'The approval process that must agree to it; null: the record moves at once.' },
});

export const stageSchemas: Readonly<Record<string, JsonSchema>> = {
  StagePlace: objectSchema({
    flow: text,
    field: text,
    stage: textOrNull,
    since: timeOrNull,
    doneField: textOrNull,
    tasks: { ...listOf(task), description: 'Of the stage that the record is in.' },
    moves: listOf(move),
  }),
};

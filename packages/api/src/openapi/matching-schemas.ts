// Schemas of matching, duplicates and merges.
import { flag, id, listOf, objectSchema, oneOf, text, textOrNull, whole, type JsonSchema } from './shapes.ts';

const described = listOf(
  objectSchema(
    { id: { ...id, description: 'A record that is there.' }, values: { type: 'object', description: 'What is typed, or changed of it.' } },
    [],
  ),
);

const match = objectSchema(
  {
    object: text,
    id,
    name: text,
    criterion: { ...text, description: 'The nearest by which it was found, where the caller may read what it compares.' },
    label: text,
    likeness: { type: 'number', description: '1 where values are equal, else how alike they are.' },
    criteria: listOf(text),
  },
  ['object', 'id'],
);

const ofField = objectSchema({ object: text, id, field: text });

export const matchingSchemas: Readonly<Record<string, JsonSchema>> = {
  MatchRequest: objectSchema(
    { object: { ...text, description: 'Whose records these are. Default: the rule’s object.' }, records: described },
    ['records'],
  ),
  MatchResults: objectSchema({
    results: listOf(
      objectSchema({
        kind: oneOf('none', 'one', 'many'),
        record: {
          oneOf: [objectSchema({ object: text, id }), { type: 'null' }],
          description: 'The only one that the nearest criterion that finds any has found.',
        },
        candidates: { ...listOf(match), description: 'Nearest first.' },
      }),
    ),
  }),
  DuplicatesRequest: objectSchema({ records: described }),
  DuplicatesResults: objectSchema({
    results: listOf(
      objectSchema({
        duplicates: listOf(
          objectSchema({
            rule: text,
            action: oneOf('warn', 'block'),
            message: textOrNull,
            matches: listOf(match),
            hidden: { ...flag, description: 'Whether there are others that the caller may not see, where the rule tells of those.' },
          }),
        ),
      }),
    ),
  }),
  MergeRequest: objectSchema(
    {
      version: { type: 'integer', minimum: 1, description: 'Refused with RECORD_CHANGED where the record has another by now.' },
      others: { ...listOf(objectSchema({ id, version: { type: 'integer', minimum: 1 } }, ['id'])), minItems: 1, maxItems: 4 },
      fields: {
        type: 'object',
        additionalProperties: id,
        description: 'By field, the record whose value is kept. Others keep that of the record that stays.',
      },
    },
    ['others'],
  ),
  Merge: objectSchema({
    merge: { ...id, description: 'By which it is undone.' },
    id,
    version: whole,
    left: { ...listOf(objectSchema({ object: text, id })), description: 'What stays with the records that went: the other has its like.' },
  }),
  UndoneMerge: objectSchema({
    id,
    version: whole,
    restored: { ...listOf(id), description: 'Records that are there again.' },
    gone: { ...listOf(id), description: 'Records that are not: they were deleted for good.' },
    kept: { ...listOf(ofField), description: 'What has been changed since, and stays as it is.' },
  }),
};

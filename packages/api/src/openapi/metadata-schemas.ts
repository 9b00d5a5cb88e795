// Schemas of changes of metadata: what is asked for, what a plan says, what versions there are.
import { id, listOf, objectSchema, oneOf, shared, text, textOrNull, time, whole, type JsonSchema } from './shapes.ts';

const rights = listOf(oneOf('read', 'create', 'update', 'delete', 'import', 'export', 'changeOwner', 'seeDeleted'));

const counted: JsonSchema = {
  type: ['integer', 'null'],
  minimum: 0,
  description: 'Null where only the change brings the tables that would have to be counted.',
};

const accessPlan = objectSchema({
  people: { ...whole, description: 'Active people who were compared.' },
  notCompared: whole,
  administrators: { ...whole, description: 'How many of them are administrators afterwards.' },
  rights: {
    ...listOf(
      objectSchema({
        object: text,
        people: whole,
        sample: { ...listOf(text), description: 'Emails of some.' },
        gains: rights,
        loses: rights,
        fields: listOf(objectSchema({ field: text, before: shared('FieldLevel'), after: shared('FieldLevel') })),
      }),
    ),
    description: 'For people to whom the same happens.',
  },
  records: listOf(objectSchema({ user: id, email: text, object: text, verb: oneOf('read', 'edit'), gained: counted, lost: counted })),
  notCounted: whole,
});

const plan: Readonly<Record<string, JsonSchema>> = {
  hash: { ...text, description: 'Give it to apply as planHash: then only this very plan is applied.' },
  modelBefore: text,
  modelAfter: text,
  changes: listOf(
    objectSchema(
      {
        kind: text,
        name: text,
        path: { ...listOf(text), description: 'Where within the component; empty: the component as a whole.' },
        change: oneOf('added', 'removed', 'renamed', 'changed'),
        before: {},
        after: {},
      },
      ['kind', 'name', 'path', 'change'],
    ),
  ),
  steps: listOf(
    objectSchema({ kind: text, object: text, field: text, risk: oneOf('safe', 'locks', 'rewrites', 'losesData'), summary: text }, [
      'kind',
      'object',
      'risk',
      'summary',
    ]),
  ),
  findings: {
    ...listOf(objectSchema({ message: text, count: whole, sample: listOf(text) })),
    description: 'Rows that would break; nothing is applied while there are any.',
  },
};

const automations: JsonSchema = {
  ...listOf(
    objectSchema({ object: text, moment: oneOf('beforeSave', 'afterSave', 'afterCommit'), before: listOf(text), after: listOf(text) }),
  ),
  description: 'The automations of an object at a moment in their order; left out where nothing of it changes.',
};

/** By the names under which `shared` finds them. */
export const metadataSchemas: Readonly<Record<string, JsonSchema>> = {
  MetadataChange: objectSchema(
    {
      files: {
        type: 'object',
        description: 'The tenant’s own layer, file by file: the JSON of a path, or null to take the file away.',
        examples: [{ 'objects/visit__c.json': { name: 'visit__c', label: { en: 'Visit' } } }],
      },
      reason: text,
      planHash: text,
    },
    ['files'],
  ),
  AccessPlan: { ...accessPlan, description: 'Who gains and who loses access to what.' },
  MetadataPlan: objectSchema({ ...plan, automations, access: shared('AccessPlan') }, Object.keys(plan)),
  AppliedMetadata: objectSchema({ ...plan, automations, version: { ...whole, description: 'The one in force now.' } }, [
    ...Object.keys(plan),
    'version',
  ]),
  MetadataVersion: objectSchema({ number: whole, modelHash: text, author: textOrNull, reason: textOrNull, createdAt: time }),
  Rollback: objectSchema({ version: whole, reason: text }, ['version']),
};

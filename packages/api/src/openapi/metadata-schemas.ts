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

const query: JsonSchema = {
  ...objectSchema({ object: text, filter: {} }),
  description: 'What lists the records, as the tenant is before the plan; `filter` as lists take it.',
};

const version: JsonSchema = {
  anyOf: [objectSchema({ version: text, integrity: textOrNull }), { type: 'null' }],
};

const kept = {
  kind: text,
  name: text,
  pointer: { ...text, description: 'Within the component; empty: the component as a whole.' },
  removedIn: { ...text, description: 'The version of the pack that no longer brings it.' },
  users: { ...listOf(text), description: 'The tenant’s files that use it.' },
};

const choice: JsonSchema = {
  anyOf: [oneOf('tenant', 'pack'), objectSchema({ value: {} })],
  description: 'Whose value holds: the tenant’s, the pack’s, or another.',
};

/** Left out of a plan where there is nothing of it. */
const besides: Readonly<Record<string, JsonSchema>> = {
  packs: listOf(
    objectSchema({
      name: text,
      change: oneOf('installed', 'upgraded', 'downgraded', 'altered', 'removed'),
      before: version,
      after: version,
    }),
  ),
  conflicts: {
    ...listOf(
      objectSchema(
        {
          id: text,
          reason: oneOf('changed', 'locked', 'unfit'),
          why: text,
          file: text,
          pointer: text,
          before: {},
          pack: {},
          tenant: {},
          choice: shared('Choice'),
        },
        ['id', 'reason', 'file', 'pointer', 'tenant'],
      ),
    ),
    description: 'What both the tenant and a pack have changed, with the three values; nothing is applied while one has no choice.',
  },
  kept: {
    ...listOf(objectSchema({ ...kept, pack: text })),
    description: 'What the packs no longer bring and stays, since the tenant uses it.',
  },
  migrations: {
    ...listOf(
      objectSchema({
        pack: text,
        version: text,
        name: text,
        change: oneOf('runs', 'undone'),
        object: text,
        fields: listOf(text),
        rows: { ...whole, description: 'Records that change.' },
        others: { ...whole, description: 'Of one that is undone: records that were changed since and stay as they are.' },
      }),
    ),
    description: 'What migrations of packs do to records, in their order.',
  },
  seeds: {
    ...listOf(
      objectSchema({
        pack: text,
        set: text,
        object: text,
        added: whole,
        changed: whole,
        removed: whole,
        kept: listOf(objectSchema({ key: text, reason: oneOf('changed', 'used') })),
      }),
    ),
    description:
      'What becomes of the records of packs’ data, set by set. `kept`: no longer brought, changed by the tenant or used by other records.',
  },
};

const looked: Readonly<Record<string, JsonSchema>> = {
  refused: {
    ...listOf(
      objectSchema({ object: text, rule: text, field: text, count: counted, sample: listOf(id), query }, [
        'object',
        'count',
        'sample',
        'query',
      ]),
    ),
    description: 'Records whose next save would be refused by what is new.',
  },
  work: {
    ...listOf(objectSchema({ kind: text, name: text, change: oneOf('changed', 'removed'), count: whole })),
    description: 'What has begun and goes by what changes or goes.',
  },
};

const changes: JsonSchema = listOf(
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
);

const plan: Readonly<Record<string, JsonSchema>> = {
  hash: { ...text, description: 'Give it to apply as planHash: then only this very plan is applied.' },
  modelBefore: text,
  modelAfter: text,
  changes,
  steps: listOf(
    objectSchema(
      { kind: text, object: text, field: text, risk: oneOf('safe', 'locks', 'rewrites', 'losesData'), summary: text, records: whole },
      ['kind', 'object', 'risk', 'summary'],
    ),
  ),
  findings: {
    ...listOf(
      objectSchema({ message: text, kind: text, object: text, field: text, count: whole, sample: listOf(text), query }, [
        'message',
        'object',
        'count',
        'sample',
      ]),
    ),
    description: 'Rows that would break; nothing is applied while there are any.',
  },
};

const automations: JsonSchema = {
  ...listOf(
    objectSchema({ object: text, moment: oneOf('beforeSave', 'afterSave', 'afterCommit'), before: listOf(text), after: listOf(text) }),
  ),
  description: 'The automations of an object at a moment in their order; left out where nothing of it changes.',
};

const versionOf: Readonly<Record<string, JsonSchema>> = {
  number: whole,
  modelHash: text,
  author: textOrNull,
  reason: textOrNull,
  createdAt: time,
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
  Choice: choice,
  InstalledPack: objectSchema({
    name: text,
    version: text,
    namespace: text,
    publisher: textOrNull,
    integrity: { ...textOrNull, description: 'The hash of its files as they came.' },
    dependencies: { type: 'object', additionalProperties: text },
    kept: listOf(objectSchema(kept)),
  }),
  PackChange: objectSchema(
    {
      files: {
        type: 'object',
        description: 'The pack, file by file: pack.json and the JSON of its folders, by path.',
        examples: [{ 'pack.json': { name: 'visits', namespace: 'field', version: '1.0.0', label: { en: 'Visits' } } }],
      },
      with: {
        ...listOf({ type: 'object' }),
        description: 'Other packs, like files, that come in the same step: those of which each needs the other’s new version.',
      },
      uninstall: { ...text, description: 'In the place of files: the name of the pack to take away.' },
      choices: { type: 'object', additionalProperties: shared('Choice'), description: 'For conflicts of the plan, by their ids.' },
      prefer: {
        ...oneOf('tenant', 'pack'),
        description: 'Whose value holds where nobody has chosen. Default: nobody’s, and nothing is applied.',
      },
      reason: text,
      planHash: text,
    },
    [],
  ),
  PackExport: objectSchema({ name: text, namespace: text, version: text, publisher: text }, ['name', 'namespace']),
  MetadataPlan: objectSchema({ ...plan, ...besides, ...looked, automations, access: shared('AccessPlan') }, Object.keys(plan)),
  AppliedMetadata: objectSchema({ ...plan, ...besides, automations, version: { ...whole, description: 'The one in force now.' } }, [
    ...Object.keys(plan),
    'version',
  ]),
  MetadataVersion: objectSchema(versionOf),
  MetadataVersionShown: objectSchema({
    ...versionOf,
    plan: shared('MetadataPlan'),
    inverse: {
      anyOf: [objectSchema({ model: text, changes }), { type: 'null' }],
      description: 'The Model before and the changes that lead back to it; null of the first version.',
    },
  }),
  Rollback: objectSchema({ version: whole, reason: text, planHash: text }, ['version']),
};

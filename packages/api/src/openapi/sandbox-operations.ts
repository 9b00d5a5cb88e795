// The document of sandboxes: their operations and their shapes.
import { answer, id, json, listOf, objectSchema, oneOf, problems, shared, text, time, whole } from './shapes.ts';
import type { JsonSchema, Operation, Parameter } from './shapes.ts';

const name: Parameter = { name: 'name', in: 'path', required: true, description: 'A sandbox’s name.', schema: text };

const body = (schema: string, example?: unknown): NonNullable<Operation['requestBody']> => ({
  required: true,
  content: json(shared(schema), example),
});

const tagged = (operation: Omit<Operation, 'tags'>): Operation => ({ ...operation, tags: ['Sandboxes'] });

const begun = answer('The copy has begun; `state` says when it is there.', shared('Sandbox'));

export const sandboxOperations = {
  listSandboxes: tagged({
    summary: 'The sandboxes of the tenant',
    responses: { 200: answer('By name.', objectSchema({ sandboxes: listOf(shared('Sandbox')) })), ...problems(401, 403) },
  }),
  createSandbox: tagged({
    summary: 'Copy the tenant into a sandbox',
    description: 'The sandbox is a tenant of its own, named in the answer. Nothing goes out from it: neither mails nor webhooks.',
    requestBody: body('NewSandbox'),
    responses: { 202: begun, ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
  }),
  getSandbox: tagged({
    summary: 'A sandbox, and how far its copy has come',
    parameters: [name],
    responses: { 200: answer('The sandbox.', shared('Sandbox')), ...problems(401, 403, 404) },
  }),
  refreshSandbox: tagged({
    summary: 'Copy the tenant anew; all that was done in the sandbox is lost',
    parameters: [name],
    requestBody: body('RefreshedSandbox'),
    responses: { 202: begun, ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
  }),
  deleteSandbox: tagged({
    summary: 'Delete a sandbox with all that it has',
    parameters: [name],
    responses: { 204: { description: 'It is gone.' }, ...problems(401, 403, 404, 409) },
  }),
  planPromotion: tagged({
    summary: 'What bringing the sandbox’s changes to the tenant would do; nothing is changed',
    parameters: [name],
    requestBody: body('Promotion'),
    responses: { 200: answer('What it would do.', shared('MetadataPlan')), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
  }),
  promoteSandbox: tagged({
    summary: 'Bring the metadata that was changed in the sandbox to the tenant, in one transaction',
    description:
      'Three versions are merged: the tenant’s at the copy, the sandbox’s, and the tenant’s of today. Records of the sandbox stay there; those of packs come with the packs.',
    parameters: [name],
    requestBody: body('Promotion'),
    responses: { 200: answer('What it has done.', shared('AppliedMetadata')), ...problems(400, 401, 403, 404, 409, 413, 415, 422) },
  }),
} as const satisfies Readonly<Record<string, Operation>>;

const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });

const settings: Readonly<Record<string, JsonSchema>> = {
  data: {
    ...oneOf('none', 'sample', 'all'),
    description: 'none: people, departments and what was set up for everybody. sample: the latest records too. all: everything.',
  },
  sample: { ...whole, minimum: 1, maximum: 100_000, description: 'Records of each object in a sample. Default: 1,000.' },
  mask: { type: 'boolean', description: 'Values that tell of people are replaced. Default: false.' },
  logins: {
    ...listOf(objectSchema({ email: text, password: { type: 'string', format: 'password' } })),
    description: 'People of the tenant who may sign in to the sandbox, with passwords for it alone. Nobody else may.',
  },
};

/** By the names under which `shared` finds them. */
export const sandboxSchemas: Readonly<Record<string, JsonSchema>> = {
  NewSandbox: objectSchema({ name: { ...text, pattern: '^[a-z][a-z0-9]{0,15}$' }, ...settings }, ['name', 'data', 'logins']),
  RefreshedSandbox: objectSchema(settings, []),
  Sandbox: objectSchema({
    name: text,
    tenant: { ...text, description: 'The tenant that the sandbox is: whoever signs in names it.' },
    origin: text,
    state: oneOf('copying', 'ready', 'failed'),
    data: oneOf('none', 'sample', 'all'),
    sample: { type: ['integer', 'null'] },
    masked: { type: 'boolean' },
    version: { type: ['integer', 'null'], description: 'Of the tenant’s metadata, at the copy.' },
    createdBy: orNull(id),
    createdAt: time,
    copiedAt: orNull(time),
    progress: orNull(objectSchema({ records: whole, history: whole, files: whole, missing: whole, object: text }, ['records'])),
    error: orNull(objectSchema({ code: text, message: text })),
  }),
  Promotion: objectSchema(
    {
      choices: {
        type: 'object',
        additionalProperties: shared('Choice'),
        description: 'For conflicts of the plan, by their ids: `pack` is the sandbox’s value.',
      },
      prefer: { ...oneOf('tenant', 'pack'), description: 'Where nobody has chosen. Default: nobody’s, and nothing is applied.' },
      reason: text,
      planHash: text,
    },
    [],
  ),
};

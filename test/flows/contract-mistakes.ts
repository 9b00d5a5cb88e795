// Requests that are wrong in every way that callers are, with what each must be answered by.
import type { Sent } from './contract-calls.ts';
import type { Operation, Schema } from './contract-document.ts';
import { oddities } from './contract-values.ts';

export interface Expected {
  readonly codes: readonly string[];
  readonly pointer?: string;
  /** Lenient: it may be read as what it should have been. */
  readonly mayBeTaken?: boolean;
}
type Mistake = readonly [Sent, Expected];

const json = { 'Content-Type': 'application/json' };
const deep = (open: string, close: string, levels = 10_000): string => `${open.repeat(levels)}${close.repeat(levels)}`;

/** By the parameter's name: texts that it cannot take. */
const badParameters: Readonly<Record<string, readonly (readonly [string, Expected])[]>> = {
  first: ['0', '-1', '1001', 'x', '1e3', '99999999999999999999'].map((text) => [text, { codes: ['REQUEST_PARAMETER_INVALID'] }]),
  count: [['maybe', { codes: ['REQUEST_PARAMETER_INVALID'] }]],
  deleted: [['all', { codes: ['REQUEST_PARAMETER_INVALID'] }]],
  purge: [['1', { codes: ['REQUEST_PARAMETER_INVALID'] }]],
  format: [['xml', { codes: ['REQUEST_PARAMETER_INVALID'] }]],
  user: [['nobody', { codes: ['RECORD_NOT_FOUND'] }]],
  ...Object.fromEntries(
    ['from', 'to'].map((name) => [
      name,
      ['yesterday', '2026-02-30T00:00:00Z', '2026-01-01T25:00:00Z', '0000-01-01'].map((text) => [
        text,
        { codes: ['REQUEST_PARAMETER_INVALID'] },
      ]),
    ]),
  ),
  address: [['nowhere', { codes: ['WEBHOOK_ADDRESS'] }]],
  actor: [['nobody', { codes: ['REQUEST_PARAMETER_INVALID'] }]],
  recordId: [['nothing', { codes: ['REQUEST_PARAMETER_INVALID'] }]],
  kind: [['nothing', { codes: ['REQUEST_PARAMETER_INVALID'] }]],
  automation: [],
  action: [],
  object: [],
  // Any text may be one, and what a provider sends is looked at as a whole.
  ...Object.fromEntries(
    ['tenant', 'code', 'state', 'iss', 'error', 'error_description', 'error_uri', 'session_state', 'scope', 'authuser', 'prompt', 'hd'].map(
      (name) => [name, []],
    ),
  ),
  dryRun: [['perhaps', { codes: ['REQUEST_PARAMETER_INVALID'] }]],
  allowDuplicates: [['perhaps', { codes: ['REQUEST_PARAMETER_INVALID'] }]],
  fields: [
    ['', { codes: ['REQUEST_PARAMETER_INVALID'] }],
    ['name,,id', { codes: ['REQUEST_PARAMETER_INVALID'] }],
    ['nothing', { codes: ['FIELD_UNKNOWN', 'RULE_NAME_UNKNOWN'] }],
    ['__proto__', { codes: ['FIELD_UNKNOWN', 'RULE_NAME_UNKNOWN'] }],
    ['constructor.name', { codes: ['FIELD_UNKNOWN', 'RULE_NAME_UNKNOWN'] }],
    [Array.from({ length: 40 }, () => 'owner').join('.'), { codes: ['REQUEST_PARAMETER_INVALID', 'FIELD_UNKNOWN'] }],
  ],
  sort: [
    ['nothing', { codes: ['RULE_NAME_UNKNOWN', 'FIELD_UNKNOWN'] }],
    ['-', { codes: ['REQUEST_PARAMETER_INVALID', 'RULE_NAME_UNKNOWN', 'RULE_SYNTAX'] }],
    ['__proto__', { codes: ['RULE_NAME_UNKNOWN'] }],
  ],
  filter: [
    ['{', { codes: ['REQUEST_PARAMETER_INVALID'] }],
    ['{"nonsense":[1]}', { codes: ['RULE_OPERATOR_UNKNOWN'], pointer: '/filter/nonsense' }],
    ['{"==":[{"var":"nothing"},1]}', { codes: ['RULE_NAME_UNKNOWN'] }],
    ['{"constructor":[1]}', { codes: ['RULE_OPERATOR_UNKNOWN', 'RULE_SYNTAX'] }],
    ['{"__proto__":[1]}', { codes: ['REQUEST_INVALID'] }],
    ['{"+":[1,2]}', { codes: ['RULE_TYPE'] }],
    ['{"==":[1,1],"!=":[1,2]}', { codes: ['RULE_SYNTAX', 'RULE_OPERATOR_UNKNOWN'] }],
    ['{">":[{"var":"version"},99999999999999999999]}', { codes: ['VALUE_TOO_MANY_DIGITS'] }],
    [deep('{"!":', '}', 200).replace(':}', ':true}'), { codes: ['REQUEST_PARAMETER_INVALID'] }],
  ],
  after: ['x', 'AAAA', 'e30', '%00', 'a'.repeat(3000)].map((text) => [text, { codes: ['CURSOR_INVALID'] }]),
  before: [['x', { codes: ['CURSOR_INVALID'] }]],
  mapping: [
    ['{', { codes: ['REQUEST_PARAMETER_INVALID'] }],
    ['[]', { codes: ['REQUEST_INVALID'] }],
    ['{"columns":{"a":{"field":"nothing"}}}', { codes: ['FIELD_UNKNOWN'] }],
    ['{"nonsense":1}', { codes: ['METADATA_UNKNOWN_PROPERTY'] }],
  ],
  by: [['nothing', { codes: ['KEY_UNKNOWN', 'FIELD_READ_ONLY'] }]],
  // Where names are numbered, the mapping is refused before it.
  resume: ['x', '019a8b1c-5e70-7c11-8b44-2f6d1c0a9e01'].map((text) => [text, { codes: ['IMPORT_NOT_FOUND', 'FIELD_READ_ONLY'] }]),
  q: [['', { codes: ['REQUEST_PARAMETER_INVALID'] }]],
  objects: [
    ['nothing', { codes: ['OBJECT_UNKNOWN'] }],
    [',', { codes: ['REQUEST_PARAMETER_INVALID'] }],
  ],
  recordType: [['nothing', { codes: ['COMPONENT_UNKNOWN'] }]],
  record: [
    ['x', { codes: ['RECORD_NOT_FOUND'] }],
    ['019a8b1c-5e70-7c11-8b44-2f6d1c0a9e01', { codes: ['RECORD_NOT_FOUND'] }],
  ],
  layout: [['nothing', { codes: ['COMPONENT_UNKNOWN'] }]],
  token: ['', 'x', '...', 'a.b.c.d'].map((text) => [text, { codes: ['FILE_LINK_INVALID'] }]),
  name: [
    ['..', { codes: ['FILE_NAME_INVALID'] }],
    ['', { codes: ['REQUEST_PARAMETER_INVALID'] }],
  ],
};

/** Bodies that no operation takes. */
const badBodies: readonly (readonly [Partial<Sent>, Expected])[] = [
  [{ body: '{"a":', headers: json }, { codes: ['REQUEST_BODY_NOT_JSON'] }],
  [{ body: '', headers: json }, { codes: ['REQUEST_BODY_NOT_JSON'] }],
  [
    { body: '[1]', headers: json },
    { codes: ['REQUEST_INVALID'], pointer: '' },
  ],
  [
    { body: 'null', headers: json },
    { codes: ['REQUEST_INVALID'], pointer: '' },
  ],
  [
    { body: '"text"', headers: json },
    { codes: ['REQUEST_INVALID'], pointer: '' },
  ],
  [{ body: new Uint8Array([0x7b, 0xff, 0x7d]), headers: json }, { codes: ['REQUEST_BODY_NOT_JSON'] }],
  [{ body: '{}', headers: { 'Content-Type': 'text/plain' } }, { codes: ['REQUEST_MEDIA_TYPE'] }],
  [{ body: '{}' }, { codes: ['REQUEST_MEDIA_TYPE'] }],
  [{ body: '{}', headers: { ...json, 'Content-Encoding': 'gzip' } }, { codes: ['REQUEST_INVALID'] }],
  [{ body: '{}', headers: { ...json, 'Content-Encoding': 'compress' } }, { codes: ['REQUEST_MEDIA_TYPE'] }],
  [{ body: `{"name":"${'x'.repeat(70_000)}"}`, headers: json }, { codes: ['REQUEST_BODY_TOO_LARGE'] }],
  [{ body: deep('[', ']'), headers: json }, { codes: ['REQUEST_BODY_NOT_JSON'] }],
  [{ body: deep('{"a":', '}').replace(':}', ':1}'), headers: json }, { codes: ['REQUEST_BODY_NOT_JSON'] }],
  [
    { body: '{"__proto__":{"polluted":true}}', headers: json },
    { codes: ['REQUEST_INVALID'], pointer: '/__proto__' },
  ],
  [
    { body: '{"a":1e400}', headers: json },
    { codes: ['VALUE_TOO_MANY_DIGITS'], pointer: '/a' },
  ],
  [
    { body: '{"a":12345678901234567890}', headers: json },
    { codes: ['VALUE_TOO_MANY_DIGITS'], pointer: '/a' },
  ],
];

/** Names that objects have by birth; where nothing is called so, they are as unknown as any. */
const unknownNames = ['nothing__c', 'constructor', 'toString', 'hasOwnProperty', 'a"b', "'; drop table x; --", '汉字', 'x'.repeat(200)];

const mapping = `mapping=${encodeURIComponent('{"columns":{"name":{"field":"name"}}}')}&`;

const pointerStep = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;

const noSuchRecord = [
  'RECORD_NOT_FOUND',
  'IMPORT_NOT_FOUND',
  'MERGE_NOT_FOUND',
  'APPROVAL_NOT_FOUND',
  'RUN_NOT_FOUND',
  'FILE_NOT_FOUND',
  'OBJECT_UNKNOWN',
  'COMPONENT_UNKNOWN',
  'FIELD_UNKNOWN',
  'SESSION_NOT_FOUND',
  'API_KEY_NOT_FOUND',
  'JOB_NOT_FOUND',
  'SECOND_FACTOR_MISSING',
  'PROVIDER_UNKNOWN',
  'SANDBOX_NOT_FOUND',
  'VERSION_UNKNOWN',
];

function inPath(operation: Operation, id: string): string {
  const kind = operation.route === 'getLayout' || operation.route === 'describeObject' ? 'user' : 'object';
  return operation.path
    .replace('{id}', id)
    .replace('{share}', id)
    .replace('{approval}', id)
    .replace('{action}', 'approve')
    .replace('{object}', 'user')
    .replace('{kind}', kind)
    .replace('{name}', 'user')
    .replace('{field}', 'id')
    .replace('{value}', id);
}

/** What is wrong whatever the operation does. */
export function mistakes(operation: Operation, id: string): readonly Mistake[] {
  const path = inPath(operation, id);
  const hasJson = operation.bodies['application/json'] !== undefined;
  const hasStream = operation.bodies['text/csv'] !== undefined || operation.bodies['application/octet-stream'] !== undefined;
  const valid: Partial<Sent> = hasJson ? { body: {} } : hasStream ? { body: 'name\nx\n', headers: { 'Content-Type': 'text/csv' } } : {};
  const made: Mistake[] = [
    [{ path: `${path}?nonsense=1`, ...valid }, { codes: ['REQUEST_PARAMETER_UNKNOWN'] }],
    [{ path: `${path}?__proto__=1`, ...valid }, { codes: ['REQUEST_PARAMETER_UNKNOWN'] }],
  ];
  // Nothing of a call from outside is looked at before its signature.
  if (operation.route === 'receiveWebhook') return [[{ path, ...valid }, { codes: ['WEBHOOK_SIGNATURE_INVALID'] }]];
  if (hasJson) {
    for (const [sent, expected] of badBodies) made.push([{ path, ...sent }, expected]);
    for (const name of operation.object === undefined ? unknownNames : []) {
      made.push([{ path, body: { [name]: 1 } }, { codes: ['REQUEST_INVALID'] }]);
    }
  }
  for (const { name, in: place } of operation.parameters) {
    if (place !== 'query') continue;
    const texts = badParameters[name];
    if (texts === undefined) throw new Error(`No mistakes are known for the parameter ${name}.`);
    const twice = texts[0]?.[0] ?? 'x';
    // What a body is checked for comes first, and so does whether the record is there.
    if (hasJson || operation.route === 'restoreRecord') continue;
    made.push([
      { path: `${path}?${name}=${encodeURIComponent(twice)}&${name}=${encodeURIComponent(twice)}`, ...valid },
      { codes: ['REQUEST_PARAMETER_INVALID'] },
    ]);
    for (const [text, expected] of texts) {
      const required =
        operation.route === 'search' && name !== 'q' ? 'q=a&' : operation.route === 'importRecords' && name !== 'mapping' ? mapping : '';
      made.push([{ path: `${path}?${required}${name}=${encodeURIComponent(text)}`, ...valid }, expected]);
    }
  }
  if (operation.path.includes('{') && operation.route !== 'listMetadata') {
    const unknown = operation.path.includes('{id}')
      ? ['x', '019a8b1c-5e70-7c11-8b44-2f6d1c0a9e01', '__proto__', '%00']
      : ['nothing', '__proto__', 'constructor', '%00'];
    for (const text of hasJson || hasStream ? [] : unknown) {
      // Where PostgreSQL would be asked for it, NUL is no text at all.
      const codes = text === '%00' ? [...noSuchRecord, 'REQUEST_INVALID'] : noSuchRecord;
      made.push([{ path: operation.path.replaceAll(/\{\w+\}/g, text) }, { codes }]);
    }
    if (!hasJson && !hasStream) made.push([{ path: operation.path.replaceAll(/\{\w+\}/g, '%ff') }, { codes: ['REQUEST_INVALID'] }]);
  }
  if (operation.signedIn)
    made.push([{ path, ...valid, headers: { ...valid.headers, Authorization: 'Basic x' } }, { codes: ['AUTHENTICATION_REQUIRED'] }]);
  return made;
}

/** A body that is right but for one thing: each field in turn, a name too many, what is required left out. */
export function* spoiled(
  operation: Operation,
  right: () => Readonly<Record<string, unknown>>,
  misfit: (schema: Schema, value: unknown) => string | undefined,
): Generator<Mistake> {
  const { path } = operation;
  const schema = operation.bodies['application/json'] ?? {};
  const { properties = {}, required = [] } = schema as {
    readonly properties?: Readonly<Record<string, Schema>>;
    readonly required?: readonly string[];
  };
  for (const [name, inner] of Object.entries(properties)) {
    for (const value of oddities) {
      if (misfit(inner, value) === undefined) continue;
      const mayBeTaken = typeof value !== 'object';
      yield [
        { path, body: { ...right(), [name]: value } },
        { codes: valueCodes, pointer: pointerStep(name), mayBeTaken },
      ];
    }
  }
  for (const name of required) {
    const rest = Object.fromEntries(Object.entries(right()).filter(([each]) => each !== name));
    yield [
      { path, body: rest },
      { codes: ['VALUE_REQUIRED'], pointer: pointerStep(name) },
    ];
    yield [
      { path, body: { ...right(), [name]: null } },
      { codes: ['VALUE_REQUIRED'], pointer: pointerStep(name) },
    ];
  }
  for (const name of unknownNames)
    yield [
      { path, body: { ...right(), [name]: 1 } },
      { codes: ['FIELD_UNKNOWN'], pointer: pointerStep(name) },
    ];
  for (const name of ['id', 'createdAt', 'version', 'deletedAt', 'updatedBy']) {
    yield [
      { path, body: { ...right(), [name]: '019a8b1c-5e70-7c11-8b44-2f6d1c0a9e01' } },
      { codes: ['FIELD_READ_ONLY'], pointer: pointerStep(name) },
    ];
  }
}

const valueCodes = [
  'VALUE_TYPE',
  'VALUE_REQUIRED',
  'VALUE_TOO_LONG',
  'VALUE_TOO_SHORT',
  'VALUE_PATTERN',
  'VALUE_OUT_OF_RANGE',
  'VALUE_OPTION_UNKNOWN',
  'LOOKUP_NOT_FOUND',
  'FILE_NOT_USABLE',
  'REQUEST_INVALID',
];

// Schemas of who may see and change a record, who did, and whom it is shared with.
import { flag, id, idOrNull, listOf, mapOf, objectSchema, oneOf, shared, text, textOrNull, time, timeOrNull, whole } from './shapes.ts';
import type { JsonSchema } from './shapes.ts';

/** In the order in which they are told. */
const verbs = ['create', 'update', 'delete', 'import', 'export', 'changeOwner', 'seeDeleted'] as const;
const flags = ['read', 'create', 'update', 'delete', 'viewAll', 'modifyAll', 'import', 'export', 'changeOwner', 'seeDeleted'] as const;

const layerKinds = [
  'viewAll',
  'modifyAll',
  'sharingDefault',
  'parent',
  'owner',
  'managers',
  'departmentHeads',
  'team',
  'manualShare',
  'approvalShare',
  'sharingRule',
] as const;

const each = (names: readonly string[], schema: JsonSchema): JsonSchema =>
  objectSchema(Object.fromEntries(names.map((name) => [name, schema])));

const access = oneOf('read', 'edit');
const layer = objectSchema({ kind: oneOf(...layerKinds), name: { ...text, description: 'The sharing rule’s.' }, gives: flag }, [
  'kind',
  'gives',
]);

const explaining: Readonly<Record<string, JsonSchema>> = {
  ObjectVerbs: { ...each(verbs, flag), description: 'What the caller may do with records of the object.' },
  FieldLevel: oneOf('none', 'masked', 'read', 'edit'),
  GrantOrigin: objectSchema({ kind: oneOf('role', 'permissionSet'), name: text }),
  AccessExplanation: objectSchema({
    object: text,
    id,
    user: { ...id, description: 'About whom it is.' },
    active: flag,
    administrator: { ...flag, description: 'Then nothing else is asked.' },
    read: { ...flag, description: 'Whether the person sees the record.' },
    edit: { ...flag, description: 'Whether the person may change it, as far as records go: the verb is still asked.' },
    verbs: shared('ObjectVerbs'),
    flags: { ...each(flags, listOf(shared('GrantOrigin'))), description: 'What gives each.' },
    layers: { ...each(['read', 'edit'], listOf(layer)), description: 'One that gives is enough.' },
    fields: {
      ...mapOf(objectSchema({ level: shared('FieldLevel'), from: listOf(shared('GrantOrigin')) })),
      description: 'By name. Empty for administrators.',
    },
  }),
  History: objectSchema({
    entries: listOf(
      objectSchema({
        number: { ...text, pattern: '^\\d+$', description: 'What `before` takes to go on.' },
        change: oneOf('created', 'updated', 'deleted', 'restored'),
        field: { ...textOrNull, description: 'Null: the record as a whole.' },
        old: {},
        new: {},
        actor: idOrNull,
        at: time,
        version: whole,
      }),
    ),
    hasMore: flag,
  }),
  AuditTrail: objectSchema({
    entries: listOf(
      objectSchema({
        number: { ...text, pattern: '^\\d+$', description: 'What `before` takes to go on.' },
        at: time,
        action: text,
        actor: { ...idOrNull, description: 'Of an administrator who acts as somebody else: the administrator.' },
        actorKind: oneOf('user', 'apiKey', 'impersonator', 'stranger', 'system'),
        object: textOrNull,
        recordId: idOrNull,
        detail: { description: 'Any JSON, by action.' },
        address: textOrNull,
        requestId: textOrNull,
      }),
    ),
    hasMore: flag,
  }),
};

const sharing: Readonly<Record<string, JsonSchema>> = {
  Subject: {
    description: 'A person, whoever has a role, the members of a group, or the people of a department (`below`: and of those below it).',
    type: 'object',
    oneOf: [
      objectSchema({ user: id }),
      objectSchema({ role: text }),
      objectSchema({ group: id }),
      objectSchema({ department: id, below: flag }, ['department']),
    ],
  },
  Share: objectSchema({
    id,
    to: shared('Subject'),
    access,
    origin: oneOf('team', 'manual', 'approval'),
    teamRole: textOrNull,
    expiresAt: timeOrNull,
    createdBy: idOrNull,
    createdAt: time,
  }),
  NewShares: objectSchema({
    shares: listOf(
      objectSchema(
        {
          to: shared('Subject'),
          access: { ...access, description: 'Default: that of the team role, else read.' },
          teamRole: { ...text, description: 'Puts them into the record’s team.' },
          expiresAt: { ...time, description: 'In the future.' },
        },
        ['to'],
      ),
    ),
  }),
};

/** By the names under which `shared` finds them. */
export const accessSchemas: Readonly<Record<string, JsonSchema>> = { ...explaining, ...sharing };

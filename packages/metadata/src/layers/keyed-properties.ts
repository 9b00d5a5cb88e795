// Which properties of metadata are maps with stable keys, and which have properties of their own: what a layer changes one by one, and a plan tells apart.

/** Maps of parts by their keys. */
export const partMaps: ReadonlySet<string> = new Set([
  'fields',
  'options',
  'recordTypes',
  'keys',
  'validationRules',
  'sections',
  'relatedLists',
  'columns',
  'sort',
  'items',
  'objects',
  'to',
  'roles',
  'rules',
  'values',
  'steps',
  'locks',
  'cases',
  'otherwise',
  'inputs',
  'branches',
  'approvers',
  'set',
  'stages',
  'moves',
  'enter',
  'leave',
  'tasks',
  'thresholds',
  'criteria',
  'members',
  'administrators',
  'reasons',
  'recycle',
  'targets',
  'children',
  'sources',
  'hours',
  'days',
]);

/** Texts by language. */
const textMaps = ['label', 'pluralLabel', 'help', 'message', 'unit', 'subject', 'body'] as const;

/**
 * Properties that are maps with stable keys. Everything else (rules, lists of words, scalars) is one value that a
 * higher layer replaces as a whole: half of one rule laid over half of another would be a third that nobody wrote.
 */
export const keyedProperties: ReadonlySet<string> = new Set([...partMaps, ...textMaps]);

/** Properties whose value has properties of its own, which a delta changes one by one. */
export const nestedProperties: ReadonlySet<string> = new Set([
  'aggregate',
  'dependsOn',
  'team',
  'passwords',
  'trigger',
  'from',
  'series',
  'lock',
  'over',
  'into',
  'inApp',
  'email',
  'button',
  'onSubmit',
  'onApproved',
  'onRejected',
  'onRecalled',
  'onReject',
  'timeout',
  'then',
  'skip',
  'back',
  'reopen',
  'repeat',
  'limits',
  'decide',
]);

/** Maps whose entries are one value each: whom a sharing rule speaks of, who approves, the rules that give values. */
export const wholeEntries: ReadonlySet<string> = new Set(['to', 'members', 'administrators', 'approvers', 'values', 'set']);

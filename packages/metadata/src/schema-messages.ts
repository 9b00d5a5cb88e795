// Turns what a validator reports into the problem that an author can act on.
import { problem, type Problem, type ProblemPlace } from '@tessera/kernel';
import { type SchemaError } from './generated/validators.js';

const quote = (value: unknown): string => JSON.stringify(value);
const escapePointer = (token: string): string => token.replaceAll('~', '~0').replaceAll('/', '~1');
const unescapePointer = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');

/** The problem behind one report; undefined for a report that only repeats another. */
export function readableProblem(error: SchemaError, file: string): Problem | undefined {
  const place: ProblemPlace = { file, pointer: error.instancePath };
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownProperty(error, String(error.params['additionalProperty']), place);
    case 'unevaluatedProperties':
      return unknownProperty(error, String(error.params['unevaluatedProperty']), place);
    case 'required':
      return missingProperty(error, String(error.params['missingProperty']), place);
    case 'false schema':
      return misplaced(error, place);
    case 'not':
      return together(error, place);
    case 'discriminator':
      return unknownType(error, place);
    case 'enum':
      return unknownValue(error, listOf(error.params['allowedValues']), place);
    case 'const':
      return unknownValue(error, [error.params['allowedValue']], place);
    case 'type':
      return wrongType(error, place);
    case 'pattern':
      return wrongText(error, place);
    case 'if':
    case 'propertyNames':
      return undefined;
    default:
      return problem('METADATA_SCHEMA', { reason: `${propertyOf(error)} ${limit(error)}` }, place);
  }
}

function unknownProperty(error: SchemaError, property: string, place: ProblemPlace): Problem | undefined {
  const known = listOf(error.parentSchema?.['known']).map(String);
  // Reported too where a known property holds a mistake, which has its own report.
  if (known.includes(property)) return undefined;
  const hint = suggest(property, known);
  return problem('METADATA_UNKNOWN_PROPERTY', { owner: ownerOf(error), property, hint }, below(place, property));
}

/** Why a property is needed, where more is to be said than that it has no default. */
const missingReasons: Readonly<Record<string, string>> = {
  type: 'it decides what else may be said.',
  groupBy: 'the lanes of a kanban are its values.',
  dateField: 'a calendar places records by it.',
  mapping: 'it says how the columns of the `file` become fields.',
  records: 'the records themselves, or a `file` with a `mapping`.',
  object: 'what it is about; a menu item says `object` or `listView`.',
  options: 'the choices, or `optionsOf` with the kind of components that they are.',
  user: 'whom it means, in one way: by `user`, `role`, `group` or another of its properties.',
  ownedBy: 'which records: those `ownedBy` somebody, or those `when` a rule holds.',
  for: 'what is waited for, at least one of `for`, `until`, `condition` and `event`.',
  scope: 'which records may become stale.',
  inApp: 'at least one channel, `inApp` or `email`.',
  trigger: 'it decides when all this happens.',
  steps: 'what is done.',
  from: 'where the range begins.',
  field: 'which cell is compared.',
  values: 'what is put in, by name.',
};

function missingProperty(error: SchemaError, property: string, place: ProblemPlace): Problem {
  const meaning = missingReasons[property] ?? 'it has no default.';
  return problem('METADATA_MISSING_PROPERTY', { owner: ownerOf(error), property, meaning }, place);
}

/** Why a property is refused beside others; by its name, the same wherever it stands. */
const misplacedReasons: Readonly<Record<string, string>> = {
  currencyField: 'a field says either `currency` or `currencyField`. Remove one.',
  object: 'a menu item opens either `object` or `listView`. Remove one.',
  records: 'data come either from `records` or from `file` with `mapping`. Remove one.',
  mapping: 'a mapping belongs to a `file`. Name the file, or remove it.',
  groupBy: 'only a list view of kind kanban has it. Remove it, or set "kind": "kanban".',
  dateField: 'only a list view of kind calendar has it. Remove it, or set "kind": "calendar".',
  endField: 'only a list view of kind calendar has it. Remove it, or set "kind": "calendar".',
  min: 'only a parameter of type number has it. Remove it.',
  max: 'only a parameter of type number has it. Remove it.',
  options: 'only picklists have choices, and either `options` or `optionsOf`. Remove it.',
  ...Object.fromEntries(
    ['role', 'group', 'department', 'managerOf', 'headOf', 'team', 'rule', 'chosen'].map((way) => [
      way,
      'people are named in one way. Remove the others.',
    ]),
  ),
  in: 'only a role is narrowed to a department. Remove it.',
  levels: 'only with `managerOf` or `headOf` does one go up. Remove it.',
  below: 'only a department has others below it. Remove it.',
  ownedBy: 'records are told either by `ownedBy` or by `when`. Remove one.',
  after: 'it is either `before` or `after` the time. Remove one.',
  calendar: 'a calendar is for a length of time, which there is none of here. Remove it.',
  stale: 'only with `from` are there records that it no longer gives. Remove it.',
  scope: 'it is for records that become stale: say "stale": "void" or "delete" with `from`, or remove it.',
  on: 'checks at the commit are for saves alone. Remove it, or "check": "commit".',
  weight: 'only with "spread": "inProportion" are there weights. Remove it.',
  assignmentRule: 'either people are named in `to` or a rule says who. Remove one.',
  where: 'it is for the records of an `object`. Name the object, or remove it.',
  values: 'only with "default": "values" are there any. Remove them.',
  sort: 'only the first row is found by an order. Remove it, or set "hit": "first".',
  from: 'only a range has ends. Remove it, or set "match": "range".',
  to: 'only a lookup points to something, and only a range has ends. Remove it.',
  field: 'it is said in another way already. Remove one.',
};

function misplaced(error: SchemaError, place: ProblemPlace): Problem {
  const property = propertyOf(error);
  return problem('METADATA_MISPLACED_PROPERTY', { property, reason: misplacedReasons[property] ?? 'remove it.' }, place);
}

/** Properties that exclude one another: the last is the one to question. */
function together(error: SchemaError, place: ProblemPlace): Problem {
  const property = String(listOf((error.schema as { readonly required?: unknown }).required).at(-1));
  return problem('METADATA_MISPLACED_PROPERTY', { property, reason: misplacedReasons[property] ?? 'remove it.' }, below(place, property));
}

function unknownType(error: SchemaError, place: ProblemPlace): Problem | undefined {
  const type = error.params['tagValue'];
  // Missing, which has its own report.
  if (type === undefined) return undefined;
  const branches = listOf(error.parentSchema?.['oneOf']) as readonly { readonly $ref?: string }[];
  const known = branches.map((branch) => branch.$ref?.split('/').at(-1) ?? '');
  return problem(
    'METADATA_VALUE_UNKNOWN',
    { property: 'type', value: quote(type), hint: suggest(typeof type === 'string' ? type : '', known) },
    below(place, 'type'),
  );
}

function unknownValue(error: SchemaError, allowed: readonly unknown[], place: ProblemPlace): Problem {
  const hint = suggest(typeof error.data === 'string' ? error.data : '', allowed.filter((value) => value !== null).map(String));
  return problem('METADATA_VALUE_UNKNOWN', { property: propertyOf(error), value: quote(error.data), hint }, place);
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

function wrongType(error: SchemaError, place: ProblemPlace): Problem {
  const expected = [error.params['type']].flat().map((type) => typeWords[String(type)] ?? String(type));
  return problem('METADATA_TYPE', { property: propertyOf(error), expected: expected.join(' or '), actual: shown(error.data) }, place);
}

function wrongText(error: SchemaError, place: ProblemPlace): Problem {
  const meaning = error.parentSchema?.['description'] ?? `It must match ${String(error.params['pattern'])}.`;
  if (error.propertyName !== undefined) {
    return problem('METADATA_NAME_INVALID', { name: quote(error.propertyName), meaning }, below(place, error.propertyName));
  }
  return problem('METADATA_VALUE_UNKNOWN', { property: propertyOf(error), value: quote(error.data), hint: meaning }, place);
}

const limits: Readonly<Record<string, (limit: string) => string>> = {
  minimum: (n) => `must be at least ${n}.`,
  maximum: (n) => `must be at most ${n}.`,
  exclusiveMinimum: (n) => `must be more than ${n}.`,
  minLength: (n) => (n === '1' ? 'must not be empty.' : `must have at least ${n} characters.`),
  maxLength: (n) => `must have at most ${n} characters.`,
  minItems: (n) => (n === '1' ? 'must not be empty: leave it out instead.' : `must have at least ${n} entries.`),
  minProperties: () => 'must not be empty.',
};

function limit(error: SchemaError): string {
  if (error.keyword === 'uniqueItems')
    return `names the same twice (entries ${String(error.params['j'])} and ${String(error.params['i'])}).`;
  return limits[error.keyword]?.(String(error.params['limit'])) ?? `breaks the schema (${error.keyword}).`;
}

function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = quote(value);
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

/** The property that an error stands at; the root has none. */
function propertyOf(error: SchemaError): string {
  const [last = '', parent = ''] = error.instancePath.split('/').reverse();
  if (last === '') return 'The file';
  return /^\d+$/.test(last) ? `An entry of ${unescapePointer(parent)}` : unescapePointer(last);
}

/** What an error's object is, in words: `A text field`. */
function ownerOf(error: SchemaError): string {
  const whole = error.parentSchema?.['title'];
  if (typeof whole !== 'string') return 'This';
  const title = whole.replace(/ change$/, '');
  const word = /^[A-Z][a-z-]/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
  return `${/^[aeio]/i.test(word) ? 'An' : 'A'} ${word}`;
}

function below(place: ProblemPlace, property: string): ProblemPlace {
  return { ...place, pointer: `${place.pointer ?? ''}/${escapePointer(property)}` };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Names what may have been meant, and what is known. */
function suggest(wanted: string, known: readonly string[]): string {
  const shownNames = known.filter((name) => name !== '$comment' && name !== '$schema');
  const list = `Known: ${shownNames.join(', ')}.`;
  const close = shownNames.filter((name) => isClose(wanted.toLowerCase(), name.toLowerCase()));
  return close.length > 0 && wanted.length <= 60 ? `Did you mean ${close.slice(0, 3).join(' or ')}? ${list}` : list;
}

/** One name holds the other, or few letters differ. */
function isClose(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) >= 3 && (a.includes(b) || b.includes(a))) return true;
  return Math.abs(a.length - b.length) <= 2 && distance(a, b) <= Math.max(1, Math.floor(b.length / 3));
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

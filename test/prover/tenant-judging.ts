// What of a tenant's metadata the oracle can judge, and why not the rest: rules with operators that it does not speak.
import { strict } from './rules.ts';
import type { Asked, FieldShape, ObjectShape, Shapes } from './shapes.ts';
import type { Constitution } from './world.ts';

/** Something that is left out of the comparison. */
export interface Unjudged {
  /** `opportunity.daysOpen`, or `sharing rule openDeals`. */
  readonly what: string;
  readonly why: string;
  /** What becomes of it: `the field is not asked for`. */
  readonly hence: string;
}

/** What a rule gives, as far as it can be told; `literal` is a text that takes its type from what stands beside it. */
type Gives = FieldShape['kind'] | 'literal' | 'null' | 'anything';

/** Thrown with the reason. */
class Unspoken extends Error {}

interface Place {
  readonly shapes: Shapes;
  readonly record: string;
  readonly inner: string;
  /** Fields and objects that are unjudged already. */
  readonly isOut: (object: string, field?: string) => boolean;
  /** Whether records count that the reader does not see. */
  readonly seesAll: boolean;
}

const comparisons = ['==', '!=', '<', '<=', '>', '>='];
const arithmetic = ['+', '-', '*', '/', 'round'];
const logic = ['and', 'or', 'not', '!'];
const functions = ['count', 'countDistinct', 'sum', 'avg', 'min', 'max'];

function unspoken(why: string): never {
  throw new Unspoken(why);
}

/** Follows steps through lookups; gives the object before the last. */
function holderOf(place: Place, from: string, steps: readonly string[]): string {
  return steps.reduce((at, step) => {
    const [name = '', target] = step.split(':');
    const field = place.shapes[at]?.fields[name];
    if (field === undefined || field.kind !== 'reference') unspoken(`the path step ${step}`);
    const next = target ?? field.to[0] ?? '';
    if (target === undefined && field.to.length > 1) unspoken(`a path through ${name}, which leads to several objects`);
    if (place.isOut(at, name)) unspoken(`${at}.${name}, which is not judged`);
    if (!place.seesAll && place.isOut(next)) unspoken(`records of ${next}, which are not judged`);
    return next;
  }, from);
}

function variable(path: string, place: Place): Gives {
  const steps = path.split('.');
  const [first = ''] = steps;
  if (first.startsWith('$') && !['$user', '$record'].includes(first)) unspoken(first);
  const from = first === '$user' ? 'user' : first === '$record' ? place.record : place.inner;
  const rest = first.startsWith('$') ? steps.slice(1) : steps;
  if (rest.length === 0) return 'reference';
  const holder = holderOf(place, from, rest.slice(0, -1));
  const field = place.shapes[holder]?.fields[rest.at(-1) ?? ''];
  if (field === undefined) return unspoken(`the path ${path}`);
  if (field.asked === 'never' || field.asked === 'unknown' || place.isOut(holder, field.name))
    unspoken(`${holder}.${field.name}, which is not judged`);
  if (field.to.length > 1) unspoken(`${field.name}, which leads to several objects`);
  return field.kind;
}

/** The object behind a relation. */
function childOf(path: unknown, place: Place): string {
  if (typeof path !== 'string') return unspoken('aggregates over anything but a child relation');
  const steps = path.split('.');
  const [first] = steps;
  if (first?.startsWith('$') === true && first !== '$record') unspoken(`relations of ${first}`);
  const rest = first === '$record' ? steps.slice(1) : steps;
  const holder = holderOf(place, first === '$record' ? place.record : place.inner, rest.slice(0, -1));
  const relation = place.shapes[holder]?.relations[rest.at(-1) ?? ''];
  if (relation === undefined) return unspoken(`the relation ${path}`);
  if (!place.seesAll && place.isOut(relation.object)) unspoken(`records of ${relation.object}, which are not judged`);
  return relation.object;
}

function aggregate(given: Readonly<Record<string, unknown>>, place: Place): Gives {
  const { of, function: name, value, where, ...more } = given;
  const [other] = Object.keys(more);
  if (other !== undefined) unspoken(`aggregates with "${other}"`);
  if (!functions.includes(String(name))) unspoken(`the aggregate function ${String(name)}`);
  const inner = { ...place, inner: childOf(of, place) };
  const kind = value === undefined ? 'number' : gives(value, inner);
  if (where !== undefined) gives(where, inner);
  return name === 'min' || name === 'max' ? kind : 'number';
}

/** Both sides must be of a kind that the oracle reads in one way. */
function compared(operator: string, kinds: readonly Gives[]): void {
  const told = new Set(kinds.filter((kind) => kind !== 'null'));
  const [one = 'text', other = one] = told;
  const isText = (kind: Gives): boolean => ['text', 'date', 'reference', 'literal'].includes(kind);
  const fits = told.size < 2 || (told.size === 2 && told.has('literal') && isText(one) && isText(other));
  if (!fits || told.has('list') || told.has('secret') || told.has('anything')) unspoken(`${operator} between ${[...told].join(' and ')}`);
}

function literal(value: unknown): Gives {
  if (value === null) return 'null';
  return typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'literal';
}

function operation(operator: string, args: readonly unknown[], place: Place): Gives {
  if (operator === 'in') {
    const [value, list] = args;
    if (!Array.isArray(list) || list.some((each) => typeof each === 'object' && each !== null))
      return unspoken('in with anything but a list of values');
    compared('in', [gives(value, place), ...list.map(literal)]);
    return 'boolean';
  }
  if (operator === 'round' && (args.length !== 2 || typeof args[1] !== 'number' || args[1] < 0)) unspoken('round but for decimals');
  const kinds = args.map((each) => gives(each, place));
  if (comparisons.includes(operator)) compared(operator, kinds);
  if (['concat', 'contains', 'startsWith'].includes(operator)) {
    const odd = kinds.find((kind) => kind !== 'text' && kind !== 'literal' && kind !== 'null');
    if (odd !== undefined) unspoken(`${operator} of a ${odd}`);
  }
  if (arithmetic.includes(operator)) {
    if (kinds.some((kind) => kind !== 'number' && kind !== 'null')) unspoken(`${operator} of anything but numbers`);
    return 'number';
  }
  if (operator === 'concat') return 'text';
  if (operator === 'coalesce' || operator === 'if') {
    const results = operator === 'coalesce' ? kinds : kinds.filter((_, i) => i % 2 === 1 || i === kinds.length - 1);
    compared(operator, results);
    return results.find((kind) => kind !== 'null' && kind !== 'literal') ?? results[0] ?? 'null';
  }
  return 'boolean';
}

function gives(rule: unknown, place: Place): Gives {
  if (Array.isArray(rule)) return unspoken('lists');
  if (typeof rule !== 'object' || rule === null) return literal(rule);
  const [[operator, given] = ['nothing', undefined]] = Object.entries(rule) as [string, unknown][];
  const args: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (operator === 'var') return variable(String(args[0]), place);
  if (operator === 'aggregate') return aggregate(given as Readonly<Record<string, unknown>>, place);
  if (['some', 'all', 'none'].includes(operator)) {
    const child = childOf((args[0] as { readonly var?: unknown } | undefined)?.var, place);
    gives(args[1], { ...place, inner: child });
    return 'boolean';
  }
  if (!Object.hasOwn(strict, operator) && operator !== 'if' && operator !== 'in') unspoken(operator);
  if (logic.includes(operator) || operator === 'isBlank') {
    for (const each of args) gives(each, place);
    return 'boolean';
  }
  return operation(operator, args, place);
}

/** Why the oracle cannot work a rule out; undefined where it can. */
function reasonAgainst(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof Unspoken) return error.message;
    throw error;
  }
}

function fieldReason(shapes: Shapes, object: ObjectShape, field: FieldShape, isOut: Place['isOut']): string | undefined {
  const place: Place = { shapes, record: object.name, inner: object.name, isOut, seesAll: false };
  const { quote, aggregate: over } = field;
  if (quote !== undefined) return reasonAgainst(() => variable(`${quote.through}.${quote.field}`, place));
  // A roll-up counts all records, by definition.
  if (over !== undefined) return reasonAgainst(() => aggregate(over, { ...place, seesAll: true }));
  return reasonAgainst(() => gives(field.formula, place));
}

/** Names that say what stands around the rule: who reads it can then not be told from the rule alone. */
const opaque = /"(?:rule|object|ancestors|literal|sort)":|"\$(?:old|item|outer|now|tenant)/;

/** Types whose values are plain enough to be compared; of others one sees only that they are there. */
const plainTypes: Readonly<Record<string, Asked>> = {
  textarea: 'selected',
  richText: 'selected',
  url: 'selected',
  time: 'selected',
  datetime: 'selected',
  multiPicklist: 'selected',
  file: 'never',
  image: 'never',
  address: 'never',
  location: 'never',
  json: 'never',
};

export interface Judged {
  readonly shapes: Shapes;
  readonly unjudged: readonly Unjudged[];
}

/** Rounds over everything until nothing more falls out: what reads something unjudged is unjudged itself. */
export function judged(shapes: Shapes, { rules }: Pick<Constitution, 'rules'>): Judged {
  const out = new Map<string, Unjudged>();
  const isOut: Place['isOut'] = (object, field) => out.has(field === undefined ? object : `${object}.${field}`);
  const typed = withTypes(shapes);
  for (let before = -1; out.size > before;) {
    before = out.size;
    for (const object of Object.values(typed)) judgeFields(typed, object, isOut, out);
    for (const { name, object, records } of rules) {
      const place: Place = { shapes: typed, record: object, inner: object, isOut, seesAll: true };
      const why = 'when' in records ? reasonAgainst(() => gives(records.when, place)) : undefined;
      if (why === undefined || isOut(object)) continue;
      out.set(object, { what: `sharing rule ${name}`, why, hence: `no records of ${object} are asked for` });
    }
    for (const { name, sharing, fields } of Object.values(typed)) {
      const master = Object.values(fields).find((field) => field.master && field.to.some((target) => isOut(target)));
      if (sharing !== 'controlledByParent' || master === undefined || isOut(name)) continue;
      out.set(name, { what: name, why: `its master ${master.name} is not judged`, hence: `no records of ${name} are asked for` });
    }
  }
  return { shapes: marked(typed, isOut), unjudged: [...out.values()] };
}

function judgeFields(shapes: Shapes, object: ObjectShape, isOut: Place['isOut'], out: Map<string, Unjudged>): void {
  for (const field of Object.values(object.fields)) {
    if (isOut(object.name, field.name)) continue;
    const what = `${object.name}.${field.name}`;
    const hence = 'the field is not asked for';
    if (field.asked === 'never') out.set(what, { what, why: `values of the type ${field.type}`, hence });
    const why = field.stored || field.asked === 'never' ? undefined : fieldReason(shapes, object, field, isOut);
    if (why !== undefined) out.set(what, { what, why, hence });
  }
}

function mapFields(shapes: Shapes, change: (object: ObjectShape, field: FieldShape) => FieldShape): Shapes {
  const objects = Object.values(shapes).map((object) => {
    const fields = Object.values(object.fields).map((field) => [field.name, change(object, field)] as const);
    return [object.name, { ...object, fields: Object.fromEntries(fields) }] as const;
  });
  return Object.fromEntries(objects);
}

/** Fields of every record are plain, whatever their type; a quote is what it quotes. */
function withTypes(shapes: Shapes): Shapes {
  const plain = mapFields(shapes, (_, field) => ({
    ...field,
    asked: field.system ? 'everywhere' : (plainTypes[field.type] ?? plainTypes[field.kind] ?? 'everywhere'),
  }));
  const quoted = (all: Shapes): Shapes =>
    mapFields(all, (object, field) => {
      const target = object.fields[field.quote?.through ?? '']?.to[0] ?? '';
      const asked = field.quote === undefined ? undefined : all[target]?.fields[field.quote.field]?.asked;
      return asked === undefined ? field : { ...field, asked };
    });
  return quoted(quoted(plain));
}

function marked(shapes: Shapes, isOut: Place['isOut']): Shapes {
  const isOpaque = ({ formula, aggregate: over }: FieldShape): boolean => opaque.test(JSON.stringify([formula ?? null, over ?? null]));
  // What reads something opaque is opaque; which that is, is not told apart.
  const some = Object.values(shapes).some(({ fields }) => Object.values(fields).some(isOpaque));
  const fields = mapFields(shapes, (object, field) => {
    if (!isOut(object.name, field.name)) return field;
    return { ...field, asked: some && !field.stored ? 'unknown' : 'never' };
  });
  return Object.fromEntries(Object.entries(fields).map(([name, object]) => [name, { ...object, judged: !isOut(name) }]));
}

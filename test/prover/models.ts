// Random objects: trees and chains of masters, fields of many types, formulas, roll-ups and quotes over them.
import type { Json } from '../support/engine.ts';
import { type Chance } from './chance.ts';
import { platformObjects, shapesOf, type FieldShape, type ObjectShape, type Shapes } from './shapes.ts';

/** Objects of one tenant, as JSON and as shapes; the platform's are among the shapes. */
export interface ModelSketch {
  readonly objects: Readonly<Record<string, Json>>;
  readonly shapes: Shapes;
}

const objectNames = ['harbor', 'vessel', 'crate', 'pilot', 'beacon', 'anchor'] as const;

/** None begins another. */
export const words = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'heron', 'islet', 'jolly'] as const;
const picks = ['low', 'mid', 'top'] as const;

const v = (path: string): Json => ({ var: path });

class Draft {
  readonly chance: Chance;
  readonly objects: Record<string, { sharing: string; fields: Record<string, Json>; recordTypes?: Json }> = {};
  #count = 0;

  constructor(chance: Chance) {
    this.chance = chance;
  }

  /** Names occur once in a model, so that one can be told from all others in any text. */
  name(stem: string): string {
    this.#count += 1;
    return `${stem}${String(this.#count).padStart(2, '0')}`;
  }

  add(object: string, stem: string, source: Json): void {
    const name = this.name(stem);
    const fields = this.objects[object]?.fields;
    if (fields !== undefined) fields[name] = { ...source, label: { en: name } };
  }

  shapes(): Shapes {
    const named = Object.entries(this.objects).map(([name, source]) => [name, { ...source, plural: `${name}s` }]);
    return shapesOf({ ...platformObjects(), ...(Object.fromEntries(named) as Readonly<Record<string, Json>>) });
  }
}

function plainFields(draft: Draft, object: string): void {
  const { chance } = draft;
  const history = (): Json => (chance.percent(30) ? { history: true } : {});
  draft.add(object, 'text', { type: 'text', searchable: true, ...history() });
  draft.add(object, 'num', { type: 'number', scale: 2, ...history() });
  if (chance.percent(60)) draft.add(object, 'text', { type: 'text', searchable: chance.percent(50) });
  if (chance.percent(60)) draft.add(object, 'money', { type: 'currency', scale: 2, ...history() });
  if (chance.percent(50)) draft.add(object, 'num', { type: 'number', scale: 0 });
  if (chance.percent(60)) draft.add(object, 'day', { type: 'date' });
  if (chance.percent(60)) draft.add(object, 'flag', { type: 'boolean' });
  if (chance.percent(70)) draft.add(object, 'pick', { type: 'picklist', options: Object.fromEntries(picks.map((pick) => [pick, {}])) });
  if (chance.percent(50)) draft.add(object, 'phone', { type: 'phone' });
  if (chance.percent(50)) draft.add(object, 'mail', { type: 'email' });
  if (chance.percent(30)) draft.add(object, 'secret', { type: 'secret' });
  if (chance.percent(40)) draft.add(object, 'code', { type: 'text', unique: true });
}

function masters(draft: Draft, object: string, earlier: readonly string[]): boolean {
  const { chance } = draft;
  const master = chance.percent(55) ? chance.maybe(earlier) : undefined;
  if (master === undefined) return false;
  draft.add(object, 'part', { type: 'masterDetail', to: master, inverse: draft.name('parts'), reparent: chance.percent(50) });
  const second = chance.percent(20) ? chance.maybe(earlier.filter((name) => name !== master)) : undefined;
  if (second !== undefined) draft.add(object, 'part', { type: 'masterDetail', to: second, inverse: draft.name('parts'), reparent: true });
  return true;
}

function lookups(draft: Draft, object: string, all: readonly string[]): void {
  const { chance } = draft;
  const add = (to: string | readonly string[]): void => {
    draft.add(object, 'ref', { type: 'lookup', to, ...(chance.percent(70) ? { inverse: draft.name('kids') } : {}) });
  };
  for (const target of chance.some(all, chance.between(1, 2))) add(target);
  if (chance.percent(30)) add(object);
  if (chance.percent(25)) add(chance.some(all, 2));
  if (chance.percent(25)) draft.add(object, 'person', { type: 'user', ...(chance.percent(50) ? { inverse: draft.name('tasks') } : {}) });
}

const isPlain = (field: FieldShape): boolean => field.stored && !field.system && field.kind !== 'secret' && field.name !== 'name';
const ofKind = (object: ObjectShape | undefined, kind: string, more: (field: FieldShape) => boolean = () => true): readonly string[] =>
  Object.values(object?.fields ?? {})
    .filter((field) => field.kind === kind && !field.system && more(field))
    .map(({ name }) => name);
const oneTarget = (field: FieldShape): boolean => field.to.length === 1 && field.stored;

/** A condition over a record, as metadata has it. */
export function metadataCondition(chance: Chance, shapes: Shapes, name: string, plain: boolean): unknown {
  const shape = shapes[name];
  const fits = (field: FieldShape): boolean => !plain || isPlain(field);
  const numbers = ofKind(shape, 'number', fits);
  const texts = ofKind(shape, 'text', (field) => isPlain(field) && field.options === undefined && field.type === 'text' && !field.unique);
  const options = ofKind(shape, 'text', (field) => (field.options ?? []).length > 0 && (!plain || field.stored));
  const flags = ofKind(shape, 'boolean', fits);
  const choices: unknown[] = [];
  if (numbers.length > 0) choices.push({ '>': [v(chance.pick(numbers)), chance.between(-5, 30)] });
  if (texts.length > 0) choices.push({ isBlank: v(chance.pick(texts)) }, { contains: [v(chance.pick(texts)), chance.pick(words)] });
  if (options.length > 0) {
    const option = chance.pick(options);
    // Its own: a quote of somebody's rank has others than the fields that are made here.
    const known = shape?.fields[option]?.options ?? [];
    choices.push({ in: [v(option), [chance.pick(known), chance.pick(known)]] });
  }
  if (flags.length > 0) choices.push(v(chance.pick(flags)), { '!': v(chance.pick(flags)) });
  if (!plain) choices.push(...farConditions(chance, shapes, shape));
  const [first = true, second = true] = chance.some(choices, 2);
  return chance.percent(70) ? first : { [chance.pick(['and', 'or'])]: [first, second] };
}

/** Through lookups and over children. */
function farConditions(chance: Chance, shapes: Shapes, shape: ObjectShape | undefined): readonly unknown[] {
  const found: unknown[] = [];
  for (const lookup of ofKind(shape, 'reference', (field) => oneTarget(field) && !field.to.includes('user'))) {
    const target = shapes[shape?.fields[lookup]?.to[0] ?? ''];
    const number = chance.maybe(ofKind(target, 'number', isPlain));
    if (number !== undefined) found.push({ '>': [v(`${lookup}.${number}`), chance.between(-5, 20)] });
    found.push({ '==': [v(lookup), null] });
  }
  for (const [relation, { object }] of Object.entries(shape?.relations ?? {})) {
    const number = chance.maybe(ofKind(shapes[object], 'number', isPlain));
    if (number === undefined) continue;
    found.push({ [chance.pick(['some', 'all', 'none'])]: [v(relation), { '>': [v(number), chance.between(-5, 20)] }] });
  }
  return found;
}

function aggregate(chance: Chance, shapes: Shapes, shape: ObjectShape | undefined, plain: boolean): Json | undefined {
  const relation = chance.maybe(Object.entries(shape?.relations ?? {}).filter(([, { object }]) => object !== 'user'));
  if (relation === undefined) return undefined;
  const [of, { object }] = relation;
  const numbers = ofKind(
    shapes[object],
    'number',
    (field) => (plain ? isPlain(field) : true) && field.type !== 'currency' && field.scale !== undefined,
  );
  const name = chance.pick(numbers.length === 0 ? ['count'] : ['count', 'sum', 'sum', 'min', 'max']);
  const value = name === 'count' ? {} : { value: v(chance.pick(numbers)) };
  const where = chance.percent(40) ? { where: metadataCondition(chance, shapes, object, plain) } : {};
  return { of, function: name, ...value, ...where };
}

/** A formula whose type and rule fit; each kind at its chance. */
function formulaOf(chance: Chance, shapes: Shapes, name: string): Json | undefined {
  const shape = shapes[name];
  const number = (): string | undefined =>
    chance.maybe(
      ofKind(
        shape,
        'number',
        ({ type, scale, aggregate: over }) => type !== 'currency' && (scale !== undefined || over?.['function'] === 'count'),
      ),
    );
  const formula = (returns: string, rule: unknown): Json => ({
    type: 'formula',
    returns,
    formula: rule,
    ...(returns === 'number' ? { scale: 2 } : {}),
  });
  const lookup = chance.maybe(
    Object.values(shape?.fields ?? {}).filter(
      (field) => field.kind === 'reference' && oneTarget(field) && (!field.system || field.name === 'owner'),
    ),
  );
  const target = shapes[lookup?.to[0] ?? ''];
  switch (chance.between(0, 8)) {
    case 0:
    case 1: {
      const [a, b] = [number(), number()];
      if (a === undefined || b === undefined) return undefined;
      const other = chance.percent(50) ? { coalesce: [v(b), 1] } : v(b);
      return formula('number', { [chance.pick(['+', '-', '*', '/'])]: [v(a), other] });
    }
    case 2:
    case 3: {
      if (lookup === undefined) return undefined;
      const text = chance.maybe(['name', ...ofKind(target, 'text', (field) => field.options === undefined)]) ?? 'name';
      return formula('text', { concat: [v('name'), '-', v(`${lookup.name}.${text}`)] });
    }
    case 4: {
      const far = chance.maybe(ofKind(target, 'number', ({ type, scale }) => type !== 'currency' && scale !== undefined));
      if (lookup === undefined || far === undefined) return undefined;
      return formula('number', { coalesce: [v(`${lookup.name}.${far}`), -1] });
    }
    case 5:
      return formula('boolean', metadataCondition(chance, shapes, name, false));
    case 6: {
      const over = aggregate(chance, shapes, shape, false);
      return over === undefined ? undefined : formula('number', { aggregate: over });
    }
    case 7:
      return formula('text', { if: [metadataCondition(chance, shapes, name, false), v('name'), 'other'] });
    default:
      return formula(
        'boolean',
        chance.percent(50) ? { '==': [v('owner'), v('$user')] } : { '==': [v('owner.department'), v('$user.department')] },
      );
  }
}

function computedField(draft: Draft, shapes: Shapes, name: string): readonly [string, Json] | undefined {
  const { chance } = draft;
  const shape = shapes[name];
  const kind = chance.weighed([
    ['calc', 60],
    ['roll', 22],
    ['quote', 18],
  ]);
  if (kind === 'calc') {
    const source = formulaOf(chance, shapes, name);
    return source === undefined ? undefined : ['calc', source];
  }
  if (kind === 'roll') {
    const live = chance.percent(40);
    const over = aggregate(chance, shapes, shape, !live);
    return over === undefined
      ? undefined
      : [
          'roll',
          { type: 'rollup', aggregate: over, ...(live ? { upkeep: 'live' } : {}), ...(over['function'] === 'count' ? {} : { scale: 2 }) },
        ];
  }
  const through = chance.maybe(
    Object.values(shape?.fields ?? {}).filter((field) => field.kind === 'reference' && oneTarget(field) && !field.system),
  );
  const target = shapes[through?.to[0] ?? ''];
  const quoted = chance.maybe(
    Object.values(target?.fields ?? {}).filter(
      ({ system, kind: of, quote }) => !system && of !== 'secret' && of !== 'list' && of !== 'reference' && quote === undefined,
    ),
  );
  return through === undefined || quoted === undefined
    ? undefined
    : ['quote', { type: 'quote', through: through.name, field: quoted.name }];
}

export function randomModel(chance: Chance): ModelSketch {
  const draft = new Draft(chance);
  const names = chance.some(objectNames, chance.between(3, 6));
  names.forEach((object, i) => {
    draft.objects[object] = { sharing: 'private', fields: {} };
    const isDetail = masters(draft, object, names.slice(0, i));
    plainFields(draft, object);
    const sharing = chance.weighed([
      ['private', 55],
      ['publicRead', 15],
      ['publicReadWrite', 10],
      ['controlledByParent', isDetail ? 90 : 0],
    ]);
    const types = chance.percent(30)
      ? {
          recordTypes: { [draft.name('kind')]: { order: 10, label: { en: 'A' } }, [draft.name('kind')]: { order: 20, label: { en: 'B' } } },
        }
      : {};
    draft.objects[object] = { sharing, fields: draft.objects[object].fields, ...types };
  });
  for (const object of names) lookups(draft, object, names);
  // One after the other: what comes later may read what was before, so nothing goes in a circle.
  for (let i = 0; i < names.length * 4; i += 1) {
    const object = chance.pick(names);
    const made = computedField(draft, draft.shapes(), object);
    if (made !== undefined) draft.add(object, ...made);
  }
  return { objects: draft.objects, shapes: draft.shapes() };
}

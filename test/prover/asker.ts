// Random names, paths and filters as a person could use them.
import type { CompareOperator, Filter, Literal, Path, Sort, Surface } from './asks.ts';
import type { Chance } from './chance.ts';
import { Decimal } from './decimal.ts';
import { words } from './models.ts';
import type { Onlooker } from './oracle-records.ts';
import { valueOf } from './rules.ts';
import { isNamed, type FieldShape, type ObjectShape, type Shapes } from './shapes.ts';
import { rowsOf, type Row } from './world.ts';

/** Instants are of the moment, and some texts of everybody. */
const unasked = ['createdAt', 'updatedAt', 'deletedAt', 'lockedBy'];

export class Asker {
  readonly chance: Chance;
  readonly who: Onlooker;
  readonly own: readonly string[];
  readonly surfaces: readonly Surface[];

  constructor(chance: Chance, who: Onlooker, own: readonly string[], surfaces: readonly Surface[] = ['rest', 'graphql']) {
    this.chance = chance;
    this.who = who;
    this.own = own;
    this.surfaces = surfaces;
  }

  surface(): Surface {
    return this.chance.pick(this.surfaces);
  }

  get shapes(): Shapes {
    return this.who.world.shapes;
  }

  shape(object: string): ObjectShape {
    const shape = this.shapes[object];
    if (shape === undefined) throw new TypeError(`There is no object ${object}.`);
    return shape;
  }

  /** Whether there are records that the oracle can judge. */
  reaches(object: string): boolean {
    return this.who.rights.readable(object) && this.shapes[object]?.judged === true;
  }

  /** Whether the oracle can judge every field that is shown. */
  isWhole(object: string): boolean {
    return Object.values(this.shape(object).fields).every(
      ({ name, asked }) => asked === 'everywhere' || asked === 'selected' || this.who.rights.shows(object, name) === undefined,
    );
  }

  /** Own objects often, the platform's now and then. */
  object(): string | undefined {
    const own = this.own.filter((name) => this.reaches(name));
    const all = Object.keys(this.shapes).filter((name) => this.reaches(name));
    return this.chance.maybe(this.chance.percent(88) && own.length > 0 ? own : all);
  }

  row(object: string): Row | undefined {
    const all = rowsOf(this.who.world, object);
    const seen = all.filter((row) => !row.deleted && this.who.sees(row));
    return this.chance.maybe(this.chance.percent(75) && seen.length > 0 ? seen : all);
  }

  #named(object: string): readonly FieldShape[] {
    const shape = this.shape(object);
    return Object.values(shape.fields).filter(
      (field) => !unasked.includes(field.name) && (field.asked === 'everywhere' || field.asked === 'selected') && isNamed(field, shape),
    );
  }

  /** Fields that one may read, and so use everywhere. */
  usable(object: string, fits: (field: FieldShape) => boolean = () => true): readonly FieldShape[] {
    return this.#named(object).filter(
      (field) => field.kind !== 'list' && field.asked === 'everywhere' && this.who.rights.reads(object, field.name) && fits(field),
    );
  }

  /** Lookups to one object that one may follow. */
  #ways(object: string): readonly FieldShape[] {
    return this.usable(object, ({ kind, stored, to, type }) => kind === 'reference' && stored && type !== 'id' && to.length === 1).filter(
      ({ to }) => this.reaches(to[0] ?? ''),
    );
  }

  /** Child relations that one may follow. */
  relations(object: string): readonly string[] {
    const { relations } = this.shape(object);
    return Object.keys(relations).filter((name) => this.who.rights.relates(object, name) && this.reaches(relations[name]?.object ?? ''));
  }

  /** A path to a field that fits, through at most two lookups. */
  path(object: string, fits: (field: FieldShape) => boolean, depth = 2): Path | undefined {
    if (depth > 0 && this.chance.percent(28)) {
      const way = this.chance.maybe(this.#ways(object));
      const rest = way === undefined ? undefined : this.path(way.to[0] ?? '', fits, depth - 1);
      if (way !== undefined && rest !== undefined) return [way.name, ...rest];
    }
    const field = this.chance.maybe(this.usable(object, fits));
    return field === undefined ? undefined : [field.name];
  }

  /** What is selected: also what is masked; a lookup either as its id or as a record. */
  fields(object: string, surface: Surface, depth = 2): readonly Path[] {
    const { rights } = this.who;
    const shown = this.#named(object).filter(
      ({ name, kind }) => rights.shows(object, name) !== undefined && (kind !== 'secret' || surface === 'rest'),
    );
    const paths = this.chance.some(shown, this.chance.between(2, depth > 1 ? 7 : 3)).flatMap((field): readonly Path[] => {
      const follows = depth > 0 && field.kind === 'reference' && field.stored && field.type !== 'id' && rights.reads(object, field.name);
      if (!follows || !this.chance.percent(55) || !field.to.every((target) => this.reaches(target))) return [[field.name]];
      if (field.to.length === 1) return this.fields(field.to[0] ?? '', surface, depth - 1).map((path) => [field.name, ...path]);
      const named = field.to.every((target) => rights.shows(target, 'name') !== undefined);
      return named ? [[field.name, 'name']] : [[field.name]];
    });
    return [['id'], ...paths.filter((path) => pathHead(path) !== 'id')];
  }

  /** A value that some record has there, or one of the kind. */
  #literal(object: string, field: FieldShape): Literal {
    const row = this.chance.maybe(rowsOf(this.who.world, object));
    const value = row === undefined || field.kind === 'secret' ? null : valueOf(this.who.world, row, field.name, this.who);
    if (value instanceof Decimal) return Number(value.toString());
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (field.name === 'lifeStatus') return 'normal';
    if (field.options !== undefined) return this.chance.pick(field.options);
    if (field.name === 'recordType') return this.chance.maybe(this.shape(object).recordTypes) ?? null;
    switch (field.kind) {
      case 'number':
        return this.chance.between(-10, 30);
      case 'boolean':
        return this.chance.percent(50);
      case 'date':
        return '2026-05-15';
      case 'reference':
        return this.chance.maybe([...this.who.world.rows.keys()]) ?? this.who.user;
      default:
        return this.chance.pick(words);
    }
  }

  /** A comparison of a field that the caller may or may not use. */
  compare(holder: string, field: FieldShape, path: Path, surface: Surface): Filter {
    const compared = (operator: CompareOperator, value: Literal | readonly Literal[]): Filter => ({
      kind: 'compare',
      path,
      operator,
      value,
    });
    const value = this.#literal(holder, field);
    const choices: readonly CompareOperator[] =
      field.options !== undefined || field.name === 'lifeStatus' || field.name === 'recordType'
        ? ['eq', 'ne', 'in', 'isNull']
        : (({ number: ['gt', 'lte', 'eq', 'isNull'], boolean: ['eq', 'ne'], date: ['gt', 'lte', 'isNull'], reference: ['eq', 'isNull'] }[
            field.kind as string
          ] as readonly CompareOperator[] | undefined) ?? ['eq', 'ne', 'contains', 'in', 'isNull']);
    const fitting = choices.filter(
      (operator) => surface === 'rest' || !this.#computed(field) || ['eq', 'gt', 'lte', 'ne'].includes(operator),
    );
    const operator = this.chance.pick(fitting);
    if (operator === 'isNull') return compared('isNull', surface === 'rest' ? this.chance.percent(50) : true);
    if (operator === 'in') return compared('in', [value, this.#literal(holder, field)]);
    if (operator === 'contains') return compared('contains', this.chance.pick(words));
    return compared(operator, value);
  }

  #computed(field: FieldShape): boolean {
    return !field.stored;
  }

  #comparison(object: string, surface: Surface): Filter | undefined {
    const path = this.path(
      object,
      ({ kind, to, name }) => kind !== 'datetime' && name !== 'version' && (kind !== 'reference' || to.length < 2),
    );
    if (path === undefined) return undefined;
    const holder = path.slice(0, -1).reduce((at, step) => this.shape(at).fields[step]?.to[0] ?? at, object);
    const field = this.shape(holder).fields[path.at(-1) ?? ''];
    return field === undefined ? undefined : this.compare(holder, field, path, surface);
  }

  /** Through a lookup to several objects. */
  #polymorphic(object: string): Filter | undefined {
    const way = this.chance.maybe(this.usable(object, ({ to, stored }) => stored && to.length > 1));
    const target = this.chance.maybe((way?.to ?? []).filter((each) => this.reaches(each) && this.who.rights.reads(each, 'name')));
    if (way === undefined || target === undefined) return undefined;
    return { kind: 'compare', path: [`${way.name}:${target}`, 'name'], operator: 'contains', value: this.chance.pick(words) };
  }

  #quantified(object: string, surface: Surface, depth: number): Filter | undefined {
    const relation = this.chance.maybe(this.relations(object));
    const child = this.shape(object).relations[relation ?? '']?.object;
    const part = child === undefined ? undefined : this.filter(child, surface, depth - 1);
    if (relation === undefined || part === undefined) return undefined;
    return { kind: 'relation', path: [relation], quantifier: this.chance.pick(['some', 'every', 'none']), part };
  }

  filter(object: string, surface: Surface, depth = 2): Filter | undefined {
    const kind = this.chance.weighed([
      ['compare', 55],
      ['relation', depth > 0 ? 18 : 0],
      ['junction', depth > 0 ? 14 : 0],
      ['not', depth > 0 ? 8 : 0],
      ['polymorphic', 5],
    ]);
    switch (kind) {
      case 'compare':
        return this.#comparison(object, surface);
      case 'polymorphic':
        return this.#polymorphic(object);
      case 'relation':
        return this.#quantified(object, surface, depth);
      case 'not': {
        const part = this.filter(object, surface, depth - 1);
        return part === undefined ? undefined : { kind: 'not', part };
      }
      default: {
        const parts = this.chance.times(2, () => this.filter(object, surface, depth - 1)).filter((part) => part !== undefined);
        return parts.length === 0 ? undefined : { kind: this.chance.pick(['and', 'or']), parts };
      }
    }
  }

  sort(object: string): readonly Sort[] {
    const sortable = ({ kind, options, name, to, type }: FieldShape): boolean =>
      type === 'id' ||
      (kind !== 'reference' &&
        to.length === 0 &&
        kind !== 'datetime' &&
        options === undefined &&
        !['lifeStatus', 'recordType'].includes(name));
    return this.chance
      .times(this.chance.between(0, 2), () => this.path(object, sortable))
      .filter((path) => path !== undefined)
      .map((path) => ({ path, descending: this.chance.percent(50) }));
  }
}

export const pathHead = (path: Path): string => path[0] ?? '';

// `where` as JSON-Logic: the one rule language that the engine checks, restricts and compiles.
import { fail } from '@tessera/kernel';
import type { GraphQLInputObjectType } from 'graphql';
import { inputMeaning, type InputMeaning } from '../schema/meaning.ts';
import { inputTypeOf } from './types.ts';

type Input = Readonly<Record<string, unknown>>;

const variable = (path: string): unknown => ({ var: path });
const all = (conditions: readonly unknown[]): unknown => (conditions.length === 1 ? conditions[0] : { and: conditions });

/** Null says nothing here, and passing it over would give more records than were asked for. */
function refuseNull(pointer: string): never {
  const name = pointer.split('/').slice(1).join('.');
  throw fail('REQUEST_PARAMETER_INVALID', { name, reason: 'null is no condition. Leave it out, or say { isNull: true }.' }, { pointer });
}

const operators: Readonly<Record<string, (path: string, value: unknown) => unknown>> = {
  eq: (path, value) => ({ '==': [variable(path), value] }),
  ne: (path, value) => ({ '!=': [variable(path), value] }),
  in: (path, value) => ({ in: [variable(path), value] }),
  notIn: (path, value) => ({ '!': { in: [variable(path), value] } }),
  lt: (path, value) => ({ '<': [variable(path), value] }),
  lte: (path, value) => ({ '<=': [variable(path), value] }),
  gt: (path, value) => ({ '>': [variable(path), value] }),
  gte: (path, value) => ({ '>=': [variable(path), value] }),
  contains: (path, value) => ({ contains: [variable(path), value] }),
  startsWith: (path, value) => ({ startsWith: [variable(path), value] }),
  endsWith: (path, value) => ({ endsWith: [variable(path), value] }),
  includes: (path, value) => ({ in: [value, variable(path)] }),
  within: (path, value) => ({ within: [variable(path), value] }),
  isNull: (path, value) => ({ [value === true ? '==' : '!=']: [variable(path), null] }),
};

const quantifiers: Readonly<Record<string, string>> = { some: 'some', none: 'none', every: 'all' };

function isInput(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function comparisons(path: string, value: Input, pointer: string): unknown[] {
  return Object.entries(value).map(([name, operand]) => {
    if (operand === null && name !== 'eq' && name !== 'ne') refuseNull(`${pointer}/${name}`);
    const compare = operators[name];
    if (compare === undefined) throw new TypeError(`There is no comparison ${name}.`);
    return compare(path, operand);
  });
}

function junction(kind: 'and' | 'or', value: unknown, context: Place): unknown {
  const entries = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const conditions = entries.map((entry, i) => conditionOf({ ...context, pointer: `${context.pointer}/${String(i)}` }, entry));
  // Of no conditions all hold, and none does.
  if (conditions.length === 0) return kind === 'and';
  return conditions.length === 1 ? conditions[0] : { [kind]: conditions };
}

interface Place {
  readonly type: GraphQLInputObjectType;
  /** The lookups gone through, `account.`; empty on the record itself. */
  readonly prefix: string;
  readonly pointer: string;
}

function entryOf(meaning: InputMeaning | undefined, name: string, value: unknown, place: Place): readonly unknown[] {
  const pointer = `${place.pointer}/${name}`;
  if (value === null) refuseNull(pointer);
  const inner = (): GraphQLInputObjectType => inputTypeOf(place.type, name);
  switch (meaning?.kind) {
    case 'and':
    case 'or':
      return [junction(meaning.kind, value, { ...place, pointer })];
    case 'not':
      return [{ '!': conditionOf({ ...place, pointer }, value) }];
    case 'compare':
      return comparisons(place.prefix + meaning.field, isInput(value) ? value : {}, pointer);
    case 'targets':
      return [conditionOf({ type: inner(), prefix: place.prefix, pointer }, value)];
    case 'follow':
      return [conditionOf({ type: inner(), prefix: `${place.prefix}${meaning.segment}.`, pointer }, value)];
    case 'quantify':
      return Object.entries(isInput(value) ? value : {}).map(([quantifier, condition]) => {
        const at = `${pointer}/${quantifier}`;
        if (condition === null) refuseNull(at);
        const type = inputTypeOf(inner(), quantifier);
        const operator = quantifiers[quantifier] ?? quantifier;
        return { [operator]: [variable(place.prefix + meaning.relation), conditionOf({ type, prefix: '', pointer: at }, condition)] };
      });
    default:
      throw new TypeError(`${place.type.name}.${name} is no condition.`);
  }
}

function conditionOf(place: Place, value: unknown): unknown {
  const fields = place.type.getFields();
  const conditions = Object.entries(isInput(value) ? value : {}).flatMap(([name, entry]) => {
    const field = fields[name];
    return entryOf(field === undefined ? undefined : inputMeaning(field), name, entry, place);
  });
  return conditions.length === 0 ? true : all(conditions);
}

/**
 * The condition that a coerced `where` states; undefined where it states none.
 * @param pointer of the argument, `/opportunities/where`
 */
export function filterOf(type: GraphQLInputObjectType, where: unknown, pointer: string): unknown {
  if (where === undefined || where === null) return undefined;
  const condition = conditionOf({ type, prefix: '', pointer }, where);
  return condition === true ? undefined : condition;
}

// Aggregates: groups and measures get names of our own, and the output says where each comes out.
import type { AggregateOutput, AggregateRequest, DateBucket, HavingCondition, MeasureRequest } from '@tessera/engine';
import { fail } from '@tessera/kernel';
import type { GraphQLInputObjectType } from 'graphql';
import { fieldMeaning, inputMeaning, type MeasureFunction } from '../schema/meaning.ts';
import { filterOf } from './filter.ts';
import { leafOf } from './lists.ts';
import type { Picked, Translation } from './translation.ts';
import { argumentTypeOf, inputTypeOf, objectTypeOf } from './types.ts';

interface Group {
  readonly name: string;
  readonly path: string;
  readonly bucket?: DateBucket;
}

/** The groups of a request, and its measures as they are asked for. */
class Columns {
  readonly groups: readonly Group[];
  readonly at: string;
  readonly #measures = new Map<string, MeasureRequest>();

  constructor(groups: readonly Group[], at: string) {
    this.groups = groups;
    this.at = at;
  }

  get measures(): readonly MeasureRequest[] {
    return [...this.#measures.values()];
  }

  /** The name of a measure; equal ones are one. */
  measure(of: MeasureFunction | 'count', path?: string, filter?: unknown): string {
    const key = JSON.stringify([of, path, filter]);
    const name = this.#measures.get(key)?.name ?? `m${String(this.#measures.size)}`;
    const measure = { name, function: of, ...(path === undefined ? {} : { path }), ...(filter === undefined ? {} : { filter }) };
    this.#measures.set(key, measure);
    return name;
  }

  group(path: string, bucket: unknown): string {
    const found = this.groups.find((group) => group.path === path && (bucket === undefined || bucket === null || group.bucket === bucket));
    if (found !== undefined) return found.name;
    const reason = `groups are not made by ${path}. Put it into groupBy.`;
    throw fail('REQUEST_PARAMETER_INVALID', { name: 'groupBy', reason }, { pointer: `${this.at}/groupBy` });
  }
}

function groupsOf(picked: Picked): readonly Group[] {
  const entries = picked.arguments['groupBy'];
  if (!Array.isArray(entries)) return [];
  const type = argumentTypeOf(picked.definition, 'groupBy');
  return entries.map((entry, i): Group => {
    const { path, value } = leafOf(type, entry);
    return { name: `g${String(i)}`, path, ...(value === 'value' ? {} : { bucket: value as DateBucket }) };
  });
}

/** The values of a group, through lookups. */
function groupOutput(t: Translation, group: Picked, columns: Columns, prefix: string): readonly AggregateOutput[] {
  const type = objectTypeOf(group.definition);
  return t.pick(type, group.sets, group.at).map((picked): AggregateOutput => {
    const { as, definition } = picked;
    const meaning = definition === undefined ? undefined : fieldMeaning(definition);
    switch (meaning?.kind) {
      case 'groupValue':
        return { kind: 'group', as, name: columns.group(prefix + meaning.field, picked.arguments['bucket']) };
      case 'groupFollow':
        return { kind: 'object', as, selections: groupOutput(t, picked, columns, `${prefix}${meaning.field}.`) };
      default:
        return { kind: 'constant', as, value: type.name };
    }
  });
}

function measureOutput(t: Translation, measures: Picked, of: MeasureFunction, columns: Columns): readonly AggregateOutput[] {
  const type = objectTypeOf(measures.definition);
  const filter = filterOf(argumentTypeOf(measures.definition, 'where'), measures.arguments['where'], `${measures.at}/where`);
  return t.pick(type, measures.sets, measures.at).map(({ as, definition }): AggregateOutput => {
    const meaning = definition === undefined ? undefined : fieldMeaning(definition);
    if (meaning?.kind !== 'measure') return { kind: 'constant', as, value: type.name };
    return { kind: 'measure', as, name: columns.measure(of, meaning.field, filter) };
  });
}

function outputOf(t: Translation, picked: Picked, columns: Columns): readonly AggregateOutput[] {
  const type = objectTypeOf(picked.definition);
  return t.pick(type, picked.sets, picked.at).map((part): AggregateOutput => {
    const { as, definition } = part;
    const meaning = definition === undefined ? undefined : fieldMeaning(definition);
    switch (meaning?.kind) {
      case 'group':
        return { kind: 'object', as, selections: groupOutput(t, part, columns, '') };
      case 'count': {
        const filter = filterOf(argumentTypeOf(definition, 'where'), part.arguments['where'], `${part.at}/where`);
        return { kind: 'measure', as, name: columns.measure('count', undefined, filter) };
      }
      case 'measures':
        return { kind: 'object', as, selections: measureOutput(t, part, meaning.function, columns) };
      default:
        return { kind: 'constant', as, value: type.name };
    }
  });
}

type Input = Readonly<Record<string, unknown>>;

const isInput = (value: unknown): value is Input => typeof value === 'object' && value !== null && !Array.isArray(value);

const comparisons = { eq: '==', ne: '!=', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

function compared(measure: string, value: unknown): HavingCondition[] {
  if (!isInput(value)) throw fail('REQUEST_PARAMETER_INVALID', { name: 'having', reason: 'null is no condition. Leave it out.' });
  return Object.entries(value).map(([name, operand]) => {
    const operator = Object.entries(comparisons).find(([each]) => each === name)?.[1];
    if (operator === undefined) throw new TypeError(`There is no comparison ${name}.`);
    return { kind: 'compare', measure, operator, value: operand === null ? null : `${operand as string | number | boolean}` };
  });
}

const together = (conditions: readonly HavingCondition[]): HavingCondition => {
  const [only] = conditions;
  return conditions.length === 1 && only !== undefined ? only : { kind: 'and', conditions };
};

function havingOf(type: GraphQLInputObjectType, value: unknown, columns: Columns): HavingCondition {
  const fields = type.getFields();
  const conditions = Object.entries(isInput(value) ? value : {}).flatMap(([name, entry]): HavingCondition[] => {
    const field = fields[name];
    const meaning = field === undefined ? undefined : inputMeaning(field);
    switch (meaning?.kind) {
      case 'and':
      case 'or': {
        const list = Array.isArray(entry) ? (entry as readonly unknown[]) : [];
        return [{ kind: meaning.kind, conditions: list.map((each) => havingOf(type, each, columns)) }];
      }
      case 'not':
        return [{ kind: 'not', condition: havingOf(type, entry, columns) }];
      case 'count':
        return compared(columns.measure('count'), entry);
      case 'measures': {
        const measures = Object.entries(isInput(entry) ? entry : {});
        return measures.flatMap(([of, condition]) => compared(columns.measure(meaning.function, of), condition));
      }
      default:
        throw new TypeError(`${type.name}.${name} is no condition.`);
    }
  });
  return together(conditions);
}

function orderOf(picked: Picked, columns: Columns): readonly { readonly name: string; readonly descending: boolean }[] {
  const entries = picked.arguments['orderBy'];
  if (!Array.isArray(entries)) return [];
  const type = argumentTypeOf(picked.definition, 'orderBy');
  return (entries as readonly Input[]).map((entry) => {
    const [name = '', value] = Object.entries(entry)[0] ?? [];
    const field = type.getFields()[name];
    const meaning = field === undefined ? undefined : inputMeaning(field);
    if (meaning?.kind === 'count') return { name: columns.measure('count'), descending: value === true };
    const leaf = leafOf(inputTypeOf(type, name), value);
    const column = meaning?.kind === 'measures' ? columns.measure(meaning.function, leaf.path) : columns.group(leaf.path, undefined);
    return { name: column, descending: leaf.value === true };
  });
}

export function aggregateRequest(t: Translation, picked: Picked): AggregateRequest {
  const given = picked.arguments;
  const groups = groupsOf(picked);
  const columns = new Columns(groups, picked.at);
  const filter = filterOf(argumentTypeOf(picked.definition, 'where'), given['where'], `${picked.at}/where`);
  const output = outputOf(t, picked, columns);
  const having = isInput(given['having']) ? havingOf(argumentTypeOf(picked.definition, 'having'), given['having'], columns) : undefined;
  const orderBy = orderOf(picked, columns);
  return {
    ...(filter === undefined ? {} : { filter }),
    ...(groups.length === 0 ? {} : { groupBy: groups }),
    measures: columns.measures,
    ...(having === undefined ? {} : { having }),
    ...(orderBy.length === 0 ? {} : { orderBy }),
    ...(typeof given['first'] === 'number' ? { first: given['first'] } : {}),
    output,
    at: picked.at,
  };
}

// Rules over a row of a file: `{ "var": "$row.<column>" }` is a column's text.
import { problem, type Problem } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import {
  checkRule,
  dependencies,
  type Catalog,
  type Expression,
  type JsEnvironment,
  type RuleScope,
  type RuleType,
  type Value,
} from '@tessera/rules';

/** Headers are no names to a rule (`Close date`, `客户`), so columns are fields `c0`, `c1` … of an object that only rules know. */
const rowObject = '$row';
const fieldName = (index: number): string => `c${String(index)}`;

const text: RuleType = { kind: 'text' };

function catalogOf(model: Model, columns: number): Catalog {
  const names = Array.from({ length: columns }, (_, i) => fieldName(i));
  return {
    hasObject: (object) => object === rowObject,
    field: (object, field) => (object === rowObject && names.includes(field) ? { type: text } : undefined),
    fieldNames: () => [],
    relation: () => undefined,
    relationNames: () => [],
    rule: (name) => (Object.hasOwn(model.rules, name) ? model.rules[name] : undefined),
    parameter: (name) => (Object.hasOwn(model.parameters, name) ? model.parameters[name] : undefined),
    calendar: (name) => (Object.hasOwn(model.calendars, name) ? model.calendars[name]?.calendar : undefined),
  };
}

/** The rule with each `$row.<column>` made a field of the row; columns that are not there go to `missing`. */
function rewrite(source: unknown, columns: readonly string[], missing: string[]): unknown {
  if (Array.isArray(source)) return source.map((part) => rewrite(part, columns, missing));
  if (typeof source !== 'object' || source === null) return source;
  const entries = Object.entries(source).filter(([key]) => key !== '$comment');
  const [[operator, name] = ['', undefined]] = entries;
  const path: unknown = Array.isArray(name) && name.length === 1 ? name[0] : name;
  if (operator === 'var' && typeof path === 'string' && path.startsWith(`${rowObject}.`)) {
    const column = path.slice(rowObject.length + 1);
    const index = columns.indexOf(column);
    if (index < 0) missing.push(column);
    return { var: `$record.${fieldName(Math.max(index, 0))}` };
  }
  return Object.fromEntries(entries.map(([key, part]) => [key, rewrite(part, columns, missing)]));
}

export interface RowRules {
  /** Checks a rule; problems have pointers below `pointer`. With `expected`, a text will do as well: it is read as a cell is. */
  check(source: unknown, pointer: string, expected?: RuleType): { readonly expression?: Expression; readonly problems: readonly Problem[] };
}

/** The rules of a mapping with these columns. */
export function rowRules(model: Model, columns: readonly string[]): RowRules {
  const scope: RuleScope = { catalog: catalogOf(model, columns.length), object: rowObject, tenant: { timeZone: text, currency: text } };
  return {
    check(source, pointer, expected) {
      const missing: string[] = [];
      const rule = rewrite(source, columns, missing);
      const unknown = missing.map((column) =>
        problem('IMPORT_COLUMN_MISSING', { column: `$row.${column}`, columns: columns.join(', ') }, { pointer }),
      );
      if (unknown.length > 0) return { problems: unknown };
      const checked = checkRule(rule, scope, expected);
      const free = expected === undefined || expected.kind === 'boolean' ? undefined : checkRule(rule, scope).expression;
      const expression = checked.expression ?? (free?.type.kind === 'text' ? free : undefined);
      if (expression === undefined)
        return { problems: checked.problems.map((found) => ({ ...found, pointer: `${pointer}${found.pointer ?? ''}` })) };
      if (dependencies(expression).aggregates.length === 0) return { expression, problems: [] };
      return { problems: [problem('IMPORT_MAPPING_UNFIT', { reason: 'A rule over a row cannot count or sum records.' }, { pointer })] };
    },
  };
}

/** The environment in which the rules of a row are worked out. */
export function rowEnvironment(
  model: Model,
  texts: readonly (string | null)[],
  scope: { readonly now: number; readonly roles: readonly string[] },
): JsEnvironment {
  const { timeZone, currency } = model.settings;
  return {
    ...scope,
    timeZone,
    path: ({ root, steps }): Value => {
      const name = steps[0]?.field ?? '';
      if (root === '$tenant') return name === 'currency' ? currency : timeZone;
      return texts[Number(name.slice(1))] ?? null;
    },
    aggregate: () => {
      throw new TypeError('A rule over a row has no aggregates.');
    },
  };
}

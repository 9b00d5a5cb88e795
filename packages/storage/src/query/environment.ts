// Rules over tables: what a path and a computed field are in SQL.
import { sql, slot, textLiteral, type Sql } from '@tessera/kernel';
import type { FieldModel } from '@tessera/metadata';
import { conditionSql, toSql, type Expression, type PathExpression, type PathStep, type SqlEnvironment } from '@tessera/rules';
import { accessSql } from './access.ts';
import { aggregateExpressionSql } from './aggregate-expression.ts';
import { allOf, columnSql, idSql, liveSql, referenceColumn, storedSql } from './columns.ts';
import { fieldOf, startCompilation, tableSql, type Compilation, type ReadTarget } from './compilation.ts';
import type { Frames } from './frames.ts';

/**
 * A value that comes out or is sorted, grouped or measured by. A path is null where it leads nowhere, also to a boolean: only conditions
 * take that for false.
 */
export function valueSql(expression: Expression, rows: SqlEnvironment): Sql {
  return expression.node === 'path' ? rows.path(expression) : toSql(expression, rows);
}

/** What stands at the end of a path: SQL of a field of the row `alias`. */
export type Leaf = (field: FieldModel, alias: string) => Sql;

/** The rules package's environment over table aliases. */
export function environment(c: Compilation, frames: Frames): SqlEnvironment {
  return {
    path: (path) =>
      path.root === '$steps' && frames.outcome !== undefined
        ? frames.outcome(path)
        : pathSql(c, frames, path, (field, alias) => fieldSql(c, field, alias, path.computed)),
    aggregate: (aggregate) => aggregateExpressionSql(c, frames, aggregate, environment),
    access: (access) => accessSql(c, frames, access, environment),
  };
}

/** The environment of a record alone: frame 0 is the row `alias`. */
export function rowEnvironment(c: Compilation, alias: string): SqlEnvironment {
  return environment(c, { rows: [alias] });
}

/**
 * An expression as SQL, in the type that its RuleType has: text, numeric, boolean, date, timestamptz, time, uuid, an array, jsonb.
 * @param frames table aliases of the caller's statement; aliases `q1`, `q2` … are the compiler's
 */
export function expressionSql(target: ReadTarget, expression: Expression, frames: Frames): Sql {
  return toSql(expression, environment(startCompilation(target), frames));
}

/**
 * A field's value in the type that rules have for it. Computed fields are worked out in place; the model guarantees that this ends.
 * @param computed how security has it worked out for this reader
 */
export function fieldSql(c: Compilation, field: FieldModel, alias: string, computed?: Expression): Sql {
  // A secret is never read, not even by a rule: a comparison would tell it.
  if (field.wire === 'secret') return sql`null::text`;
  // What a quote leads to may be nothing; what a formula says of a record is something, were it false.
  if (computed !== undefined) return (field.quote === undefined ? toSql : valueSql)(computed, rowEnvironment(c, alias));
  if (field.columns.length > 0) return storedSql(field, alias);
  if (field.formula !== undefined) return toSql(field.formula.expression, rowEnvironment(c, alias));
  if (field.rollup !== undefined) return rowEnvironment(c, alias).aggregate(field.rollup.aggregate);
  if (field.quote !== undefined) return rowEnvironment(c, alias).path(field.quote.path);
  throw new TypeError(`${field.object}.${field.name} has neither a column nor a way to compute it.`);
}

/** The uuid that a lookup of the row `alias` has for `target`. */
export function referenceSql(c: Compilation, field: FieldModel, alias: string, target: string, computed?: Expression): Sql {
  const column = referenceColumn(field, target);
  return column === undefined ? sql`(${fieldSql(c, field, alias, computed)})::uuid` : columnSql(alias, column.name);
}

/** A path as SQL; `leaf` gives what stands at its end. Null where a lookup on the way is unset, or its record deleted or not allowed. */
export function pathSql(c: Compilation, frames: Frames, path: Pick<PathExpression, 'root' | 'steps'>, leaf: Leaf): Sql {
  const { root, steps } = path;
  if (root === '$steps') throw new TypeError('A rule over $steps has no SQL.');
  if (root === '$tenant') return settingSql(c, steps[0]?.field ?? '');
  if (root === '$user') return userSql(c, steps, leaf);
  const alias = root === '$old' ? frames.old : frames.rows[root];
  if (alias === undefined) throw new TypeError(`There is no row for ${String(root)} in this statement.`);
  return steps.length === 0 ? idSql(alias) : stepsSql(c, alias, steps, leaf);
}

function stepsSql(c: Compilation, alias: string, steps: readonly PathStep[], leaf: Leaf): Sql {
  const [step, ...rest] = steps;
  if (step === undefined) throw new TypeError('An empty path.');
  const field = fieldOf(c, step.object, step.field);
  const [next] = rest;
  if (next === undefined) return leaf(field, alias);
  const row = c.nextAlias();
  const reference = referenceSql(c, field, alias, step.target ?? next.object, step.computed);
  const found = [sql`${idSql(row)} = ${reference}`, liveSql(row)];
  if (step.where !== undefined) found.push(conditionSql(step.where, rowEnvironment(c, row)));
  return sql`(select ${stepsSql(c, row, rest, leaf)} from ${tableSql(c, next.object, row)} where ${allOf(found)})`;
}

function userSql(c: Compilation, steps: readonly PathStep[], leaf: Leaf): Sql {
  const id = sql`${slot('user')}::uuid`;
  const [step] = steps;
  if (step === undefined || (steps.length === 1 && step.field === 'id')) return id;
  const row = c.nextAlias();
  return sql`(select ${stepsSql(c, row, steps, leaf)} from ${tableSql(c, step.object, row)} where ${idSql(row)} = ${id} and ${liveSql(row)})`;
}

function settingSql(c: Compilation, name: string): Sql {
  const { settings } = c.model;
  if (name === 'timeZone' || name === 'currency') return sql`${textLiteral(settings[name])}::text`;
  if (name === 'languages' || name === 'currencies') return sql`${settings[name]}::text[]`;
  throw new TypeError(`There is no setting ${name}.`);
}

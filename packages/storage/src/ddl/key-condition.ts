// The condition of a partial key as SQL over the bare columns of its table, for index predicates and for checks before them.
import { ident, join, sql, type Sql } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { conditionSql, type Expression, type PathExpression } from '@tessera/rules';
import { inlineParameters } from './column-types.ts';

/**
 * @throws TypeError where the condition reads more than columns of the row: an index knows no other record, no user and no time,
 * and the validation of metadata refuses such keys
 */
export function keyCondition(object: ObjectModel, expression: Expression): Sql {
  const environment = {
    path: (path: PathExpression): Sql => pathSql(object, path),
    aggregate: (): Sql => {
      throw new TypeError(`A key of ${object.name} cannot aggregate.`);
    },
  };
  return inlineParameters(conditionSql(expression, environment));
}

function pathSql(object: ObjectModel, path: PathExpression): Sql {
  const [step, ...more] = path.steps;
  const field = step === undefined ? undefined : (object.fields[step.field] ?? object.dormantFields[step.field]);
  const columns = field?.columns ?? [];
  const [first] = columns;
  if (path.root !== 0 || more.length > 0 || first === undefined) throw new TypeError(`A key of ${object.name} reads more than its record.`);
  if (columns.length > 1) return sql`coalesce(${join(columns.map((column) => ident(column.name)))})`;
  return first.type.kind === 'integer' ? sql`${ident(first.name)}::numeric` : ident(first.name);
}

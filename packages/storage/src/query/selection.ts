// Selections of one record as JSON: its fields, the records behind its lookups, its children.
import { join, sql, type Sql } from '@tessera/kernel';
import { conditionSql } from '@tessera/rules';
import { aggregateJson } from './aggregate.ts';
import { allOf, columnSql, idSql, liveSql, referenceColumn } from './columns.ts';
import { fieldOf, objectOf, tableSql, type Compilation } from './compilation.ts';
import { referenceSql, rowEnvironment } from './environment.ts';
import { jsonConstant, jsonObject, jsonSql, type Json } from './json.ts';
import { listJson } from './list.ts';
import type { Selection } from './query.ts';
import { expressionJson, fieldJson } from './wire.ts';

type Children = Extract<Selection, { kind: 'children' | 'childAggregate' }>;

/** The JSON object of the record that is row `alias`. */
export function selectionsJson(c: Compilation, object: string, alias: string, selections: readonly Selection[]): Json {
  return jsonObject(selections.map((selection) => [selection.as, selectionJson(c, object, alias, selection)] as const));
}

function selectionJson(c: Compilation, object: string, alias: string, selection: Selection): Json {
  switch (selection.kind) {
    case 'field':
      return fieldJson(c, fieldOf(c, object, selection.field), alias, selection);
    case 'nodeId':
      return [`"${object}:`, sql`${idSql(alias)}::text`, '"'];
    case 'constant':
      return jsonConstant(selection.value);
    case 'object':
      return selectionsJson(c, object, alias, selection.selections);
    case 'lookup':
      return lookupJson(c, object, alias, selection);
    case 'children':
      return listJson(c, selection.list, selection.parts, selectionsJson, (child) => childSql(c, object, alias, selection, child));
    case 'childAggregate':
      return aggregateJson(c, selection.aggregate, (child) => childSql(c, object, alias, selection, child));
    case 'expression':
      return expressionJson(c, selection.expression, alias);
  }
}

/** The condition that the row `child` is a child of the row `alias`. */
function childSql(c: Compilation, object: string, alias: string, { relation: name }: Children, child: string): Sql {
  const { relations } = objectOf(c, object);
  const relation = Object.hasOwn(relations, name) ? relations[name] : undefined;
  if (relation === undefined) throw new TypeError(`The model has no relation ${object}.${name}.`);
  const column = referenceColumn(fieldOf(c, relation.object, relation.by), object);
  if (column === undefined) throw new TypeError(`${relation.object}.${relation.by} is no stored lookup.`);
  return sql`${columnSql(child, column.name)} = ${idSql(alias)}`;
}

function lookupJson(c: Compilation, object: string, alias: string, selection: Extract<Selection, { kind: 'lookup' }>): Json {
  const field = fieldOf(c, object, selection.field);
  // At most one target is set, so at most one case finds its record.
  const cases = selection.cases.map((target) => {
    const row = c.nextAlias();
    const found = [sql`${idSql(row)} = ${referenceSql(c, field, alias, target.object)}`, liveSql(row)];
    if (target.where !== undefined) found.push(conditionSql(target.where, rowEnvironment(c, row)));
    const json = jsonSql(selectionsJson(c, target.object, row, target.selections));
    return sql`(select ${json} from ${tableSql(c, target.object, row)} where ${allOf(found)})`;
  });
  return [sql`coalesce(${join([...cases, sql`'null'`])})`];
}

// Copies what migrations have kept, so that a way back in the copy undoes them too.
import { ident, join, sql, textLiteral, toStatement, type Sql } from '@tessera/kernel';
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import { typeOf } from '../ddl/column-types.ts';
import type { KeptField } from '../ddl/record-changes.ts';
import { forLater } from '../ddl/row-steps.ts';
import { keptMigrations } from '../system/migrated.ts';
import type { Copying } from './copying.ts';
import { jsonMaskOf } from './mask.ts';

interface Copied {
  readonly name: string;
  readonly kept: KeptField;
  readonly field: FieldModel;
}

/** Fields that are there. What is kept of somebody in another type than that of now is in a form that nobody knows how to replace. */
function copiedFields({ masking }: Copying, object: ObjectModel, fields: Readonly<Record<string, KeptField>>): readonly Copied[] {
  return Object.entries(fields).flatMap(([name, kept]) => {
    const field = object.fields[name] ?? object.dormantFields[name];
    const kind = field?.columns[0]?.type.kind;
    if (field === undefined || kind === undefined) return [];
    const isKnown = [kept.old, kept.new].every((type) => typeOf(type).kind === kind);
    return masking !== undefined && field.personal !== undefined && !isKnown ? [] : [{ name, kept, field }];
  });
}

/** The values under the keys of these fields alone. */
function valuesSql({ masking }: Copying, fields: readonly Copied[], column: 'old' | 'new'): Sql {
  const values = ident('v', column);
  const pairs = fields.map(({ kept: { key }, field }) => {
    const value = sql`(${values}::jsonb -> ${textLiteral(key)})`;
    const masked = masking !== undefined && field.personal !== undefined ? jsonMaskOf(field, masking.key)(value) : value;
    return sql`${textLiteral(key)}, ${masked}`;
  });
  return sql`json_build_object(${join([...pairs, sql`${textLiteral(forLater)}, ${values} -> ${textLiteral(forLater)}`])})`;
}

/** Of the records that the copy has, once they are there. */
export async function copyMigrations(copying: Copying): Promise<void> {
  const { queryable, model, from, to } = copying;
  const run = (statement: Sql): Promise<unknown> => queryable.query(toStatement(statement));
  for (const { id, object: name, fields } of await keptMigrations(queryable, from)) {
    const object = model.objects[name];
    const copied = object === undefined ? [] : copiedFields(copying, object, fields);
    if (object === undefined || copied.length === 0) continue;
    const named = JSON.stringify(Object.fromEntries(copied.map((each) => [each.name, each.kept])));
    await run(sql`
      insert into ${ident(to, '_migration')} (id, pack, version, name, object, fields, at) overriding system value
      select m.id, m.pack, m.version, m.name, m.object, ${named}::json, m.at from ${ident(from, '_migration')} m where m.id = ${id}::bigint`);
    await run(sql`
      insert into ${ident(to, '_migration_value')} (migration, record_id, old, new)
      select v.migration, v.record_id, ${valuesSql(copying, copied, 'old')}, ${valuesSql(copying, copied, 'new')}
        from ${ident(from, '_migration_value')} v join ${ident(to, object.table)} t on t.id = v.record_id where v.migration = ${id}::bigint`);
  }
}

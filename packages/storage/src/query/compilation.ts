// What one compilation knows: the model, the schema, and which aliases are taken.
import { ident, sql, type Sql } from '@tessera/kernel';
import type { FieldModel, Model, ObjectModel } from '@tessera/metadata';

/** Where a read goes: a tenant's model and the schema that holds its tables. */
export interface ReadTarget {
  readonly model: Model;
  readonly schema: string;
  /** What stands in the place of an object's table, as a sub-select; undefined, and left out: the table. */
  readonly rowsOf?: (object: string) => Sql | undefined;
}

/** One compilation. Aliases are `q1`, `q2` … in the order they are asked for, so equal queries have equal texts. */
export interface Compilation extends ReadTarget {
  readonly nextAlias: () => string;
}

export function startCompilation(target: ReadTarget): Compilation {
  let taken = 0;
  return {
    ...target,
    nextAlias: () => {
      taken += 1;
      return `q${String(taken)}`;
    },
  };
}

/** An object of the model. Queries are checked before they come here, so a missing one is a mistake of ours. */
export function objectOf(target: ReadTarget, name: string): ObjectModel {
  const object = Object.hasOwn(target.model.objects, name) ? target.model.objects[name] : undefined;
  if (object === undefined) throw new TypeError(`The model has no object ${name}.`);
  return object;
}

/** A field of an object of the model. */
export function fieldOf(target: ReadTarget, object: string, name: string): FieldModel {
  const { fields } = objectOf(target, object);
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) throw new TypeError(`The model has no field ${object}.${name}.`);
  return field;
}

/** `"t_acme"."account" q1` */
export function tableSql(target: ReadTarget, object: string, alias: string): Sql {
  return sql`${target.rowsOf?.(object) ?? ident(target.schema, objectOf(target, object).table)} ${ident(alias)}`;
}

// What all parts of a copy work with.
import { ident, sql, type Sql } from '@tessera/kernel';
import type { Model, ObjectModel } from '@tessera/metadata';
import type { Queryable } from '../database.ts';

/** Masking, where values that tell of people are to be others. */
export interface Masking {
  readonly key: string;
  /** People who keep their address, since they sign in with it. */
  readonly known: readonly string[];
}

export interface Copying {
  /** Sees both schemas, in one snapshot. */
  readonly queryable: Queryable;
  readonly model: Model;
  /** Schemas. */
  readonly from: string;
  readonly to: string;
  /** Undefined: every record; else so many of each object, beside those that always come. */
  readonly records: number | undefined;
  readonly masking: Masking | undefined;
}

/** The records that are copied, while that is not simply all of them: object and id. */
export const takenTable = '_taken';

/** People, and what permissions are made from: every record of them is copied. */
export const peopleObjects: ReadonlySet<string> = new Set(['user', 'department', 'userGroup', 'userGroupMember']);

/** Whether a record is copied: a condition over its id. */
export function isTaken({ to, records }: Copying, object: Sql, id: Sql): Sql {
  if (records === undefined) return sql`true`;
  const people = [...peopleObjects];
  return sql`(${object} = any(${people}::text[]) or exists (select from ${ident(to, takenTable)} k where k.object = ${object} and k.id = ${id}))`;
}

/** Kept by the platform about what is under way, which no copy goes on with. */
export const isOwn = ({ kept, keptOf }: ObjectModel): boolean => kept === true && keptOf === undefined;

// What a world of the prover is made of: who is who, what they are granted, what there is.
import type { Decimal } from './decimal.ts';
import type { Shapes } from './shapes.ts';

export type Value = null | string | boolean | Decimal | readonly string[];

/** A record with everything that is stored of it, by field; references are ids, instants texts with milliseconds. */
export interface Row {
  readonly id: string;
  readonly object: string;
  readonly deleted: boolean;
  readonly values: Readonly<Record<string, Value>>;
}

export type Level = 'none' | 'masked' | 'read' | 'edit';

export const flagNames = [
  'create',
  'read',
  'update',
  'delete',
  'viewAll',
  'modifyAll',
  'import',
  'export',
  'changeOwner',
  'seeDeleted',
] as const;
export type Flag = (typeof flagNames)[number];

/** What one set grants on one object. */
export interface Grant {
  readonly flags: readonly Flag[];
  /** Left out: all. */
  readonly recordTypes?: readonly string[];
  readonly fields: Readonly<Record<string, Level>>;
}

export interface GrantSet {
  readonly name: string;
  readonly kind: 'role' | 'permissionSet';
  readonly administrator: boolean;
  readonly everyone: boolean;
  /** Not the tenant's own. */
  readonly platform?: true;
  readonly objects: Readonly<Record<string, Grant>>;
}

export type Subject =
  | { readonly kind: 'user'; readonly email: string }
  | { readonly kind: 'role'; readonly role: string }
  | { readonly kind: 'group'; readonly code: string }
  | { readonly kind: 'department'; readonly code: string; readonly below: boolean };

export interface SharingRule {
  readonly name: string;
  readonly object: string;
  readonly records: { readonly ownedBy: Subject } | { readonly when: unknown };
  readonly to: readonly Subject[];
  readonly access: 'read' | 'edit';
}

/** What holds for all worlds of one change of metadata. */
export interface Constitution {
  readonly sets: readonly GrantSet[];
  readonly rules: readonly SharingRule[];
  readonly departmentHeads: 'none' | 'own' | 'withBelow';
  /** Names that occur once in a tenant's metadata and can be told from all others in any text; left out: those that end in two digits. */
  readonly distinct?: ReadonlySet<string>;
}

/** Whether a name can be told from all others in any text. */
export const isDistinct = ({ distinct }: Constitution, name: string): boolean => distinct?.has(name) ?? /^[a-z]+\d\d+$/.test(name);

/** A share of one record. `subject` as the table has it: `user:<id>`, `role:<name>`, `group:<id>`, `department:<id>`, `below:<id>`. */
export interface Share {
  readonly object: string;
  readonly record: string;
  readonly subject: string;
  readonly access: 'read' | 'edit';
  readonly origin: 'team' | 'manual' | 'approval';
  readonly expired: boolean;
}

export interface World extends Constitution {
  readonly shapes: Shapes;
  readonly rows: ReadonlyMap<string, Row>;
  readonly shares: readonly Share[];
}

/** Rows of an object, those in the bin too. */
export function rowsOf(world: World, object: string): readonly Row[] {
  return [...world.rows.values()].filter((row) => row.object === object);
}

/** A value as a text, null where it is none. */
export const textIn = (row: Row | undefined, field: string): string | null => {
  const value = row?.values[field];
  return typeof value === 'string' ? value : null;
};

/** A list of texts, empty where there is none. */
export function listIn(row: Row | undefined, field: string): readonly string[] {
  const value = row?.values[field];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}

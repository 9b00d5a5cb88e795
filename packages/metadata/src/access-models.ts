// The parts of the Model that say who may see and change what (packages/security/ACCESS.md).
import type { Expression } from '@tessera/rules';
import type { Label } from './label.ts';

/** What one may do with a field, from least to most. */
export type FieldLevel = 'none' | 'masked' | 'read' | 'edit';

/** What a role or permission set grants on one object. */
export interface ObjectGrant {
  readonly create: boolean;
  readonly read: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  readonly viewAll: boolean;
  readonly modifyAll: boolean;
  readonly import: boolean;
  readonly export: boolean;
  readonly changeOwner: boolean;
  readonly seeDeleted: boolean;
  /** Record types that may be given; undefined: all. */
  readonly recordTypes: readonly string[] | undefined;
  /** Levels by field name; `*` stands for all that are not named. */
  readonly fields: Readonly<Record<string, FieldLevel>>;
}

/** A role or a permission set. */
export interface GrantSetModel {
  readonly name: string;
  readonly label: Label;
  /** May do everything within the tenant (roles only). */
  readonly administrator: boolean;
  /** Everybody has it (permission sets only). */
  readonly everyone: boolean;
  /** Grants by object name; `*` stands for all that are not named. */
  readonly objects: Readonly<Record<string, ObjectGrant>>;
}

/** Whom a sharing rule or share speaks of. Departments and groups by their `code`, people by email. */
export type SubjectModel =
  | { readonly kind: 'user'; readonly email: string }
  | { readonly kind: 'role'; readonly role: string }
  | { readonly kind: 'group'; readonly code: string }
  | { readonly kind: 'department'; readonly code: string; readonly below: boolean };

export interface SharingRuleModel {
  readonly name: string;
  readonly object: string;
  readonly label: Label;
  readonly records:
    | { readonly kind: 'ownedBy'; readonly owners: SubjectModel }
    /** Frame 0 is the record. */
    | { readonly kind: 'when'; readonly condition: Expression };
  readonly to: readonly SubjectModel[];
  readonly access: 'read' | 'edit';
}

/** The people beside the owner who work on a record. */
export interface TeamModel {
  readonly roles: Readonly<Record<string, { readonly name: string; readonly label: Label; readonly access: 'read' | 'edit' }>>;
  /** Who joins the team of a record when it is made. */
  readonly rules: Readonly<
    Record<
      string,
      {
        readonly name: string;
        readonly when: Expression | undefined;
        /** A reference to a user; null: nobody. Frame 0 is the record. */
        readonly member: Expression;
        readonly role: string;
      }
    >
  >;
}

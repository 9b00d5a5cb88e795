// What an upgrade of a pack does to records: migrations with every name resolved and every rule typed. They are no part of the Model.
import type { Expression } from '@tessera/rules';
import type { FieldModel } from './field-models.ts';

/** A field as older versions of the pack had it. */
export interface FormerFieldModel {
  /** What they called it; the first that is there counts. */
  readonly names: readonly string[];
  /** Its column is one of the migrations' own: no table has it. */
  readonly field: FieldModel;
}

/** Fields elsewhere that name records by a key. */
export interface FollowingField {
  readonly object: string;
  readonly field: string;
}

export interface NewKeyModel {
  readonly value: Expression;
  readonly follow: readonly FollowingField[];
}

/** A former option → the present one; null: none. */
export type OptionMap = Readonly<Record<string, string | null>>;

export interface MigrationModel {
  readonly pack: string;
  readonly name: string;
  /** The pack's version that needs it. */
  readonly version: string;
  /** Sorts those of a version. */
  readonly order: number;
  readonly object: string;
  /** By the names that the rules use. */
  readonly former: Readonly<Record<string, FormerFieldModel>>;
  /** Frame 0 is the record as the migrations before it left it, with the former fields. */
  readonly where: Expression | undefined;
  /** By field; former fields may be set for the migrations that follow. */
  readonly set: Readonly<Record<string, Expression>>;
  readonly options: Readonly<Record<string, OptionMap>>;
  readonly reKey: Readonly<Record<string, NewKeyModel>>;
}

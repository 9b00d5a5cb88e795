// Who may see and change what, as it is told: what a change of metadata does to it, shares, and the reasons.
import type { FieldLevel } from '@tessera/metadata';
import type { AccessLayer, ExplainedField, ExplainedGrants, ExplainPlan } from '@tessera/security';

/** How many records a person gains or loses; null where the count needs tables that the change only brings. */
export interface CountedAccess {
  readonly user: string;
  readonly email: string;
  readonly object: string;
  readonly verb: 'read' | 'edit';
  readonly gained: number | null;
  readonly lost: number | null;
}

/** What a change does to people's access. */
export interface AccessPlan {
  /** Active people who were compared, and those beyond the limit who were not. */
  readonly people: number;
  readonly notCompared: number;
  /** How many of them are administrators afterwards. */
  readonly administrators: number;
  /** Objects, verbs and fields, for people to whom the same happens; `sample` has emails. */
  readonly rights: readonly {
    readonly object: string;
    readonly people: number;
    readonly sample: readonly string[];
    readonly gains: readonly string[];
    readonly loses: readonly string[];
    readonly fields: readonly { readonly field: string; readonly before: FieldLevel; readonly after: FieldLevel }[];
  }[];
  readonly records: readonly CountedAccess[];
  readonly notCounted: number;
}

/** Whom a share speaks of: a person, whoever has a role, the members of a group, the people of a department (`below`: and of those below it). */
export type ShareSubject =
  | { readonly user: string }
  | { readonly role: string }
  | { readonly group: string }
  | { readonly department: string; readonly below?: boolean };

export interface RecordShare {
  readonly id: string;
  readonly to: ShareSubject;
  readonly access: 'read' | 'edit';
  readonly origin: 'team' | 'manual' | 'approval';
  readonly teamRole: string | null;
  /** RFC 3339. */
  readonly expiresAt: string | null;
  readonly createdBy: string | null;
  readonly createdAt: string;
}

/** One way in which access is given. */
export interface ExplainedLayer {
  readonly kind: AccessLayer['kind'];
  /** The sharing rule's name. */
  readonly name?: string;
  readonly gives: boolean;
}

export interface AccessExplanation {
  readonly object: string;
  readonly id: string;
  /** About whom it is. */
  readonly user: string;
  readonly active: boolean;
  /** Then nothing else is asked. */
  readonly administrator: boolean;
  /** Whether the person sees the record, and may edit it as far as records go (the verb is still asked). */
  readonly read: boolean;
  readonly edit: boolean;
  readonly verbs: ExplainPlan['verbs'];
  /** The roles and permission sets that give each flag on the object. */
  readonly flags: ExplainedGrants['flags'];
  readonly layers: { readonly read: readonly ExplainedLayer[]; readonly edit: readonly ExplainedLayer[] };
  /** The level of each field, and the sets that give it. */
  readonly fields: Readonly<Record<string, Pick<ExplainedField, 'level' | 'from'>>>;
}

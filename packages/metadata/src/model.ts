// The Model: a tenant's validated metadata, frozen, with every reference resolved and every rule typed.
import type { Expression, RuleType } from '@tessera/rules';
import type { ApprovalProcessModel } from './approval-models.ts';
import type { AutomationModel } from './automation-models.ts';
import type { GrantSetModel, SharingRuleModel, TeamModel } from './access-models.ts';
import type { CalendarModel, DecisionTableModel, TemplateModel } from './table-models.ts';
import type { ClockModel } from './clock-models.ts';
import type { StageFlowModel } from './stage-models.ts';
import type { DuplicateRuleModel, MatchingRuleModel } from './matching-models.ts';
import type { AssignmentRuleModel, ConversionModel, PoolModel } from './pool-models.ts';
import type { AppModel, LayoutModel, ListViewModel } from './view-models.ts';
import type { FieldModel } from './field-models.ts';
import type { Label } from './label.ts';

export type { Label } from './label.ts';
export type * from './field-models.ts';
export type * from './access-models.ts';
export type * from './approval-models.ts';
export type * from './automation-models.ts';
export type * from './people-models.ts';
export type * from './clock-models.ts';
export type * from './stage-models.ts';
export type * from './matching-models.ts';
export type * from './pool-models.ts';
export type * from './step-models.ts';
export type * from './table-models.ts';
export type * from './view-models.ts';

/** The children of a record through one lookup: `account.opportunities` is `opportunity.account`. */
export interface RelationModel {
  readonly name: string;
  readonly object: string;
  readonly by: string;
}

export interface RecordTypeModel {
  readonly name: string;
  readonly label: Label;
  readonly order: number;
  readonly default: boolean;
  /** Picklist fields narrowed for this record type. */
  readonly options: Readonly<Record<string, readonly string[]>>;
}

export interface KeyModel {
  readonly name: string;
  readonly fields: readonly string[];
  readonly unique: boolean;
  readonly where: Expression | undefined;
  readonly message: Label | undefined;
}

export interface ValidationRuleModel {
  readonly name: string;
  readonly check: 'save' | 'commit';
  /** What it may refuse. */
  readonly on: readonly ('save' | 'delete' | 'void')[];
  readonly refuseWhen: Expression;
  readonly at: string | undefined;
  readonly message: Label;
  readonly recordTypes: readonly string[] | undefined;
}

export interface ObjectVerbs {
  readonly create: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  readonly import: boolean;
  readonly export: boolean;
  readonly changeOwner: boolean;
  readonly seeDeleted: boolean;
}

export interface ObjectModel {
  readonly name: string;
  readonly plural: string;
  readonly label: Label;
  readonly pluralLabel: Label;
  readonly description: string | undefined;
  readonly icon: string | undefined;
  readonly color: string | undefined;
  readonly origin: string;
  /** The table's name within the tenant's schema. */
  readonly table: string;
  readonly sharing: 'private' | 'publicRead' | 'publicReadWrite' | 'controlledByParent';
  readonly appendOnly: boolean;
  /** Active fields in the order of their definition, system fields first. */
  readonly fields: Readonly<Record<string, FieldModel>>;
  /** Fields switched off: no surface shows them, their columns stay. */
  readonly dormantFields: Readonly<Record<string, FieldModel>>;
  /** Child relations by name. */
  readonly relations: Readonly<Record<string, RelationModel>>;
  readonly recordTypes: Readonly<Record<string, RecordTypeModel>>;
  readonly keys: Readonly<Record<string, KeyModel>>;
  readonly validationRules: Readonly<Record<string, ValidationRuleModel>>;
  readonly team: TeamModel | undefined;
  /** Its records are written by the platform alone. */
  readonly kept?: true;
  /** The object whose history it is, which the platform keeps. */
  readonly keptOf?: string;
  /** Of what the platform keeps: nothing but reading. In a policy's view of the Model: what the person may do. Left out: everything. */
  readonly allows?: ObjectVerbs;
  readonly renamedFrom: readonly string[];
  readonly hash: string;
}

export interface ParameterModel {
  readonly name: string;
  readonly label: Label;
  readonly type: RuleType;
  readonly value: string | boolean | readonly string[];
}

export interface NamedRuleModel {
  readonly name: string;
  readonly label: Label;
  readonly object: string | undefined;
  readonly source: unknown;
}

export interface SettingsModel {
  readonly languages: readonly string[];
  /** IANA name. */
  readonly timeZone: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly currencies: readonly string[];
  /** Whose records heads of departments see: nobody's, those of their own departments, or also of the departments below. */
  readonly departmentHeads: 'none' | 'own' | 'withBelow';
  readonly passwords: PasswordPolicy;
  /** Whether a password alone signs in, or everybody needs a one-time code beside it. */
  readonly secondFactor: 'optional' | 'required';
  /** Whether administrators may act as another person. */
  readonly impersonation: boolean;
  /** Days after which entries of the audit log are purged. */
  readonly auditDays: number;
}

export interface PasswordPolicy {
  /** Characters at least, 8 to 128. */
  readonly minLength: number;
  /** Kinds of characters needed (lower case, upper case, digits, others), 1 to 4. */
  readonly minKinds: number;
  /** So many former passwords may not be taken again. */
  readonly remember: number;
  /** Days after which a new one is due; undefined: never. */
  readonly maxAgeDays: number | undefined;
}

export interface LayerInfo {
  readonly kind: 'platform' | 'pack' | 'tenant';
  readonly name: string;
  readonly version: string;
}

export interface Model {
  /** Content hash of the effective metadata: equal hashes, equal runtimes. */
  readonly hash: string;
  readonly layers: readonly LayerInfo[];
  readonly settings: SettingsModel;
  readonly objects: Readonly<Record<string, ObjectModel>>;
  readonly layouts: Readonly<Record<string, LayoutModel>>;
  readonly listViews: Readonly<Record<string, ListViewModel>>;
  readonly apps: Readonly<Record<string, AppModel>>;
  readonly parameters: Readonly<Record<string, ParameterModel>>;
  readonly rules: Readonly<Record<string, NamedRuleModel>>;
  readonly roles: Readonly<Record<string, GrantSetModel>>;
  readonly permissionSets: Readonly<Record<string, GrantSetModel>>;
  readonly sharingRules: Readonly<Record<string, SharingRuleModel>>;
  readonly automations: Readonly<Record<string, AutomationModel>>;
  readonly approvalProcesses: Readonly<Record<string, ApprovalProcessModel>>;
  readonly calendars: Readonly<Record<string, CalendarModel>>;
  readonly templates: Readonly<Record<string, TemplateModel>>;
  readonly decisionTables: Readonly<Record<string, DecisionTableModel>>;
  readonly stageFlows: Readonly<Record<string, StageFlowModel>>;
  readonly clocks: Readonly<Record<string, ClockModel>>;
  readonly matchingRules: Readonly<Record<string, MatchingRuleModel>>;
  readonly duplicateRules: Readonly<Record<string, DuplicateRuleModel>>;
  readonly pools: Readonly<Record<string, PoolModel>>;
  readonly assignmentRules: Readonly<Record<string, AssignmentRuleModel>>;
  readonly conversions: Readonly<Record<string, ConversionModel>>;
  /** The effective metadata as JSON, by kind and name: what the hash is made from and what the API shows. */
  readonly source: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

// The shapes of effective metadata: what is left after the layers are merged, checked by the schemas, not yet resolved.
import type {
  ApprovalProcessJson,
  AssignmentRuleJson,
  AutomationJson,
  CalendarJson,
  ClockJson,
  ConversionJson,
  DecisionTableJson,
  DuplicateRuleJson,
  MatchingRuleJson,
  PoolJson,
  StageFlowJson,
  TemplateJson,
} from './generated/types.ts';
import type { FieldTypeName, Label, ObjectGrant, PasswordPolicy, PersonalKind, SettingsModel } from './model.ts';

/** A field as metadata says it: all properties of all types, which the schema has already held to the type. */
export interface FieldSource {
  readonly type: FieldTypeName;
  readonly label?: Label;
  readonly help?: Label;
  readonly required?: unknown;
  readonly readOnly?: unknown;
  readonly default?: unknown;
  readonly unique?: boolean;
  readonly history?: boolean;
  readonly searchable?: boolean;
  readonly indexed?: boolean;
  readonly personal?: PersonalKind | false;
  readonly active?: boolean;
  readonly renamedFrom?: readonly string[];
  readonly maxLength?: number;
  readonly minLength?: number;
  readonly pattern?: string;
  readonly precision?: number;
  readonly scale?: number;
  readonly min?: number | string;
  readonly max?: number | string;
  readonly currency?: string;
  readonly currencyField?: string;
  readonly options?: Readonly<Record<string, OptionSource>>;
  readonly optionsOf?: ChoiceKind;
  readonly dependsOn?: { readonly field: string; readonly values: Readonly<Record<string, readonly string[]>> };
  readonly format?: string;
  readonly start?: number;
  readonly to?: string | readonly string[];
  readonly inverse?: string;
  readonly onDelete?: 'restrict' | 'setNull';
  readonly reparent?: boolean;
  readonly filter?: unknown;
  readonly maxSize?: number;
  readonly types?: readonly string[];
  readonly returns?: FieldTypeName;
  readonly formula?: unknown;
  readonly aggregate?: unknown;
  readonly upkeep?: 'transaction' | 'schedule' | 'live';
  readonly cron?: string;
  readonly through?: string;
  readonly field?: string;
  /** Of what the platform keeps: the fields whose readers may read it, and with `edit` whose editors may edit it. */
  readonly follows?: readonly string[];
  readonly edit?: boolean;
}

/** Kinds of components that may be the options of a picklist. */
export type ChoiceKind = 'role' | 'permissionSet' | 'approvalProcess';

export interface OptionSource {
  readonly order?: number;
  readonly label?: Label;
  readonly color?: string;
  readonly active?: boolean;
  readonly renamedFrom?: readonly string[];
}

export interface RecordTypeSource {
  readonly label?: Label;
  readonly order?: number;
  readonly active?: boolean;
  readonly renamedFrom?: readonly string[];
  readonly default?: boolean;
  readonly options?: Readonly<Record<string, readonly string[]>>;
}

export interface KeySource {
  readonly fields: readonly string[];
  readonly unique?: boolean;
  readonly where?: unknown;
  readonly message?: Label;
  readonly active?: boolean;
}

export interface ValidationRuleSource {
  readonly refuseWhen: unknown;
  readonly check?: 'save' | 'commit';
  readonly on?: readonly ('save' | 'delete' | 'void')[];
  readonly at?: string;
  readonly message: Label;
  readonly active?: boolean;
  readonly recordTypes?: readonly string[];
}

export interface ObjectSource {
  readonly name: string;
  readonly plural: string;
  readonly label: Label;
  readonly pluralLabel?: Label;
  readonly description?: string;
  readonly icon?: string;
  readonly color?: string;
  readonly sharing?: 'private' | 'publicRead' | 'publicReadWrite' | 'controlledByParent';
  readonly appendOnly?: boolean;
  readonly active?: boolean;
  readonly renamedFrom?: readonly string[];
  readonly fields?: Readonly<Record<string, FieldSource>>;
  readonly recordTypes?: Readonly<Record<string, RecordTypeSource>>;
  readonly keys?: Readonly<Record<string, KeySource>>;
  readonly validationRules?: Readonly<Record<string, ValidationRuleSource>>;
  readonly team?: TeamSource;
  /** Written by the platform alone. */
  readonly kept?: boolean;
  /** The object whose history it is, which the platform keeps beside it. */
  readonly historyOf?: string;
}

type Keyed<T> = Readonly<Record<string, T>>;

export interface TeamSource {
  readonly roles: Keyed<{ readonly label: Label; readonly access: 'read' | 'edit'; readonly order?: number; readonly active?: boolean }>;
  readonly rules?: Keyed<{ readonly when?: unknown; readonly member: unknown; readonly role: string; readonly active?: boolean }>;
}

export interface LayoutSource {
  readonly name: string;
  readonly object: string;
  readonly label?: Label;
  readonly recordTypes?: readonly string[];
  readonly sections?: Keyed<{
    readonly order?: number;
    readonly label?: Label;
    readonly columns?: number;
    readonly visibleWhen?: unknown;
    readonly fields?: Keyed<{
      readonly order?: number;
      readonly required?: unknown;
      readonly readOnly?: unknown;
      readonly visibleWhen?: unknown;
      readonly wide?: boolean;
    }>;
  }>;
  readonly relatedLists?: Keyed<{
    readonly relation: string;
    readonly order?: number;
    readonly label?: Label;
    readonly columns?: Keyed<{ readonly order?: number }>;
    readonly sort?: SortSource;
    readonly first?: number;
  }>;
}

export type SortSource = Keyed<{ readonly order?: number; readonly direction?: 'ascending' | 'descending' }>;

export interface ListViewSource {
  readonly name: string;
  readonly object: string;
  readonly label: Label;
  readonly kind?: 'table' | 'kanban' | 'calendar';
  readonly columns?: Keyed<{ readonly order?: number }>;
  readonly filter?: unknown;
  readonly sort?: SortSource;
  readonly groupBy?: string;
  readonly dateField?: string;
  readonly endField?: string;
  readonly order?: number;
  readonly default?: boolean;
}

export interface AppSource {
  readonly name: string;
  readonly label: Label;
  readonly icon?: string;
  readonly order?: number;
  readonly items?: Keyed<{ readonly order?: number; readonly label?: Label; readonly object?: string; readonly listView?: string }>;
}

export interface RuleSource {
  readonly name: string;
  readonly object?: string;
  readonly label?: Label;
  readonly rule: unknown;
}

export interface ParameterSource {
  readonly name: string;
  readonly label?: Label;
  readonly type: 'number' | 'text' | 'boolean' | 'date' | 'textList' | 'duration';
  readonly value: number | string | boolean | readonly string[];
  readonly min?: number;
  readonly max?: number;
}

/** What is left out is not allowed. */
export type GrantSource = Partial<ObjectGrant>;

/** A role or a permission set. */
export interface GrantSetSource {
  readonly name: string;
  readonly label: Label;
  readonly administrator?: boolean;
  readonly everyone?: boolean;
  readonly renamedFrom?: readonly string[];
  readonly objects?: Keyed<GrantSource>;
}

/** Exactly one of `user`, `role`, `group` and `department`. */
export interface SubjectSource {
  readonly user?: string;
  readonly role?: string;
  readonly group?: string;
  readonly department?: string;
  readonly below?: boolean;
}

export interface SharingRuleSource {
  readonly name: string;
  readonly object: string;
  readonly label: Label;
  /** Exactly one of the two. */
  readonly records: { readonly ownedBy?: SubjectSource; readonly when?: unknown };
  readonly to: Keyed<SubjectSource>;
  readonly access?: 'read' | 'edit';
  /** Kept by the platform for another component. */
  readonly kept?: boolean;
}

export interface SettingsSource {
  readonly languages?: readonly string[];
  readonly timeZone?: string;
  readonly currency?: string;
  readonly currencies?: readonly string[];
  readonly departmentHeads?: SettingsModel['departmentHeads'];
  readonly passwords?: Partial<PasswordPolicy>;
  readonly secondFactor?: SettingsModel['secondFactor'];
  readonly impersonation?: boolean;
  readonly auditDays?: number;
}

/** The effective components of each kind by name. */
export interface Effective {
  readonly object: Keyed<ObjectSource>;
  readonly layout: Keyed<LayoutSource>;
  readonly listView: Keyed<ListViewSource>;
  readonly app: Keyed<AppSource>;
  readonly rule: Keyed<RuleSource>;
  readonly parameter: Keyed<ParameterSource>;
  readonly role: Keyed<GrantSetSource>;
  readonly permissionSet: Keyed<GrantSetSource>;
  readonly sharingRule: Keyed<SharingRuleSource>;
  readonly automation: Keyed<AutomationJson>;
  readonly approvalProcess: Keyed<ApprovalProcessJson>;
  readonly calendar: Keyed<CalendarJson>;
  readonly template: Keyed<TemplateJson>;
  readonly decisionTable: Keyed<DecisionTableJson>;
  readonly stageFlow: Keyed<StageFlowJson>;
  readonly clock: Keyed<ClockJson>;
  readonly matchingRule: Keyed<MatchingRuleJson>;
  readonly duplicateRule: Keyed<DuplicateRuleJson>;
  readonly pool: Keyed<PoolJson>;
  readonly assignmentRule: Keyed<AssignmentRuleJson>;
  readonly conversion: Keyed<ConversionJson>;
  readonly settings: Keyed<SettingsSource>;
}

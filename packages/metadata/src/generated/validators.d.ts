// Validators, one per kind of metadata. Generated from schemas/ by `npm run generate`; do not edit.

/** What a validator found at one place. */
export interface SchemaError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly propertyName?: string;
  readonly schema?: unknown;
  readonly parentSchema?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
}

/** Says whether the content is right; what is not is in `errors` until the next call. */
export interface Validator {
  (content: unknown): boolean;
  errors: readonly SchemaError[] | null;
}

export declare const app: Validator;
export declare const approvalProcessStep: Validator;
export declare const approvalProcess: Validator;
export declare const assignmentRule: Validator;
export declare const automation: Validator;
export declare const calendar: Validator;
export declare const clock: Validator;
export declare const conversion: Validator;
export declare const data: Validator;
export declare const decisionTable: Validator;
export declare const duplicateRule: Validator;
export declare const field: Validator;
export declare const fixture: Validator;
export declare const grant: Validator;
export declare const importMapping: Validator;
export declare const key: Validator;
export declare const layout: Validator;
export declare const listView: Validator;
export declare const matchingRule: Validator;
export declare const migration: Validator;
export declare const object: Validator;
export declare const pack: Validator;
export declare const parameter: Validator;
export declare const permissionSet: Validator;
export declare const pool: Validator;
export declare const recordType: Validator;
export declare const role: Validator;
export declare const rule: Validator;
export declare const scenario: Validator;
export declare const settings: Validator;
export declare const sharingRule: Validator;
export declare const stageFlow: Validator;
export declare const step: Validator;
export declare const team: Validator;
export declare const template: Validator;
export declare const translation: Validator;
export declare const trigger: Validator;
export declare const validationRule: Validator;
export declare const extension: Validator;

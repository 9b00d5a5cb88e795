// What the platform keeps beside what is written, because a component asks for it: fields of the object concerned, and objects of its history.
import type { ComponentKind } from '../kinds.ts';
import type { Label } from '../label.ts';
import { isJsonObject } from '../layers/merge.ts';

export type Json = Readonly<Record<string, unknown>>;
export type JsonMap = Readonly<Record<string, Json>>;

/** The component that asks, and where in it. */
export interface Asker {
  readonly kind: ComponentKind;
  readonly name: string;
  readonly pointer: string;
}

/** The source of a field, as an author would write it. `follows`: the fields whose readers may read it; with `edit` its editors may edit it. */
export interface KeptField {
  readonly source: Json;
  readonly asker: Asker;
}

export interface KeptHistory {
  /** Beside `record`, `name` and what every record has. */
  readonly fields: JsonMap;
  readonly asker: Asker;
}

/** What components ask for beside one object. */
export interface KeptParts {
  readonly object: string;
  readonly fields: Readonly<Record<string, KeptField>>;
  readonly histories: Partial<Record<HistoryWord, KeptHistory>>;
  /** Sharing rules of the object. */
  readonly sharingRules?: readonly KeptSharing[];
}

/** The source of a sharing rule, as an author would write it. */
export interface KeptSharing {
  readonly source: Json;
  readonly asker: Asker;
}

export type HistoryWord = 'stageChange' | 'approval' | 'approvalDecision' | 'clockCycle' | 'ownerChange';

interface HistoryWords {
  readonly suffix: string;
  /** The relation of the record to its history. */
  readonly inverse: string;
  readonly label: Readonly<Record<string, string>>;
  readonly pluralLabel: Readonly<Record<string, string>>;
}

/** In labels `{}` stands for that of the object. */
export const histories: Readonly<Record<HistoryWord, HistoryWords>> = {
  stageChange: {
    suffix: 'StageChange',
    inverse: 'stageChanges',
    label: { en: '{} stage change', zh: '{}阶段变更' },
    pluralLabel: { en: '{} stage changes', zh: '{}阶段变更' },
  },
  approval: {
    suffix: 'Approval',
    inverse: 'approvals',
    label: { en: '{} approval', zh: '{}审批' },
    pluralLabel: { en: '{} approvals', zh: '{}审批' },
  },
  approvalDecision: {
    suffix: 'ApprovalDecision',
    inverse: 'approvalDecisions',
    label: { en: '{} approval decision', zh: '{}审批意见' },
    pluralLabel: { en: '{} approval decisions', zh: '{}审批意见' },
  },
  clockCycle: {
    suffix: 'ClockCycle',
    inverse: 'clockCycles',
    label: { en: '{} clock cycle', zh: '{}时钟周期' },
    pluralLabel: { en: '{} clock cycles', zh: '{}时钟周期' },
  },
  ownerChange: {
    suffix: 'OwnerChange',
    inverse: 'ownerChanges',
    label: { en: '{} owner change', zh: '{}归属变更' },
    pluralLabel: { en: '{} owner changes', zh: '{}归属变更' },
  },
};

const tenantMark = '__c';

/** `stage` and `Since` are `stageSince`; a tenant's mark stays at the end. */
export const behind = (name: string, suffix: string): string =>
  name.endsWith(tenantMark) ? `${name.slice(0, -tenantMark.length)}${suffix}${tenantMark}` : `${name}${suffix}`;

/** The object that keeps a history of another. */
export const historyName = (object: string, word: HistoryWord): string => behind(object, histories[word].suffix);

export const asJson = (value: unknown): Json => (isJsonObject(value) ? value : {});

export const wordsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((word): word is string => typeof word === 'string') : [];

/** Former names of something, each with a suffix behind it. */
export const formerly = (source: Json, suffix: string): Json => {
  const former = wordsOf(source['renamedFrom']).map((name) => behind(name, suffix));
  return former.length === 0 ? {} : { renamedFrom: former };
};

/** A label in every language that the other has; patterns by language, English for those that have none. */
export function labelFrom(of: { readonly label: unknown; readonly name: string }, patterns: Readonly<Record<string, string>>): Label {
  const texts = Object.entries(isJsonObject(of.label) ? of.label : { en: of.name });
  return Object.fromEntries(
    texts.map(([language, text]) => {
      const pattern = patterns[language] ?? patterns[language.split('-')[0] ?? ''] ?? patterns['en'] ?? '{}';
      return [language, pattern.replace('{}', String(text))];
    }),
  );
}

/** An object of the history of another: a detail of its record, written by the platform only. */
export function historySource(master: string, object: Json, word: HistoryWord, { fields }: KeptHistory): Json {
  const { suffix, inverse, label, pluralLabel } = histories[word];
  const said = { label: object['label'], name: master };
  const named = asJson(fields['name']);
  return {
    name: historyName(master, word),
    plural: `${historyName(master, word)}s`,
    label: labelFrom(said, label),
    pluralLabel: labelFrom(said, pluralLabel),
    ...formerly(object, suffix),
    sharing: 'controlledByParent',
    appendOnly: true,
    kept: true,
    historyOf: master,
    fields: {
      name: { type: 'text', required: false, searchable: false, ...named },
      record: { type: 'masterDetail', to: master, inverse, readOnly: true, label: labelFrom(said, {}) },
      ...Object.fromEntries(Object.entries(fields).filter(([name]) => name !== 'name')),
    },
  };
}

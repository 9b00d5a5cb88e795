// Values as people read them: in the reader's language, and at the reader's time.
import type { FieldModel, Label, Model } from '@tessera/metadata';
import { inLanguage } from '@tessera/records';
import { isZone, type Expression, type RuleType, type Value } from '@tessera/rules';
import type { Receiver } from '@tessera/storage';

/** How somebody reads. */
export interface Reading {
  /** The reader's, then the tenant's. */
  readonly languages: readonly string[];
  readonly timeZone: string;
}

export function readingOf({ language, timeZone }: Pick<Receiver, 'language' | 'timeZone'>, { settings }: Model): Reading {
  const languages = [...(language === null ? [] : [language]), ...settings.languages];
  return { languages, timeZone: timeZone !== null && isZone(timeZone) ? timeZone : settings.timeZone };
}

const truths: Readonly<Record<'true' | 'false', Label>> = {
  true: { en: 'Yes', 'zh-CN': '是' },
  false: { en: 'No', 'zh-CN': '否' },
};

/** Decimals stay exact: no digit is rounded away. */
const digits = { maximumFractionDigits: 20 } as const;

function numberText(
  value: string,
  field: FieldModel | undefined,
  { type, language }: { readonly type: RuleType; readonly language: string },
): string {
  const currency = type.kind === 'number' ? type.currency : undefined;
  const style: Intl.NumberFormatOptions =
    field?.type === 'percent'
      ? { style: 'percent' }
      : currency !== undefined && currency !== 'varies'
        ? { style: 'currency', currency }
        : {};
  return new Intl.NumberFormat(language, { ...digits, ...style }).format(value as Intl.StringNumericLiteral);
}

function timeText(value: string, kind: 'date' | 'datetime', language: string, timeZone: string): string {
  if (kind === 'date') return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(Date.parse(value));
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(Date.parse(value));
}

/** The field at the end of a path. */
function fieldOf({ objects }: Model, rule: Expression): FieldModel | undefined {
  const step = rule.node === 'path' ? rule.steps.at(-1) : undefined;
  return step === undefined ? undefined : objects[step.object]?.fields[step.field];
}

function one(value: Value, field: FieldModel | undefined, type: RuleType, { languages, timeZone }: Reading): string {
  const [language = 'en'] = languages;
  if (typeof value === 'boolean') return inLanguage(truths[value ? 'true' : 'false'], languages);
  if (typeof value !== 'string') return '';
  const option = field?.options?.[value];
  if (option !== undefined) return inLanguage(option.label, languages);
  if (type.kind === 'number') return numberText(value, field, { type, language });
  if (type.kind === 'date' || type.kind === 'datetime') return timeText(value, type.kind, language, timeZone);
  return type.kind === 'time' ? value.slice(0, 5) : value;
}

/** A rule's value as a text; nothing where there is none. */
export function written(model: Model, rule: Expression, value: Value, reading: Reading): string {
  const field = fieldOf(model, rule);
  const { type } = rule;
  if (!Array.isArray(value)) return one(value, field, type, reading);
  const items = (value as readonly Value[]).map((item) => one(item, field, type.kind === 'list' ? type.of : type, reading));
  return items.join(', ');
}

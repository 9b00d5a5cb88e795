// A record's search value: the words of its searchable fields, each with the places of the fields where it stands.
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { searchFields, searchPlaces, vectorText, type RecordValues } from '@tessera/storage';
import { methodMark, nameMark } from './marks.ts';
import { spelled } from './pinyin.ts';
import { searchTokens } from './tokens.ts';
import { hasHan } from './words.ts';

/** Of a longer text only the beginning is found. */
const longestText = 10_000;
/** Keeps the value far below PostgreSQL's limit of 1 MB. */
const mostWords = 6_000;

const longTexts: ReadonlySet<string> = new Set(['textarea', 'richText']);

const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&nbsp;': ' ' };

/** Options are found by their labels in every language. */
function optionText(field: FieldModel, option: string): string {
  return [option, ...Object.values(field.options?.[option]?.label ?? {})].join(' ');
}

function textOf(field: FieldModel, value: Value): string {
  if (value === null || typeof value === 'boolean') return '';
  if (field.options !== undefined)
    return (Array.isArray(value) ? value : [value]).map((option) => optionText(field, String(option))).join(' ');
  if (typeof value === 'object')
    return Object.values(value)
      .filter((part) => typeof part === 'string')
      .join(' ');
  if (field.type !== 'richText') return value;
  return value.replaceAll(/<[^>]*>/g, ' ').replaceAll(/&(?:amp|lt|gt|quot|nbsp|#39);/g, (entity) => entities[entity] ?? ' ');
}

function wordsOf(field: FieldModel, text: string): readonly string[] {
  const tokens = searchTokens(text, { pinyin: !longTexts.has(field.type), phone: field.type === 'phone' });
  if (field.name !== 'name' || text === '') return tokens;
  const names = hasHan(text) ? [text, ...spelled(text)] : [text];
  return [...new Set(names.map(nameMark)), ...tokens];
}

/** What an object's records are found by. */
export interface SearchWords {
  /** The mark of the method by which their words are made. */
  readonly mark: string;
  readonly fields: readonly { readonly field: FieldModel; readonly place: number }[];
}

/** Undefined where the object has nothing to search. */
export function searchWords(object: ObjectModel): SearchWords | undefined {
  const fields = searchFields(object);
  if (fields.length === 0) return undefined;
  const places = searchPlaces(object);
  return { mark: methodMark(object), fields: fields.map((field) => ({ field, place: places.get(field.name) ?? 0 })) };
}

/** PostgreSQL's text form of the record's search value. */
export function searchVector({ mark, fields }: SearchWords, record: RecordValues): string {
  const lexemes = new Map<string, Set<number>>([[mark, new Set()]]);
  for (const { field, place } of fields) {
    for (const word of wordsOf(field, textOf(field, record[field.name] ?? null).slice(0, longestText))) {
      const known = lexemes.get(word);
      if (known !== undefined) known.add(place);
      else if (lexemes.size < mostWords) lexemes.set(word, new Set([place]));
    }
  }
  return vectorText(lexemes);
}

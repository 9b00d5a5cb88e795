// Values made comparable: one function for each way.
import { canonicalJson, type FieldModel, type Normaliser } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { spelled } from '../search/pinyin.ts';
import { domainKey, emailKey } from './addresses.ts';
import { companyWords } from './company.ts';
import { phoneKey } from './phone.ts';
import { textWords } from './words.ts';

const one = (key: string): readonly string[] => (key === '' ? [] : [key]);

/** The words of a text; together they are its key. None: there is nothing to compare. */
const normalisers: Readonly<Record<Exclude<Normaliser, 'exact'>, (text: string) => readonly string[]>> = {
  text: textWords,
  phone: (text) => one(phoneKey(text)),
  company: companyWords,
  // Words in Chinese and words in pinyin are alike only where neither is parted.
  pinyin: (text) => textWords(text).flatMap((word) => one(spelled(word)[0] ?? '')),
  email: (text) => one(emailKey(text)),
  domain: (text) => one(domainKey(text)),
};

/** Lookups to one object and to several have values of different forms. */
function exact(value: Value, field: FieldModel): string {
  if (typeof value === 'string') return field.lookup === undefined ? value : `${field.lookup.to[0] ?? ''} ${value}`;
  if (typeof value === 'object' && value !== null && 'object' in value) return `${String(value['object'])} ${String(value['id'])}`;
  return canonicalJson(value);
}

/** The words of a field's value; none where it is empty or nothing is left of it. */
export function comparable(by: Normaliser, field: FieldModel, value: Value | undefined): readonly string[] {
  if (value === null || value === undefined || value === '') return [];
  if (by === 'exact') return one(exact(value, field));
  return typeof value === 'string' ? normalisers[by](value) : [];
}

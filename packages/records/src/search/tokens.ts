// The words under which a text is found.
import { pinyinWords } from './pinyin.ts';
import { hasHan, pairsOf, runsOf } from './words.ts';

export interface TokenOptions {
  /** Off for long texts: it costs much, and nobody types a sentence's initials. */
  readonly pinyin?: boolean;
  /** A phone number is found from any of its digits on. */
  readonly phone?: boolean;
}

/** Fewer digits are no part of a number that anybody searches by. */
const fewestDigits = 3;

function digitTails(text: string): readonly string[] {
  const digits = text.normalize('NFKC').replaceAll(/\D/gu, '').slice(0, 32);
  return Array.from({ length: Math.max(0, digits.length - fewestDigits + 1) }, (_, i) => digits.slice(i));
}

/** Each word once, in no order that means anything. Every word is found by its beginning; Chinese by any two neighbours. */
export function searchTokens(text: string, { pinyin = true, phone = false }: TokenOptions = {}): readonly string[] {
  const tokens = new Set<string>();
  for (const run of runsOf(text)) {
    for (const token of run.chinese ? pairsOf(run.text) : run.tails) tokens.add(token);
    if (run.chinese && pinyin && hasHan(run.text)) for (const word of pinyinWords(run.text)) tokens.add(word);
  }
  if (phone) for (const tail of digitTails(text)) tokens.add(tail);
  return [...tokens];
}

// What somebody typed, as words to find.
import type { SearchTerm, SearchWords } from '@tessera/storage';
import { nameMark } from './marks.ts';
import { longestWord, pairsOf, runsOf, type Run } from './words.ts';

/** What is typed beyond these says nothing more. */
const longestQuery = 200;
const mostWords = 12;
const longestChinese = 16;

type Forms = SearchWords['words'][number];

const beginning = (lexeme: string): SearchTerm => ({ lexeme, prefix: true });

function chineseForms(text: string): Forms {
  const characters = Array.from(text).slice(0, longestChinese);
  const [only] = characters;
  if (only !== undefined && characters.length === 1) return [[beginning(only)]];
  return [
    pairsOf(characters.join(''))
      .slice(0, -1)
      .map((lexeme) => ({ lexeme, prefix: false })),
  ];
}

/** As one word, or as its parts: `INV2024` finds `INV-2024`. */
function wordForms({ text, parts }: Run): Forms {
  return parts.length < 2 ? [[beginning(text)]] : [[beginning(text)], parts.map(beginning)];
}

const numberLike = /(?<![\p{L}\p{N}])(\+?)[\d(][\d\s().\-/]*\d(?![\p{L}\p{N}])/gu;

/** Groups of digits as one number, or each for itself. With a country's code the number may be stored without it. */
function numberForms(text: string, international: boolean): Forms {
  const digits = text.replaceAll(/\D/g, '').slice(0, longestWord);
  const groups = text.split(/\D+/).filter((group) => group !== '');
  const shorter = international && digits.length > 8 ? [1, 2, 3].map((n) => [beginning(digits.slice(n))]) : [];
  return [[beginning(digits)], ...(groups.length > 1 ? [groups.slice(0, mostWords).map(beginning)] : []), ...shorter];
}

/** Undefined where nothing is asked for: no letter, no digit. */
export function searchWords(q: string): SearchWords | undefined {
  const text = Array.from(q.slice(0, longestQuery * 2).toWellFormed())
    .slice(0, longestQuery)
    .join('')
    .normalize('NFKC');
  const numbers: Forms[] = [];
  const rest = text.replaceAll(numberLike, (number, plus: string) => {
    if (!/\d\D+\d/.test(number) && plus === '') return number;
    numbers.push(numberForms(number, plus !== ''));
    return ' ';
  });
  const words = [...numbers, ...runsOf(rest).map((run) => (run.chinese ? chineseForms(run.text) : wordForms(run)))];
  return words.length === 0 ? undefined : { words: words.slice(0, mostWords), whole: nameMark(text) };
}

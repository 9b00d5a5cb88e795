// What to do where a type does not fit.
import type { Kind } from '../types.ts';

const remedies: Readonly<Record<string, string>> = {
  'number text': 'Make it a number with { "number": … }.',
  'text number': 'Make it a text with { "text": … }.',
  'text date': 'Make it a text with { "text": … }.',
  'text datetime': 'Make it a text with { "text": … }.',
  'date datetime': 'Make it a date with { "date": … }.',
  'datetime date': 'Make it a date with time with { "datetime": … }.',
  'number date': 'Use dateAdd to move a date, dateDiff for the days between two.',
  'number datetime': 'Use dateAdd to move it, dateDiff for the time between two.',
};

/** What to do about a type that does not fit, as the end of a message. */
export function remedy(expected: Kind, found: Kind): string {
  if (expected === 'boolean')
    return ' A condition is a comparison, such as { "!=": [ …, null ] } or { "isBlank": … }; nothing else counts as true.';
  const words = remedies[`${expected} ${found}`];
  return words === undefined ? '' : ` ${words}`;
}

export const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

const substitutes: ReadonlyMap<string, string> = new Map([
  ['!!', 'Nothing but true is true here: compare, or use isBlank.'],
  ['map', 'Work over records with aggregate.'],
  ['filter', "Choose records with an aggregate's where."],
  ['reduce', 'Work over records with aggregate: sum, min, max and others.'],
  ['merge', 'Write the values as one list.'],
  ['missing', 'Ask with isBlank.'],
  ['missing_some', 'Ask with isBlank.'],
]);

/** What to use for an operator of JSON-Logic that is not in the typed set. */
export const instead = (name: string): string | undefined => substitutes.get(name);

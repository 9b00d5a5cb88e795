// How alike two texts are: by the pairs of neighbours that both have, of Chinese characters, or by the threes, of letters.

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+|[^\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu;
const isWide = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** Beyond so many characters texts are taken to be as alike as their beginnings. */
const mostCharacters = 80;

function ofRun(run: string): readonly string[] {
  const size = isWide.test(run) ? 2 : 3;
  const characters = Array.from(`${' '.repeat(size - 1)}${run} `);
  return characters.slice(size - 1).map((_, i) => characters.slice(i, i + size).join(''));
}

/** The grams of words, each once; a space stands for the beginning or the end of a word. The order of the words does not matter. */
export function gramsOf(words: readonly string[]): readonly string[] {
  const text = Array.from(words.join(' ')).slice(0, mostCharacters).join('');
  return [...new Set(text.split(' ').flatMap((word) => Array.from(word.matchAll(wide), ([run]) => ofRun(run)).flat()))];
}

/** Sørensen and Dice: twice what both have, by what each has. */
export function likeness(own: ReadonlySet<string>, other: ReadonlySet<string>): number {
  if (own.size + other.size === 0) return 0;
  let common = 0;
  for (const gram of own) if (other.has(gram)) common += 1;
  return (2 * common) / (own.size + other.size);
}

/** Of so many grams whatever is as alike has at least these. */
export const fewestShared = (grams: number, least: number): number => Math.ceil((least * grams) / (2 - least) - 1e-9);

/**
 * Whatever is alike from `least` on has all grams of at least one of these groups. Of n grams something as alike has at least
 * least·n/(2 − least), so it may lack so many as are left: in one more group than that, one lacks nothing. What stands far apart is put into
 * one group: neighbours are of one word, which may be common, and then tell little more together than one of them.
 */
export function gramGroups(grams: readonly string[], least: number): readonly (readonly string[])[] {
  const count = grams.length - fewestShared(grams.length, least) + 1;
  return Array.from({ length: count }, (_, place) => grams.filter((_gram, i) => i % count === place));
}

// Text as search sees it: folded, cut into words and Chinese runs, the same way when it is stored and when it is searched for.

/** Longer words are cut, when stored and when searched for alike. */
export const longestWord = 32;

/** Letters that lose nothing by losing their marks, but have no decomposition. */
const plain: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', þ: 'th', ı: 'i', ħ: 'h' };

/** Text of which nothing is to be done away with but capitals. */
const isAscii = /^[\x20-\x7e]*$/;

/** Compatible forms made one (NFKC), lower case, no accents: `Ｍüller` is `muller`. */
export function fold(text: string): string {
  if (isAscii.test(text)) return text.toLowerCase();
  const bare = text.normalize('NFKC').toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '').normalize('NFC');
  return bare.replaceAll(/[ßæœøđðłþıħ]/g, (letter) => plain[letter] ?? letter);
}

/** A text of letters and digits without anything between; `chinese` are runs that no space divides into words. */
export interface Run {
  readonly chinese: boolean;
  /** Folded. */
  readonly text: string;
  /** Where a new part begins, from the first on: `iPhone15` has `iphone15`, `phone15` and `15`. */
  readonly tails: readonly string[];
  /** The parts themselves: `i`, `phone`, `15`. */
  readonly parts: readonly string[];
}

const joined = /[\p{L}\p{N}\p{M}]+(?:['’ʼ][\p{L}\p{N}\p{M}]+)*/gu;
const chineseRun = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}ー々]+/gu;
const seam = /['’ʼ]|(?<=\p{Ll}\p{M}*)(?=\p{Lu})|(?<=[\p{L}\p{M}])(?=\p{N})|(?<=\p{N})(?=\p{L})/gu;

/** Whether a folded text has characters of Chinese. */
export const hasHan = (text: string): boolean => /\p{Script=Han}/u.test(text);

/** A word of one part in plain letters or digits, which most are. */
const simple = /^(?:[A-Z]*[a-z]*|[0-9]+)$/;

function latin(word: string): readonly Run[] {
  const parts = word
    .split(seam)
    .map((part) => fold(part))
    .filter((part) => part !== '');
  const tails = parts.map((_, i) => parts.slice(i).join('').slice(0, longestWord));
  const [text] = tails;
  return text === undefined ? [] : [{ chinese: false, text, tails, parts: parts.map((part) => part.slice(0, longestWord)) }];
}

/** The runs of a text in their order. Whatever is neither letter nor digit only divides. */
export function runsOf(text: string): readonly Run[] {
  const runs: Run[] = [];
  for (const [word] of text.toWellFormed().normalize('NFKC').matchAll(joined)) {
    if (simple.test(word)) {
      const text = word.toLowerCase().slice(0, longestWord);
      runs.push({ chinese: false, text, tails: [text], parts: [text] });
      continue;
    }
    let at = 0;
    for (const match of word.matchAll(chineseRun)) {
      runs.push(...latin(word.slice(at, match.index)));
      const folded = fold(match[0]);
      runs.push({ chinese: true, text: folded, tails: [folded], parts: [folded] });
      at = match.index + match[0].length;
    }
    runs.push(...latin(word.slice(at)));
  }
  return runs;
}

/** Pairs of neighbours, and the last character alone: so the beginning of some word of the list is any character of the run. */
export function pairsOf(run: string): readonly string[] {
  const characters = Array.from(run);
  return characters.map((character, i) => character + (characters[i + 1] ?? ''));
}

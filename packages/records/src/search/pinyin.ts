// How Chinese is typed in Latin letters: full pinyin and initials, from any character on.
import { pinyin } from 'pinyin-pro';
import { longestWord } from './words.ts';

/** Beyond so many characters of a field nobody searches by pinyin. */
const mostCharacters = 64;

const han = /\p{Script=Han}+/gu;

/** Syllables of each stretch of Chinese, as in a sentence and as a name that begins with its surname (曾 is céng, and Zēng). */
function readings(stretch: string): readonly (readonly string[])[] {
  const options = { toneType: 'none', type: 'array', v: true } as const;
  const plain = pinyin(stretch, options);
  const named = pinyin(stretch, { ...options, surname: 'head' });
  return plain.join(' ') === named.join(' ') ? [plain] : [plain, named];
}

const isSyllable = (text: string): boolean => /^[a-z]+$/.test(text);

/** `阿里巴巴` → alibaba, libaba, baba, ba; albb, lbb, bb. */
export function pinyinWords(run: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const [stretch] of Array.from(run).slice(0, mostCharacters).join('').matchAll(han)) {
    for (const syllables of readings(stretch)) {
      syllables.forEach((_, i) => {
        const rest = syllables.slice(i);
        // Signs that have no reading come back as they are, and end what can be typed.
        const end = rest.findIndex((syllable) => !isSyllable(syllable));
        const typed = end < 0 ? rest : rest.slice(0, end);
        if (typed.length > 0) words.add(typed.join('').slice(0, longestWord));
        if (typed.length > 1)
          words.add(
            typed
              .map((syllable) => syllable[0])
              .join('')
              .slice(0, longestWord),
          );
      });
    }
  }
  return words;
}

/** The text with its Chinese in pinyin, and in initials. */
export function spelled(text: string): readonly string[] {
  const spell = (of: (syllables: readonly string[]) => string): string =>
    text.replaceAll(han, (stretch) => of(readings(stretch).at(-1) ?? []));
  return [spell((syllables) => syllables.join('')), spell((syllables) => syllables.map((syllable) => syllable[0] ?? '').join(''))];
}

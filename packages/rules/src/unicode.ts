// Text as code points: order, length and white space as PostgreSQL sees them.

/** The characters that `trim` and `normalized` take for white space: those of ECMAScript's `trim`. */
export const whiteSpace =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';

const spaces = new RegExp(`[${whiteSpace}]+`, 'gu');

/** Texts longer than this many code points are not made by `concat` and `replace`: they give null. */
export const maxTextLength = 1_000_000;

export function codePointLength(source: string): number {
  let length = source.length;
  for (let i = 0; i < source.length - 1; i += 1) {
    if ((source.charCodeAt(i) & 0xfc00) === 0xd800) length -= 1;
  }
  return length;
}

/** Order by code points (`collate "C"`); UTF-16 order would put U+FF5E after U+1F600. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) < rank(y) ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

// Surrogates stand for code points above U+FFFF, so they come after all other units.
const rank = (unit: number): number => ((unit & 0xf800) === 0xd800 ? unit + 0x10000 : unit);

/** NFKC, lower case, white space runs as one blank, none at the ends. */
export function normalized(source: string): string {
  return source.normalize('NFKC').toLowerCase().replaceAll(spaces, ' ').replaceAll(/^ | $/g, '');
}

/** What PostgreSQL can hold and hand back as it was: no NUL, no lone surrogate. */
export function isStorableText(source: string): boolean {
  return !source.includes('\0') && source.isWellFormed();
}

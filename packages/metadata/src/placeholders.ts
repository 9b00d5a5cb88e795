// The syntax of texts with placeholders: `Dear {{ contact.name }}`. Whoever writes values in, does it elsewhere.

/** Literal text, or a path with the offset where its value goes. */
export type TextPiece = string | { readonly path: string; readonly at: number };

export interface ParsedText {
  readonly pieces: readonly TextPiece[];
  /** What is wrong, with the offset where. */
  readonly mistakes: readonly { readonly at: number; readonly reason: string }[];
}

const name = /^\$?[A-Za-z][A-Za-z0-9]*(?:_{1,2}[A-Za-z0-9]+)*(?::[A-Za-z][A-Za-z0-9_]*)?$/;
/** Names that objects of JavaScript bring along. No field is called so; they are refused rather than found missing. */
const inherited: ReadonlySet<string> = new Set(['constructor', 'prototype', '__proto__', 'hasOwnProperty', 'toString', 'valueOf']);
const longest = 200_000;

const isPath = (path: string): boolean => path.split('.').every((part) => name.test(part) && !inherited.has(part));

/** Where an offset is, for people: lines and columns from 1. */
export function placeInText(source: string, at: number): { readonly line: number; readonly column: number } {
  const before = source.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Reads up to the first mistake. */
export function parseText(source: string): ParsedText {
  const pieces: TextPiece[] = [];
  if (source.length > longest)
    return { pieces, mistakes: [{ at: 0, reason: `the template is longer than ${String(longest)} characters.` }] };
  const wrong = (at: number, reason: string): ParsedText => ({ pieces, mistakes: [{ at, reason }] });
  let from = 0;
  while (from < source.length) {
    const open = source.indexOf('{{', from);
    if (open < 0) break;
    const close = source.indexOf('}}', open + 2);
    if (close < 0) return wrong(open, '{{ is opened and never closed.');
    if (open > from) pieces.push(source.slice(from, open));
    const path = source.slice(open + 2, close).trim();
    if (!isPath(path))
      return wrong(open, `between {{ and }} stands a path such as account.name, not ${JSON.stringify(path.slice(0, 60))}.`);
    pieces.push({ path, at: open });
    from = close + 2;
  }
  if (from < source.length) pieces.push(source.slice(from));
  return { pieces, mistakes: [] };
}

/** The text with each path changed; a text with a mistake stays as it is. */
export function withPaths(source: string, change: (path: string) => string): string {
  const { pieces, mistakes } = parseText(source);
  if (mistakes.length > 0) return source;
  let text = '';
  let from = 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') continue;
    const end = source.indexOf('}}', piece.at) + 2;
    const present = change(piece.path);
    const placed = source.slice(piece.at, end);
    text += source.slice(from, piece.at) + (present === piece.path ? placed : placed.replace(piece.path, () => present));
    from = end;
  }
  return text + source.slice(from);
}

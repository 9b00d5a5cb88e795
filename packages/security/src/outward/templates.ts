// Templates such as `Dear {{ contact.name }}`: a value is escaped for the place where it stands, and a template is no program.
import { failAll, problem, type Problem, type ProblemPlace } from '@tessera/kernel';
import { addressParts, escapeHtml, headerText, plainText, wholeAddress } from './escapes.ts';
import { htmlPlaces } from './html-places.ts';
import type { Place } from './place.ts';

/** `text`: plain text. `html`: a page or the body of a mail. `header`: one line, such as a subject. `url`: an address to call. */
export type TemplateKind = 'text' | 'html' | 'header' | 'url';

export interface Template {
  readonly kind: TemplateKind;
  /** What is put in, each once. */
  readonly paths: readonly string[];
  /** @param values plain JSON; what is missing, null, a list or an object is left empty */
  render(values: Readonly<Record<string, unknown>>): string;
}

/** Literal text, or a path with the place where its value goes. */
type Piece = string | { readonly path: string; readonly at: number };

interface Parsed {
  readonly pieces: readonly Piece[];
  readonly problems: readonly Problem[];
}

const name = /^\$?[A-Za-z][A-Za-z0-9]*(?:_{1,2}[A-Za-z0-9]+)*$/;
/** Names that objects of JavaScript bring along. No field is called so; they are refused rather than found missing. */
const inherited: ReadonlySet<string> = new Set(['constructor', 'prototype', '__proto__', 'hasOwnProperty', 'toString', 'valueOf']);
const longest = 200_000;

/** Where an offset is, for people: lines and columns from 1. */
function whereIs(source: string, at: number): { readonly line: number; readonly column: number } {
  const before = source.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

const isPath = (path: string): boolean => path.split('.').every((part) => name.test(part) && !inherited.has(part));

function parse(source: string, place: ProblemPlace): Parsed {
  const pieces: Piece[] = [];
  const problems: Problem[] = [];
  const wrong = (at: number, reason: string): void =>
    void problems.push(problem('TEMPLATE_SYNTAX', { ...whereIs(source, at), reason }, place));
  if (source.length > longest) wrong(0, `the template is longer than ${longest} characters.`);
  let from = 0;
  while (from < source.length && problems.length === 0) {
    const open = source.indexOf('{{', from);
    if (open < 0) break;
    const close = source.indexOf('}}', open + 2);
    if (open > from) pieces.push(source.slice(from, open));
    const path = source.slice(open + 2, Math.max(open + 2, close)).trim();
    if (close < 0) wrong(open, '{{ is opened and never closed.');
    else if (isPath(path)) pieces.push({ path, at: open });
    else wrong(open, `between {{ and }} stands a path such as account.name, not ${JSON.stringify(path.slice(0, 60))}.`);
    from = close + 2;
  }
  if (problems.length === 0 && from < source.length) pieces.push(source.slice(from));
  return { pieces, problems };
}

type Writer = (value: string) => string;

const writers: Readonly<Record<Exclude<Place['kind'], 'refused'>, Writer>> = {
  text: escapeHtml,
  attribute: escapeHtml,
  wholeAddress: (value) => escapeHtml(wholeAddress(value, 'link')),
  addressPart: (value) => escapeHtml(addressParts.part(value)),
  mailbox: (value) => escapeHtml(addressParts.mailbox(value)),
};

/** Where in an address each value stands. */
function urlPlaces(pieces: readonly Piece[]): readonly Place[] {
  let before = '';
  return pieces.flatMap((piece): Place[] => {
    if (typeof piece === 'string') {
      before += piece;
      return [];
    }
    const place = addressParts.place(before, false);
    before += 'x';
    return [place];
  });
}

const urlWriters: Readonly<Record<'wholeAddress' | 'addressPart', Writer>> = {
  wholeAddress: (value) => wholeAddress(value, 'call'),
  addressPart: addressParts.part,
};

interface Plan {
  readonly pieces: readonly Piece[];
  readonly writers: readonly (Writer | undefined)[];
  readonly problems: readonly Problem[];
}

function placesOf(kind: TemplateKind, pieces: readonly Piece[]): readonly Place[] {
  if (kind === 'html') return htmlPlaces(pieces.map((piece) => (typeof piece === 'string' ? piece : undefined)));
  return kind === 'url' ? urlPlaces(pieces) : [];
}

function writerOf(kind: TemplateKind, place: Place | undefined): Writer | undefined {
  if (kind === 'text') return plainText;
  if (kind === 'header') return headerText;
  if (place === undefined || place.kind === 'refused') return undefined;
  if (kind === 'html') return writers[place.kind];
  return place.kind === 'wholeAddress' ? urlWriters.wholeAddress : urlWriters.addressPart;
}

function planOf(kind: TemplateKind, source: string, place: ProblemPlace): Plan {
  const { pieces, problems } = parse(source, place);
  if (problems.length > 0) return { pieces, problems, writers: [] };
  const values = pieces.filter((piece) => typeof piece !== 'string');
  const places = placesOf(kind, pieces);
  const misplaced = values.flatMap(({ path, at }, i): Problem[] => {
    const found = places[i];
    if (found?.kind !== 'refused') return [];
    const { where, remedy } = found;
    return [problem('TEMPLATE_PLACE', { ...whereIs(source, at), placeholder: `{{ ${path} }}`, where, remedy }, place)];
  });
  if (kind === 'header' && /[\r\n]/.test(source)) {
    const at = source.search(/[\r\n]/);
    misplaced.push(problem('TEMPLATE_SYNTAX', { ...whereIs(source, at), reason: 'a header is one line.' }, place));
  }
  return { pieces, problems: misplaced, writers: values.map((_value, i) => writerOf(kind, places[i])) };
}

/**
 * Everything that is wrong with a template.
 * @param known paths that there are values for
 * @param place of the template, for the problems
 */
export function checkTemplate(kind: TemplateKind, source: string, known: Iterable<string>, place: ProblemPlace = {}): readonly Problem[] {
  const { pieces, problems } = planOf(kind, source, place);
  const paths = new Set(known);
  const list = [...paths].slice(0, 50).join(', ');
  const unknown = pieces.flatMap((piece): Problem[] => {
    if (typeof piece === 'string' || paths.has(piece.path)) return [];
    const { path, at } = piece;
    return [problem('TEMPLATE_PATH_UNKNOWN', { ...whereIs(source, at), path, known: `Known: ${list}.` }, place)];
  });
  return [...problems, ...unknown];
}

/** A value's text. Only what the object itself has is found, so `toString` of a prototype is not. */
function valueAt(values: Readonly<Record<string, unknown>>, path: string): string {
  let value: unknown = values;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, part)) return '';
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  if (typeof value === 'string') return value.toWellFormed();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** @throws TEMPLATE_INVALID, or its one problem, where the template is not as it should be */
export function compileTemplate(kind: TemplateKind, source: string): Template {
  const { pieces, problems, writers: forValues } = planOf(kind, source, {});
  if (problems.length > 0) throw failAll('TEMPLATE_INVALID', problems);
  let next = 0;
  const parts = pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    const write = forValues[next];
    next += 1;
    if (write === undefined) throw new TypeError(`Nobody knows how to write ${piece.path}.`);
    return { path: piece.path, write };
  });
  const paths = [...new Set(parts.flatMap((part) => (typeof part === 'string' ? [] : [part.path])))];
  const render: Template['render'] = (values) =>
    parts.map((part) => (typeof part === 'string' ? part : part.write(valueAt(values, part.path)))).join('');
  return Object.freeze({ kind, paths, render });
}

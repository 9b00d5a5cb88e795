// Templates such as `Dear {{ contact.name }}`: a value is escaped for the place where it stands, and a template is no program.
import { failAll, problem, type Problem, type ProblemPlace } from '@tessera/kernel';
import { parseText, placeInText, type TextPiece } from '@tessera/metadata';
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

interface Parsed {
  readonly pieces: readonly TextPiece[];
  readonly problems: readonly Problem[];
}

function parse(source: string, place: ProblemPlace): Parsed {
  const { pieces, mistakes } = parseText(source);
  const problems = mistakes.map(({ at, reason }) => problem('TEMPLATE_SYNTAX', { ...placeInText(source, at), reason }, place));
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
function urlPlaces(pieces: readonly TextPiece[]): readonly Place[] {
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
  readonly pieces: readonly TextPiece[];
  readonly writers: readonly (Writer | undefined)[];
  readonly problems: readonly Problem[];
}

function placesOf(kind: TemplateKind, pieces: readonly TextPiece[]): readonly Place[] {
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
    return [problem('TEMPLATE_PLACE', { ...placeInText(source, at), placeholder: `{{ ${path} }}`, where, remedy }, place)];
  });
  if (kind === 'header' && /[\r\n]/.test(source)) {
    const at = source.search(/[\r\n]/);
    misplaced.push(problem('TEMPLATE_SYNTAX', { ...placeInText(source, at), reason: 'a header is one line.' }, place));
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
    return [problem('TEMPLATE_PATH_UNKNOWN', { ...placeInText(source, at), path, known: `Known: ${list}.` }, place)];
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

// JSON text to values without losing digits and without traps: what every transport takes JSON in with.
import { fail, failAll, problem, TesseraError, type Problem } from '@tessera/kernel';

/** A double carries any decimal of so many digits. */
const exactDigits = 15;

/** Deeper nesting is no request of ours, and would exhaust the stack of whoever walks it. */
const deepest = 64;

/** Reviver with source text access (ES2026, Node 21 and later), which TypeScript's library does not know yet. */
type SourceReviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** A JSON number of more than 15 significant digits has at least 16 digits in its text. Most bodies have none, and skip the slow road. */
const longNumber = /\d[\d.]{15,}/;

function significantDigits(source: string): number {
  const [mantissa = ''] = source.toLowerCase().split('e');
  return mantissa.replace(/^-/, '').replace('.', '').replace(/^0+/, '').replace(/0+$/, '').length;
}

/** One step of a JSON pointer (RFC 6901). */
export function pointerStep(key: string | number): string {
  return `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Stands where an inexact number stood: a reviver knows its own key only, so the pointer is found by walking to it. */
class InexactNumber {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

function parse(text: string): unknown {
  if (!longNumber.test(text)) return JSON.parse(text) as unknown;
  const reviver: SourceReviver = (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && significantDigits(source) > exactDigits ? new InexactNumber(source) : value;
  return JSON.parse(text, reviver as (this: unknown, key: string, value: unknown) => unknown) as unknown;
}

interface Place {
  readonly value: unknown;
  readonly key: string;
  readonly depth: number;
  readonly parent: Place | undefined;
}

function pointerOf(place: Place): string {
  let pointer = '';
  for (let at = place; at.parent !== undefined; at = at.parent) pointer = pointerStep(at.key) + pointer;
  return pointer;
}

function mistakeAt(place: Place): Problem | undefined {
  if (place.key === '__proto__') {
    return problem('REQUEST_INVALID', { reason: 'no name here is __proto__.' }, { pointer: pointerOf(place) });
  }
  // 1e999 has become Infinity.
  const inexact = place.value instanceof InexactNumber || place.value === Infinity || place.value === -Infinity;
  return inexact ? problem('VALUE_TOO_MANY_DIGITS', { field: place.key }, { pointer: pointerOf(place) }) : undefined;
}

/** Walks without recursion: the input decides how deep it is. */
function findMistakes(root: unknown): readonly Problem[] {
  const found: Problem[] = [];
  const open: Place[] = [{ value: root, key: '', depth: 0, parent: undefined }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const mistake = mistakeAt(place);
    if (mistake !== undefined) {
      found.push(mistake);
      continue;
    }
    const { value, depth } = place;
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= deepest) throw fail('REQUEST_BODY_NOT_JSON', { reason: `it is nested deeper than ${deepest} levels.` });
    for (const [key, inner] of Object.entries(value)) {
      const mayBeWrong = typeof inner === 'object' || typeof inner === 'number' || key === '__proto__';
      if (mayBeWrong) open.push({ value: inner, key, depth: depth + 1, parent: place });
    }
  }
  return found.reverse();
}

/**
 * Parses JSON of a caller. Numbers are doubles afterwards, hence those that a double does not carry are refused.
 * @throws REQUEST_BODY_NOT_JSON; VALUE_TOO_MANY_DIGITS and REQUEST_INVALID with pointers, all of them at once
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    // A reviver recurses; what is nested so deeply that it runs out of stack is refused like what is nested too deeply.
    const reason = error instanceof RangeError ? `it is nested deeper than ${deepest} levels.` : `${(error as Error).message}.`;
    throw fail('REQUEST_BODY_NOT_JSON', { reason }, {}, error);
  }
  const [first, ...more] = findMistakes(value);
  if (first === undefined) return value;
  throw more.length === 0 ? new TesseraError(first) : failAll(first.code, [first, ...more], first.params);
}

// Where things stand in a text of JSON: the line and column of a JSON pointer, or of the first mistake.

export interface TextPlace {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** By JSON pointer, of all that a text holds; of a member where its key stands. */
interface Scanned {
  readonly offsets: ReadonlyMap<string, number>;
  /** Where the text is no JSON. */
  readonly mistake: number | undefined;
}

const space = /[ \t\r\n]*/y;
const string = /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"/uy;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/** What the text holds from `at` on, in the shape of the pattern. */
function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

class Mistake extends TypeError {}

class Scanner {
  readonly offsets = new Map<string, number>();
  /** The first member that an object has twice. */
  twice: string | undefined;
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Throws Mistake, with `at` on it. */
  document(): void {
    this.#value('');
    this.#skip();
    if (this.at < this.#text.length) throw new Mistake();
  }

  #skip(): void {
    this.at += matchAt(space, this.#text, this.at)?.length ?? 0;
  }

  #has(sign: string): boolean {
    this.#skip();
    if (this.#text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  #demand(sign: string): void {
    if (!this.#has(sign)) throw new Mistake();
  }

  #take(pattern: RegExp): string {
    const found = matchAt(pattern, this.#text, this.at);
    if (found === undefined || found === '') throw new Mistake();
    this.at += found.length;
    return found;
  }

  #value(pointer: string): void {
    this.#skip();
    if (!this.offsets.has(pointer)) this.offsets.set(pointer, this.at);
    if (this.#has('{'))
      this.#entries('}', () => {
        this.#member(pointer);
      });
    else if (this.#has('[')) {
      let index = 0;
      this.#entries(']', () => {
        this.#value(`${pointer}/${String(index++)}`);
      });
    } else if (this.#text[this.at] === '"') this.#take(string);
    else this.#take(scalar);
  }

  #entries(end: string, entry: () => void): void {
    if (this.#has(end)) return;
    do entry();
    while (this.#has(','));
    this.#demand(end);
  }

  #member(pointer: string): void {
    this.#skip();
    const start = this.at;
    const key = JSON.parse(this.#take(string)) as string;
    const own = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (this.offsets.has(own)) this.twice ??= own;
    this.offsets.set(own, start);
    this.#demand(':');
    this.#value(own);
  }
}

function scan(text: string): Scanned {
  const scanner = new Scanner(text);
  try {
    scanner.document();
    return { offsets: scanner.offsets, mistake: undefined };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    return { offsets: scanner.offsets, mistake: scanner.at };
  }
}

function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

/** The first thing that is no JSON, else what the pointer names, else the nearest thing above it. */
export function placeIn(text: string, pointer: string): TextPlace {
  const { offsets, mistake } = scan(text);
  if (mistake !== undefined) return placeAt(text, mistake);
  for (let known = pointer; known !== ''; known = known.slice(0, known.lastIndexOf('/'))) {
    const offset = offsets.get(known);
    if (offset !== undefined) return placeAt(text, offset);
  }
  return placeAt(text, offsets.get('') ?? 0);
}

const anyString = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const parts: readonly unknown[] = Object.values(value);
  return parts.reduce<number>((sum, part) => sum + keysIn(part), Array.isArray(value) ? 0 : parts.length);
}

/** The pointer of the first key that an object says twice: parsing keeps the last, and tells nothing of the others. @param value what the text was parsed to */
export function keySaidTwice(text: string, value: unknown): string | undefined {
  let said = 0;
  for (const [, colon] of text.matchAll(anyString)) if (colon !== undefined) said += 1;
  // Counting is quick, and nearly always enough.
  if (said === keysIn(value)) return undefined;
  const scanner = new Scanner(text);
  scanner.document();
  return scanner.twice;
}

// Reading a JSON body: its bytes within the limit, its shape with a pointer to whatever does not fit.
import { ServerResponse, type IncomingMessage } from 'node:http';
import express from 'express';
import { fail } from '@tessera/kernel';
import { plainBytes, utf8 } from '../body-bytes.ts';
import { parseJson, pointerStep } from './parse-json.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

const jsonType = /^application\/(?:[a-z0-9.+-]+\+)?json$/;

/** The media type without its parameters, in lower case; empty where there is none. */
export function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** Express' reader unpacks, counts what comes in pieces, and lets the rest of what is too long run out before it says so. */
function carefully(request: IncomingMessage, limit: number): Promise<unknown> {
  const read: (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void = express.raw({
    type: () => true,
    limit,
  });
  return new Promise((resolve, reject) => {
    const next = (error?: unknown): void => {
      if (error === undefined || error === null) resolve('body' in request ? request.body : undefined);
      else reject(error instanceof Error ? error : new Error('the body could not be read', { cause: error }));
    };
    // It asks nothing of Express' own request, and nothing at all of the answer.
    read(request, new ServerResponse(request), next);
  });
}

const encodings: readonly string[] = ['identity', 'gzip', 'deflate'];

/** What unpacks more is one more thing to break: gzip is what everybody has. */
function checkEncoding({ headers }: IncomingMessage): void {
  const encoding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (!encodings.includes(encoding)) throw fail('REQUEST_MEDIA_TYPE', { type: encoding, expected: 'UTF-8, plain or gzip' });
}

/** @throws REQUEST_MEDIA_TYPE, REQUEST_BODY_NOT_JSON */
export async function readJsonText(request: IncomingMessage, limit: number): Promise<string> {
  const type = mediaType(request);
  if (!jsonType.test(type)) {
    throw fail('REQUEST_MEDIA_TYPE', { type: type === '' ? '(none)' : type, expected: 'application/json' });
  }
  checkEncoding(request);
  const bytes = await (plainBytes(request, limit) ?? carefully(request, limit));
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) throw fail('REQUEST_BODY_NOT_JSON', { reason: 'it is empty.' });
  return utf8(bytes);
}

/** @throws REQUEST_MEDIA_TYPE, REQUEST_BODY_NOT_JSON, and what parseJson refuses */
export async function readJsonBody(request: IncomingMessage, limit: number): Promise<unknown> {
  return parseJson(await readJsonText(request, limit));
}

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const invalid = (reason: string, pointer: string): Error => fail('REQUEST_INVALID', { reason }, { pointer });

/** A JSON object. With `known`, any other name in it is refused. */
export function objectAt(value: unknown, pointer: string, known?: readonly string[]): JsonObject {
  if (!isObject(value)) throw invalid(`${pointer === '' ? 'the body' : pointer} must be an object.`, pointer);
  const stranger = known === undefined ? undefined : Object.keys(value).find((key) => !known.includes(key));
  if (stranger !== undefined) {
    throw invalid(`there is no ${JSON.stringify(stranger)} here. Known: ${known?.join(', ') ?? ''}.`, pointer + pointerStep(stranger));
  }
  return value;
}

/** Reads the members of an object; what is missing is undefined unless it is required. */
export class Members {
  readonly #object: JsonObject;
  readonly #pointer: string;

  constructor(value: unknown, pointer: string, known: readonly string[]) {
    this.#object = objectAt(value, pointer, known);
    this.#pointer = pointer;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  pointer(name: string): string {
    return this.#pointer + pointerStep(name);
  }

  value(name: string): unknown {
    return this.has(name) ? this.#object[name] : undefined;
  }

  text(name: string): string | undefined {
    return this.#typed(name, 'a text', (value): value is string => typeof value === 'string');
  }

  requiredText(name: string): string {
    return this.text(name) ?? this.#missing(name);
  }

  flag(name: string): boolean | undefined {
    return this.#typed(name, 'true or false', (value): value is boolean => typeof value === 'boolean');
  }

  /** A whole number of at least `least`. */
  whole(name: string, least = 0): number | undefined {
    const fits = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= least;
    return this.#typed(name, `a whole number, ${least} or more`, fits);
  }

  list(name: string): readonly unknown[] | undefined {
    return this.#typed(name, 'a list', (value): value is readonly unknown[] => Array.isArray(value));
  }

  requiredList(name: string): readonly unknown[] {
    return this.list(name) ?? this.#missing(name);
  }

  /** A list of texts. */
  requiredTexts(name: string): readonly string[] {
    return this.requiredList(name).map((value, i) => {
      const pointer = `${this.pointer(name)}/${String(i)}`;
      if (typeof value !== 'string') throw invalid(`${pointer} must be a text.`, pointer);
      return value;
    });
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const fits = (value: unknown): value is T => (choices as readonly unknown[]).includes(value);
    return this.#typed(name, `one of ${choices.join(', ')}`, fits);
  }

  #missing(name: string): never {
    throw invalid(`${this.pointer(name)} must be given.`, this.pointer(name));
  }

  #typed<T>(name: string, expected: string, fits: (value: unknown) => value is T): T | undefined {
    const value = this.value(name);
    if (value === undefined || fits(value)) return value;
    throw invalid(`${this.pointer(name)} must be ${expected}.`, this.pointer(name));
  }
}

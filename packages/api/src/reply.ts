// The answer to one request while it comes about: what all answers carry goes out together with the rest, in one write.
import type { ServerResponse } from 'node:http';

/** Where an answer of node's keeps ours. */
const own: unique symbol = Symbol('reply');

interface Carrier extends ServerResponse {
  [own]?: Reply;
}

/** Headers that every answer has, as names and values in turn, and their names. */
export interface CommonHeaders {
  readonly flat: readonly string[];
  readonly names: ReadonlySet<string>;
}

/** @param headers whose values are known before any request */
export function commonHeaders(headers: readonly (readonly [name: string, value: string])[]): CommonHeaders {
  return { flat: headers.flat(), names: new Set(headers.map(([name]) => name)) };
}

const none = commonHeaders([]);

/**
 * Collects headers and writes them at once: node keeps headers that are set one by one in a form of its own, which costs more than all
 * else about an answer. What needs node's own answer (streams, Express, yoga) takes it by `release`. A header's name is always spelled
 * the same way, such as `Content-Type`.
 */
export class Reply {
  /** The request's id, which every answer tells. */
  readonly requestId: string;
  /** The route's pattern, once it is known. */
  route: string | undefined;
  /** Of whom has signed in. */
  tenant: string | undefined;
  statusCode = 200;
  /** For whoever goes on with this reply; headers go through it. */
  readonly response: ServerResponse;
  readonly #common: CommonHeaders;
  /** Names and values in turn. */
  readonly #headers: string[];
  #released = false;

  constructor(response: ServerResponse, requestId: string, common: CommonHeaders) {
    this.response = response;
    this.#common = common;
    this.requestId = requestId;
    this.#headers = ['X-Request-Id', requestId];
    (response as Carrier)[own] = this;
  }

  static has(response: ServerResponse): boolean {
    return (response as Carrier)[own] !== undefined;
  }

  /** That of an answer of node's; one without common headers where there is none yet. */
  static of(response: ServerResponse): Reply {
    const known = (response as Carrier)[own];
    if (known !== undefined) return known;
    const reply = new Reply(response, '', none);
    reply.#headers.length = 0;
    return reply;
  }

  /** Whether it is too late for another answer. */
  get isOver(): boolean {
    return this.response.headersSent || this.response.destroyed;
  }

  status(code: number): this {
    this.statusCode = code;
    return this;
  }

  getHeader(name: string): string | undefined {
    const at = this.#indexOf(name);
    return at < 0 ? undefined : this.#headers[at + 1];
  }

  setHeader(name: string, value: string | number): this {
    if (this.#released) this.response.setHeader(name, value);
    const at = this.#indexOf(name);
    if (at < 0) this.#headers.push(name, String(value));
    else this.#headers[at + 1] = String(value);
    return this;
  }

  removeHeader(name: string): void {
    if (this.#released) this.response.removeHeader(name);
    const at = this.#indexOf(name);
    if (at >= 0) this.#headers.splice(at, 2);
  }

  end(body?: string): void {
    if (this.#released) this.response.statusCode = this.statusCode;
    else this.response.writeHead(this.statusCode, this.#withLength(body));
    this.response.end(body);
  }

  /** Calls once all of the answer has gone out. */
  onceOut(listener: () => void): void {
    this.response.once('finish', listener);
  }

  /** Cuts the connection. */
  destroy(): void {
    this.response.destroy();
  }

  /** Node's answer, with all headers put on it. */
  release(): ServerResponse {
    if (!this.#released) {
      this.#released = true;
      this.response.statusCode = this.statusCode;
      const all = this.#all();
      for (let i = 0; i < all.length; i += 2) this.response.setHeader(all[i] ?? '', all[i + 1] ?? '');
    }
    return this.response;
  }

  /** A signal that aborts when the connection closes before the answer is out. */
  callerGone(): AbortSignal {
    const controller = new AbortController();
    const response = this.response;
    response.on('close', () => {
      if (!response.writableFinished) controller.abort();
    });
    return controller.signal;
  }

  #indexOf(name: string): number {
    for (let i = 0; i < this.#headers.length; i += 2) if (this.#headers[i] === name) return i;
    return -1;
  }

  /** Without a length node would send a body in chunks; these two statuses have none. */
  #withLength(body: string | undefined): string[] {
    const all = this.#all();
    if (this.statusCode !== 204 && this.statusCode !== 304 && this.#indexOf('Content-Length') < 0)
      all.push('Content-Length', String(body === undefined ? 0 : Buffer.byteLength(body)));
    return all;
  }

  /** What an answer says for itself holds instead of what all answers say. */
  #all(): string[] {
    const { flat, names } = this.#common;
    const ours = this.#headers;
    for (let i = 0; i < ours.length; i += 2) {
      if (!names.has(ours[i] ?? '')) continue;
      const rest = flat.filter((_, k) => this.#indexOf(flat[k - (k % 2)] ?? '') < 0);
      return [...rest, ...ours];
    }
    return [...flat, ...ours];
  }
}

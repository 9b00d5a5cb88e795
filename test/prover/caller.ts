// Somebody signed in, over HTTP.
import type { HttpRequest } from './requests.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The body where it is a JSON object, else empty. */
  readonly json: Readonly<Record<string, unknown>>;
}

export class Caller {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async send({ method, path, body }: HttpRequest): Promise<Answer> {
    const headers = { Authorization: `Bearer ${this.#token}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) };
    const response = await fetch(`${this.#url}${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await response.text();
    const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '') && text.startsWith('{');
    return { status: response.status, text, json: isJson ? (JSON.parse(text) as Answer['json']) : {} };
  }
}

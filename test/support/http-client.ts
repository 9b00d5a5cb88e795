// A caller of the HTTP API who has signed in: requests with a token, answers with what came.
export type Json = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The body where it is a JSON object, else empty. */
  readonly json: Json;
}

export interface Credentials {
  readonly tenant: string;
  readonly email: string;
  readonly password: string;
}

function objectIn(text: string): Json {
  if (!text.startsWith('{')) return {};
  return JSON.parse(text) as Json;
}

async function send(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, text, json: objectIn(text) };
}

export class HttpClient {
  readonly token: string;
  readonly #url: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.token = token;
  }

  /** Throws where nobody may sign in like this. */
  static async signIn(url: string, credentials: Credentials): Promise<HttpClient> {
    const answer = await new HttpClient(url, '').post('/api/v1/auth/login', credentials);
    const token = answer.json['accessToken'];
    if (typeof token !== 'string') throw new Error(`${credentials.email} cannot sign in: ${answer.text}`);
    return new HttpClient(url, token);
  }

  /** The same caller at another node. */
  at(url: string): HttpClient {
    return new HttpClient(url, this.token);
  }

  async call(method: string, path: string, content: { readonly body?: BodyInit; readonly type?: string } = {}): Promise<Answer> {
    const { body, type } = content;
    const authorization = this.token === '' ? {} : { Authorization: `Bearer ${this.token}` };
    const headers = { ...authorization, ...(type === undefined ? {} : { 'Content-Type': type }) };
    // A stream goes out as it comes.
    const streamed = body instanceof ReadableStream ? { duplex: 'half' as const } : {};
    return send(`${this.#url}${path}`, { method, headers, ...(body === undefined ? {} : { body }), ...streamed });
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', path);
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.call('POST', path, { body: JSON.stringify(body), type: 'application/json' });
  }

  patch(path: string, body: unknown): Promise<Answer> {
    return this.call('PATCH', path, { body: JSON.stringify(body), type: 'application/json' });
  }

  /** The answer's data. Throws where it has errors. */
  async graphql(query: string): Promise<Json> {
    const { text, json } = await this.post('/graphql', { query });
    if (json['errors'] !== undefined || json['data'] === undefined) throw new Error(text);
    return json['data'] as Json;
  }

  apply(files: Json, more: Json = {}): Promise<Answer> {
    return this.post('/api/v1/metadata/apply', { files, ...more });
  }

  import(object: string, csv: BodyInit, parameters: Readonly<Record<string, string>>): Promise<Answer> {
    const query = new URLSearchParams(parameters).toString();
    return this.call('POST', `/api/v1/records/${object}/import?${query}`, { body: csv, type: 'text/csv' });
  }
}

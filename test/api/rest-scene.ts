// A stand-in for the engine: answers what a test tells it to, and keeps what it was asked. What HTTP does is the only thing tested with it.
import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp, type AppOptions } from '@tessera/api';
import type { Engine, ObjectDescription, OperationInput, OperationName, OperationOutput, RequestInfo } from '@tessera/engine';
import { fail, silentLogger, uuidv7Source, type Context, type Logger } from '@tessera/kernel';
import { fieldTypes, type FieldModel, type Model, type ObjectModel } from '@tessera/metadata';
import { askedRead } from './asked-read.ts';

export const token = 'a.good.token';

type Answers = {
  readonly [N in OperationName]?: (input: OperationInput<N>, context: Context) => OperationOutput<N> | Promise<OperationOutput<N>>;
};

export interface Asked {
  readonly name: OperationName;
  readonly input: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: unknown;
}

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Sent as JSON with its content type. */
  readonly json?: unknown;
  readonly anonymous?: true;
}

export interface Scene {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** What the last request told the engine beside its input. */
  readonly infos: readonly RequestInfo[];
  readonly logged: readonly { readonly level: string; readonly fields: Readonly<Record<string, unknown>> }[];
  readonly send: (path: string, sent?: Sent) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

function fieldDescription(field: FieldModel): ObjectDescription['fields'][number] {
  const type = fieldTypes[field.type];
  return {
    name: field.name,
    type: field.type,
    label: field.label['en'] ?? field.name,
    required: field.required === true,
    readOnly: field.readOnly === true,
    unique: field.unique,
    system: field.system,
    filters: type.filters,
    sortable: type.sortable,
    schema: type.jsonSchema(field),
    ...(field.lookup === undefined ? {} : { to: field.lookup.to }),
  };
}

export function describeObject(object: ObjectModel): ObjectDescription {
  return {
    name: object.name,
    plural: object.plural,
    label: object.label['en'] ?? object.name,
    pluralLabel: object.pluralLabel['en'] ?? object.plural,
    fields: Object.values(object.fields).map(fieldDescription),
    relations: Object.values(object.relations),
    recordTypes: [],
    keys: Object.values(object.keys).map(({ name, fields, unique }) => ({ name, fields, unique })),
    appendOnly: object.appendOnly,
  };
}

function standIn(model: Model, answers: Answers, asked: Asked[], infos: RequestInfo[]): Engine {
  const described: Answers = {
    'objects.list': () => Object.values(model.objects).map(describeObject),
    'objects.describe': ({ object }) => {
      const found = Object.hasOwn(model.objects, object) ? model.objects[object] : undefined;
      if (found === undefined) throw fail('OBJECT_UNKNOWN', { object });
      return describeObject(found);
    },
  };
  const all: Answers = { ...described, ...answers };
  const tokens = { accessToken: 'access', refreshToken: 'refresh', expiresIn: 900 };
  return {
    login: ({ password }, info) => {
      infos.push(info);
      return password === 'right' ? Promise.resolve(tokens) : Promise.reject(fail('AUTHENTICATION_FAILED'));
    },
    refresh: () => Promise.resolve(tokens),
    identity: {
      changePassword: () => Promise.resolve(tokens),
      askReset: () => Promise.resolve(),
      resetPassword: () => Promise.resolve(),
      enrol: () => Promise.resolve({ secret: '', uri: '' }),
      providers: () => Promise.resolve([]),
      beginProviderLogin: () => Promise.reject(fail('PROVIDER_UNKNOWN', { name: '' })),
      endProviderLogin: () => Promise.reject(fail('PROVIDER_FAILED')),
      exchangeProviderCode: () => Promise.resolve(tokens),
    },
    logout: () => Promise.resolve(),
    authenticate: (given, info) => {
      infos.push(info);
      if (given !== token) return Promise.reject(fail('TOKEN_INVALID'));
      const { requestId, languages, signal } = info;
      const context = {
        tenant: 'acme',
        actor: { kind: 'user', userId: 'u' },
        clock: { now: () => 0 },
        newId: () => 'id',
        log: silentLogger,
      } as const;
      return Promise.resolve({ ...context, requestId, languages, ...(signal === undefined ? {} : { signal }) });
    },
    admitAddress: () => Promise.resolve(),
    openFileLink: () => Promise.reject(fail('FILE_LINK_INVALID')),
    receiveWebhook: () => Promise.reject(fail('WEBHOOK_SIGNATURE_INVALID', { seconds: 300 })),
    runtime: () => Promise.resolve({ model }),
    view: () => Promise.resolve(model),
    administers: () => Promise.resolve(false),
    drain: () => Promise.reject(new Error('The stand-in has nothing to drain.')),
    jobFigures: () => Promise.reject(new Error('The stand-in has no jobs.')),
    run: async (name, context, given) => {
      const isRead = name === 'records.read';
      const input = isRead ? ((await askedRead(given as OperationInput<'records.read'>)) as typeof given) : given;
      asked.push({ name, input });
      const answer = all[name];
      if (answer === undefined) throw new Error(`The stand-in has no answer for ${name}.`);
      return await answer(input, context);
    },
    events: () => {
      throw new Error('not here');
    },
    close: () => Promise.resolve(),
  };
}

export async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Sends over a connection of its own, so that none outlives its test. */
export function send(url: string, { method = 'GET', headers = {}, body }: Pick<Sent, 'method' | 'headers' | 'body'>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = /json/.test(response.headers['content-type'] ?? '') && !/ndjson/.test(response.headers['content-type'] ?? '');
        const json: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function recorder(logged: { level: string; fields: Readonly<Record<string, unknown>> }[]): Logger {
  const at =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>>): void => {
      logged.push({ level, fields });
    };
  const log: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child: () => log };
  return log;
}

export async function openScene(model: Model, answers: Answers = {}, options: Partial<AppOptions> = {}): Promise<Scene> {
  const [asked, infos]: [Asked[], RequestInfo[]] = [[], []];
  const logged: { level: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const engine = standIn(model, answers, asked, infos);
  const app = createApp({ engine, log: recorder(logged), newId: uuidv7Source(() => 0), ...options });
  const server = createServer(app);
  const url = await listen(server);
  return {
    url,
    asked,
    infos,
    logged,
    send: (path, { json, anonymous, headers = {}, ...sent } = {}) => {
      const type = json === undefined ? {} : { 'Content-Type': 'application/json' };
      const authorization = anonymous === true ? {} : { Authorization: `Bearer ${token}` };
      const body = json === undefined ? sent.body : JSON.stringify(json);
      return send(url + path, {
        method: sent.method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { ...authorization, ...type, ...headers },
        ...(body === undefined ? {} : { body }),
      });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

// What a workload is: cases that vary, how each peer is asked for one, and how its answer reads in words that all share.

export type PeerKind = 'raw' | 'tuned' | 'postgraphile' | 'rest' | 'graphql';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
}

export type Row = Readonly<Record<string, unknown>>;
export type Sql = (text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;

/** What cases are chosen from. */
export interface Choosing {
  readonly sql: Sql;
  readonly schema: string;
  /** A condition over the opportunities of alias `o`: those that the manager sees. */
  readonly seen: string;
  /** Ids of the people whose opportunities the manager may change. */
  readonly team: readonly string[];
}

export interface Dialect<Case> {
  readonly request: (of: Case) => HttpRequest;
  /** The answer as all peers' answers are compared. */
  readonly answer: (json: unknown) => unknown;
}

/** What a write has left in the database. */
export interface Stored {
  readonly table: string;
  readonly columns: string;
  readonly ids: (answer: unknown) => readonly string[];
}

interface Definition<Case> {
  readonly name: string;
  readonly title: string;
  /** At least so many times RAW's throughput. */
  readonly goal: number;
  /** How many answers are compared; every answer of a write leaves something behind. */
  readonly compared: number;
  readonly choose: (from: Choosing) => Promise<readonly Case[]>;
  readonly dialects: Readonly<Partial<Record<PeerKind, Dialect<Case>>>>;
  /** RAW's statement and its values: with a person's sight in it, it says what that person is to get. */
  readonly statement?: { readonly name: 'get' | 'list' | 'nested' | 'sums'; readonly values: (of: Case) => readonly unknown[] };
  readonly stored?: Stored;
}

/** A workload with its cases chosen. */
export interface Prepared extends Omit<Workload, 'prepare'> {
  /** One per case, in their order; undefined where the peer has no way to ask for this in one request. */
  readonly requests: (kind: PeerKind) => readonly HttpRequest[] | undefined;
  readonly answer: (kind: PeerKind, json: unknown) => unknown;
  /** The values of RAW's statement for the case of this number. */
  readonly values: (n: number) => readonly unknown[];
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly goal: number;
  readonly compared: number;
  readonly statement: 'get' | 'list' | 'nested' | 'sums' | undefined;
  readonly stored: Stored | undefined;
  readonly prepare: (from: Choosing) => Promise<Prepared>;
}

export function workload<Case>(definition: Definition<Case>): Workload {
  const { name, title, goal, compared, choose, dialects, statement, stored } = definition;
  const shown = { name, title, goal, compared, statement: statement?.name, stored };
  return {
    ...shown,
    prepare: async (from) => {
      const cases = await choose(from);
      if (cases.length === 0) throw new Error(`There is nothing to ask for in the workload ${name}.`);
      return {
        ...shown,
        requests: (kind) => {
          const dialect = dialects[kind];
          return dialect === undefined ? undefined : cases.map((of) => dialect.request(of));
        },
        answer: (kind, json) => dialects[kind]?.answer(json),
        values: (n) => {
          const of = cases[n % cases.length];
          return of === undefined || statement === undefined ? [] : statement.values(of);
        },
      };
    },
  };
}

/** A document of GraphQL with its variables: the text is always the same. */
export const graphql = (query: string, variables: Row): HttpRequest => ({ method: 'POST', path: '/graphql', body: { query, variables } });

/** What stands at a path of members. Throws where the answer has another shape. */
export function at(json: unknown, ...path: readonly string[]): unknown {
  let found = json;
  for (const name of path) {
    if (typeof found !== 'object' || found === null || !(name in found))
      throw new Error(`No ${path.join('.')} in ${JSON.stringify(json).slice(0, 300)}`);
    found = (found as Row)[name];
  }
  return found;
}

export function listAt(json: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(json, ...path);
  if (!Array.isArray(found)) throw new Error(`No list at ${path.join('.')} in ${JSON.stringify(json).slice(0, 300)}`);
  return found as readonly unknown[];
}

/** A number from 0 to below `limit`, another for each `n`, the same at each run. */
export const spread = (n: number, limit: number): number => (Math.imul(n + 1, 0x9e3779b1) >>> 0) % limit;

export const query = (path: string, parameters: Readonly<Record<string, string>>): string =>
  `${path}?${new URLSearchParams(parameters).toString()}`;

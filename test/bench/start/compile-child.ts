// A process of its own that compiles a made-up tenant's metadata: argument PackSize as JSON; prints Compiled as JSON.
import { buildModel, type Layer, type Model } from '@tessera/metadata';
import { compilePolicy, viewOf } from '@tessera/security';
import { parse, validate } from 'graphql';
import { buildGraphqlSchema } from '../../../packages/api/src/graphql/schema/build.ts';
import { LazySchema } from '../../../packages/api/src/graphql/schema/lazy.ts';
import { executableRules } from '../../../packages/api/src/graphql/schema/rules.ts';
import { platformFolder, readPack } from '../../support/packs.ts';
import { objectName, sharedWith, syntheticPack, type PackSize } from '../synthetic-pack.ts';

export interface Compiled {
  /** Characters of the layers as they are stored. */
  readonly characters: number;
  /** Milliseconds of the main thread's CPU: the first Model of the process, and the median of later ones. */
  readonly first: number;
  readonly later: number;
  /** A GraphQL document checked on a fresh schema, and the schema with all its types. */
  readonly document: number;
  readonly whole: number;
  /** A person's policy with the Model as it is for the person. */
  readonly view: number;
  /** Bytes of a Model, of a schema after that document, of the whole schema, of a view with its policy. */
  readonly modelBytes: number;
  readonly documentBytes: number;
  readonly wholeBytes: number;
  readonly viewBytes: number;
}

const repetitions = 9;
const gc = (): void => {
  globalThis.gc?.();
};

function cpu<T>(work: () => T): readonly [ms: number, made: T] {
  const before = process.threadCpuUsage();
  const made = work();
  const { user, system } = process.threadCpuUsage(before);
  return [(user + system) / 1000, made];
}

function heap(): number {
  for (let i = 0; i < 4; i += 1) gc();
  return process.memoryUsage().heapUsed;
}

/** The median time of making something again and again, and what one takes of the heap. */
function repeated(make: () => unknown): readonly [ms: number, bytes: number] {
  const made: unknown[] = [];
  const times: number[] = [];
  make();
  const before = heap();
  for (let i = 0; i < repetitions; i += 1) {
    const [ms, each] = cpu(make);
    times.push(ms);
    made.push(each);
  }
  const bytes = (heap() - before) / made.length;
  return [times.toSorted((a, b) => a - b)[Math.floor(repetitions / 2)] ?? Number.NaN, bytes];
}

function built(text: string): Model {
  const { model, problems } = buildModel(JSON.parse(text) as Layer[]);
  if (model === undefined) throw new Error(JSON.stringify(problems.slice(0, 3)));
  return model;
}

/** What a console asks: a list with records behind it. */
function documentOf(object: number): string {
  const name = objectName(object);
  const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return `query ($where: ${type}Filter) { ${name}s(where: $where, orderBy: [{ amount: DESC }], first: 50) { totalCount nodes { id name state amount owner { name } } } }`;
}

const person = {
  userId: '01900000-0000-7000-8000-000000000001',
  active: true,
  email: 'somebody@bench.example',
  roles: [sharedWith],
  permissionSets: [],
  department: null,
  departments: [],
  groups: [],
  managed: [],
  headed: [],
  owners: {},
};

function compiled(size: PackSize): Compiled {
  const text = JSON.stringify([readPack(platformFolder), syntheticPack(size)]);
  const [first, model] = cpu(() => built(text));
  const [later, modelBytes] = repeated(() => built(text));
  const document = parse(documentOf(size.objects - 1));
  const [documentMs, documentBytes] = repeated(() => {
    const schema = new LazySchema(model, ['en'], () => buildGraphqlSchema(model, ['en']));
    const [mistake] = validate(schema, document, executableRules);
    if (mistake !== undefined) throw mistake;
    return schema;
  });
  const [whole, wholeBytes] = repeated(() => buildGraphqlSchema(model, ['en']));
  const [view, viewBytes] = repeated(() => viewOf(model, compilePolicy(model, person)));
  return { characters: text.length, first, later, document: documentMs, whole, view, modelBytes, documentBytes, wholeBytes, viewBytes };
}

process.stdout.write(JSON.stringify(compiled(JSON.parse(process.argv[2] ?? '{}') as PackSize)));

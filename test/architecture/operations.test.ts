// Whatever a caller can do is reachable, asks for a permission and is documented; whatever can go wrong is documented and has been seen.
import { describe, expect, it } from '@jest/globals';
import { openApiDocument } from '@tessera/api';
import { registry } from '@tessera/kernel';
import { globSync, readFileSync } from 'node:fs';
import { routeTable } from '../../packages/api/src/rest/table.ts';
import { operations } from '../../packages/engine/src/operations.ts';
import { describeObject } from '../api/rest-scene.ts';
import { modelOf } from '../support/packs.ts';

type Name = keyof typeof operations;
const names = Object.keys(operations) as readonly Name[];

const textOfFiles = (paths: readonly string[]): string => paths.map((path) => readFileSync(path, 'utf8')).join('\n');

const textOf = (...patterns: readonly string[]): string => textOfFiles(patterns.flatMap((pattern) => globSync(pattern)));

const namesIn = (text: string): readonly string[] => [...text.matchAll(/\.run\(\s*["']([\w.]+)["']/g)].map(([, name = '']) => name);

/** Operations that a route's own handler runs; handlers that share a function with others name them there. */
const runBy = (route: (typeof routeTable)[number]): readonly Name[] =>
  namesIn(route.handle.toString()).filter((name): name is Name => Object.hasOwn(operations, name));

describe('the list of operations', () => {
  const inRest = new Set(namesIn(textOf('packages/api/src/rest/*.ts')));

  it('is reachable over REST as a whole', () => {
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name) => !inRest.has(name))).toEqual([]);
  });

  it('has everything that REST runs', () => {
    expect([...inRest].filter((name) => !Object.hasOwn(operations, name))).toEqual([]);
  });

  it('is reachable over GraphQL as far as it is about records', () => {
    const inGraphql = textOf('packages/api/src/graphql/**/*.ts');
    // Whole files, the trail behind a record and who may see it are documents of REST; administrators purge and explain there.
    const elsewhere = [
      'purge',
      'explain',
      'history',
      'stages',
      'access',
      'shares',
      'share',
      'unshare',
      'export',
      'import',
      'duplicates',
      'moved',
    ].map((name) => `records.${name}`);
    // What people do with records beside writing them.
    const actions = /^(records|pools|conversions|approvals|notifications)\.|^automations\.start$/;
    const missing = names.filter((name) => actions.test(name) && !inGraphql.includes(`'${name}'`));
    expect(missing.toSorted()).toEqual(elsewhere.toSorted());
  });

  it('says of each who may do it', () => {
    expect(names.filter((name) => !['use', 'administer'].includes(operations[name].permission))).toEqual([]);
    expect(
      names.filter((name) => /^(metadata|packs|audit|users|identity)\./.test(name) && operations[name].permission !== 'administer'),
    ).toEqual([]);
  });
});

describe('the document', () => {
  const model = modelOf('crm-base');
  const objects = Object.values(model.objects).map(describeObject);
  const nothing = { create: false, update: false, delete: false, import: false, export: false, changeOwner: false, seeDeleted: false };
  const routesOf = (document: ReturnType<typeof openApiDocument>): ReadonlySet<string> =>
    new Set(
      Object.values(document.paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId.split('.').at(-1) ?? '')),
    );
  const whole = routesOf(openApiDocument({ objects, model }));
  const restricted = routesOf(openApiDocument({ objects: objects.map((object) => ({ ...object, allows: nothing })), model }));

  it('has every operation for administrators, and none of theirs for others', () => {
    const known = routeTable.filter((route) => runBy(route).length > 0);
    expect(known.length).toBeGreaterThan(40);
    const theirs = (route: (typeof routeTable)[number]): boolean =>
      runBy(route).every((name) => operations[name].permission === 'administer');
    expect(known.filter(({ id }) => !whole.has(id)).map(({ id }) => id)).toEqual([]);
    expect(known.filter((route) => theirs(route) && restricted.has(route.id)).map(({ id }) => id)).toEqual([]);
    // What others than administrators may not do by their flags, and removing somebody else's second factor, which is done by `use`.
    const byFlags =
      /^(create|update|delete|restore|void|unvoid|upsert|import|export|convert|merge)Records?$|^(bulk|undoMerge|submitForApproval|getImport|getImportRejects|removeUserSecondFactor)$/;
    expect(known.filter((route) => !theirs(route) && !restricted.has(route.id) && !byFlags.test(route.id)).map(({ id }) => id)).toEqual([]);
  });
});

describe('the error registry', () => {
  const codes = Object.keys(registry);

  it('is in the document as a whole', () => {
    const { components } = openApiDocument({ objects: [], model: modelOf('library') }) as unknown as {
      readonly components: {
        readonly schemas: Readonly<Record<string, { readonly properties: { readonly code: { readonly enum: unknown } } }>>;
      };
    };
    expect(components.schemas['api.Problem']?.properties.code.enum).toEqual(codes);
  });

  it('has only codes that some code gives', () => {
    const given = textOfFiles(globSync('packages/*/src/**/*.ts').filter((path) => !path.includes('/error-registry/')));
    expect(codes.filter((code) => !given.includes(`'${code}'`))).toEqual([]);
  });

  it('has only codes that some test names', () => {
    const tests = textOf('test/**/*.ts');
    expect(codes.filter((code) => !new RegExp(`\\b${code}\\b`).test(tests))).toEqual([]);
  });
});

// The schema that documents are checked against makes its types as they are asked for: the same as the whole, in whatever order, and little of it.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { buildModel, type Layer, type Model } from '@tessera/metadata';
import { Kind, parse, printType, validate, type GraphQLSchema } from 'graphql';
import { defaultLimits } from '../../packages/api/src/graphql/limits.ts';
import { PreparedSchemas } from '../../packages/api/src/graphql/prepared.ts';
import { buildGraphqlSchema } from '../../packages/api/src/graphql/schema/build.ts';
import { bytesOfSchema, LazySchema } from '../../packages/api/src/graphql/schema/lazy.ts';
import { executableRules } from '../../packages/api/src/graphql/schema/rules.ts';
import { modelOf, platformFolder, readPack } from '../support/packs.ts';
import { random } from '../support/random.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Whose fields are called as other types are: an enum `DealResult`, the result of writing a deal, and the object `dealResult`. */
function contested(word = 'A'): Model {
  const label = { en: word };
  const choice = { type: 'picklist', label, options: { a: { label }, b: { label } } };
  const words = ['status', 'lineStatus', 'result', 'group', 'order', 'key', 'filter', 'event', 'edge', 'relation'];
  const objectOf = (name: string): object => ({
    name,
    plural: `${name}s`,
    label,
    fields: {
      ...Object.fromEntries(words.map((field) => [field, choice])),
      about: { type: 'lookup', to: ['deal', 'dealLine'], label, inverse: `about${name}` },
    },
  });
  const files = Object.fromEntries(['deal', 'dealLine', 'dealResult'].map((name) => [`objects/${name}.json`, objectOf(name)]));
  const layer: Layer = { kind: 'pack', name: 'deals', version: '1.0.0', namespace: '', files };
  const { model } = buildModel([readPack(platformFolder), layer]);
  if (model === undefined) throw new TypeError('The pack is wrong.');
  return model;
}

const unneeded = (): GraphQLSchema => {
  throw new TypeError('Nobody has asked for all types.');
};

const typesOf = (schema: GraphQLSchema, names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    names.map((name) => {
      const type = schema.getType(name);
      return [name, type === undefined ? 'missing' : printType(type)];
    }),
  );

describe.each([
  ['crm-base', modelOf('crm-base')],
  ['a pack of contested names', contested()],
])('the lazy schema of %s', (_, model) => {
  const whole = buildGraphqlSchema(model, ['en']);
  const names = Object.keys(whole.getTypeMap());

  it.each([1, 2, 3, 4])('has every type of the whole, whichever is asked for first (%d)', (seed) => {
    const chance = random(seed);
    const shuffled = names
      .map((name) => ({ name, at: chance.below(1_000_000) }))
      .sort((a, b) => a.at - b.at)
      .map(({ name }) => name);
    const lazy = new LazySchema(model, ['en'], unneeded);
    expect(typesOf(lazy, shuffled)).toEqual(typesOf(whole, shuffled));
  });

  it('has no others', () => {
    const lazy = new LazySchema(model, ['en'], unneeded);
    for (const name of ['Nonsense', 'DealNonsense', 'constructor', '__proto__', '']) expect(lazy.getType(name)).toBeUndefined();
  });
});

describe('the lazy schema', () => {
  const model = modelOf('crm-base');
  const whole = buildGraphqlSchema(model, ['en']);

  it('refuses what the whole refuses', () => {
    const documents = [
      'query ($w: OpportunityFilter) { opportunities(where: $w) { nodes { id account { name } } } }',
      'query ($w: Nonsense) { opportunities(where: $w) { nodes { id } } }',
      '{ node(id: "x") { id ... on Opportunity { amount } ... on Nobody { id } } }',
      '{ node(id: "x") { ... on OpportunityConnection { totalCount } } }',
      'mutation ($i: OpportunityCreateInput!) { createOpportunity(input: $i) { id nothing } }',
      'subscription { opportunityChanged { record { id } } }',
      '{ opportunity(id: "x") { name(nonsense: 1) } nonsense }',
    ];
    const told = (schema: GraphQLSchema): readonly (readonly string[])[] =>
      documents.map((text) => validate(schema, parse(text), executableRules, { hideSuggestions: true }).map(({ message }) => message));
    const lazily = told(new LazySchema(model, ['en'], unneeded));
    expect(lazily).toEqual(told(whole));
    expect(lazily.map((messages) => messages.length)).toEqual([0, 1, 1, 1, 1, 0, 2]);
  });

  it('tells all types to whoever asks for them', () => {
    const lazy = new LazySchema(model, ['en'], () => whole);
    expect(lazy.getTypeMap()).toBe(whole.getTypeMap());
  });

  it('takes little until much is asked for', () => {
    const lazy = new LazySchema(model, ['en'], unneeded);
    const empty = lazy.bytes;
    validate(lazy, parse('{ campaigns { nodes { id name } } }'), executableRules);
    const one = lazy.bytes - empty;
    expect(one).toBeGreaterThan(0);
    expect(one).toBeLessThan(bytesOfSchema(whole) / 4);
  });
});

describe('schemas of many Models', () => {
  it('are held by nothing once they are forgotten', async () => {
    const schemas = new PreparedSchemas(defaultLimits, 2_000_000);
    const refs = ['A', 'B', 'C', 'D', 'E', 'F'].map((word) => {
      const prepared = schemas.of(contested(word), ['en']);
      const checked = prepared.document('query ($w: DealFilter) { deals(where: $w) { nodes { id } } }');
      if (!('document' in checked)) throw new TypeError('The document is refused.');
      const [operation] = checked.document.definitions;
      if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError('The document has no operation.');
      expect(checked.plannable(prepared.schema, operation)).toBeDefined();
      return new WeakRef(prepared);
    });
    await nextTurn();
    collect();
    const left = refs.filter((ref) => ref.deref() !== undefined).length;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(refs.length - 1);
  });
});

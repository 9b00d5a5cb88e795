// The schema of a Model: its names and types, what describes it, what it refuses.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { typeName, type FieldModel, type Model, type ObjectModel } from '@tessera/metadata';
import {
  getIntrospectionQuery,
  isEnumType,
  isInputObjectType,
  isObjectType,
  printType,
  validateSchema,
  GraphQLSchema,
  type GraphQLType,
} from 'graphql';
import { buildGraphqlSchema } from '../../packages/api/src/graphql/index.ts';
import { modelOf } from '../support/packs.ts';
import { scene, type Scene } from './graphql-scene.ts';

const model = modelOf('crm-base');
const schema = buildGraphqlSchema(model, ['en']);

function fieldsOf(type: string, from: GraphQLSchema = schema): Readonly<Record<string, string>> {
  const found = from.getType(type);
  if (!isObjectType(found) && !isInputObjectType(found)) throw new Error(`There is no ${type}.`);
  const fields: readonly { readonly name: string; readonly type: GraphQLType }[] = Object.values(found.getFields());
  return Object.fromEntries(fields.map(({ name, type }) => [name, type.toString()]));
}

/** Schemas say of themselves that they are valid. */
const mistakes = (made: GraphQLSchema): readonly unknown[] => validateSchema(new GraphQLSchema({ ...made.toConfig(), assumeValid: false }));

/** The Model with some of an object's fields changed or added. */
function withFields(object: string, change: (fields: ObjectModel['fields']) => Readonly<Record<string, Partial<FieldModel>>>): Model {
  const old = model.objects[object] as ObjectModel;
  const changed = Object.entries(change(old.fields)).map(([name, field]) => [
    name,
    { ...old.fields['name'], system: false, ...old.fields[name], name, object, ...field },
  ]);
  const fields = { ...old.fields, ...Object.fromEntries(changed) } as ObjectModel['fields'];
  return { ...model, objects: { ...model.objects, [object]: { ...old, fields } } };
}

describe('the GraphQL schema', () => {
  it('is valid, for each of the packs', () => {
    expect(mistakes(schema)).toEqual([]);
    expect(mistakes(buildGraphqlSchema(modelOf('library'), ['zh-CN']))).toEqual([]);
  });

  it('has a type per object, under the names that metadata gives', () => {
    const query = fieldsOf('Query');
    for (const object of Object.values(model.objects)) {
      expect(query[object.name]).toBe(typeName(object.name));
      expect(query[object.plural]).toBe(`${typeName(object.name)}Connection!`);
      expect(query[`${object.plural}Aggregate`]).toBe(`[${typeName(object.name)}Aggregate!]!`);
    }
  });

  it('types fields by what they are', () => {
    expect(fieldsOf('Opportunity')).toMatchObject({
      id: 'ID!',
      nodeId: 'ID!',
      version: 'Int',
      name: 'String',
      amount: 'Float',
      stage: 'OpportunityStage',
      closeDate: 'Date',
      createdAt: 'DateTime',
      bigDeal: 'Boolean',
      lineTotal: expect.stringMatching(/^(Float|Decimal)$/),
      account: 'Account',
      accountId: 'ID',
      lifeStatus: 'LifeStatus',
      lines: 'OpportunityLineConnection!',
      linesAggregate: '[OpportunityLineAggregate!]!',
    });
    expect(fieldsOf('Activity')).toMatchObject({ about: 'ActivityAbout', aboutRef: 'RecordReference', place: 'JSON', attachment: 'ID' });
    const about = schema.getType('ActivityAbout');
    expect(about === undefined ? '' : printType(about)).toContain('union ActivityAbout = Account | Contact | Lead | Opportunity');
  });

  it('requires on creation what has no default, and no lookup to the parent in nested children', () => {
    expect(fieldsOf('OpportunityLineCreateInput')).toMatchObject({
      opportunity: 'ID!',
      product: 'ID!',
      quantity: 'Float',
      discount: 'Float',
    });
    expect(fieldsOf('OpportunityLinesCreateInput')).not.toHaveProperty('opportunity');
    expect(fieldsOf('OpportunityCreateInput')).toMatchObject({
      name: 'String!',
      stage: 'OpportunityStage',
      lines: '[OpportunityLinesCreateInput!]',
    });
    const update = fieldsOf('OpportunityUpdateInput');
    for (const computed of ['id', 'createdAt', 'version', 'lineTotal', 'bigDeal']) expect(update).not.toHaveProperty(computed);
  });

  it('offers the comparisons of each field type', () => {
    expect(Object.keys(fieldsOf('StringFilter'))).toEqual(expect.arrayContaining(['eq', 'contains', 'startsWith', 'isNull', 'notIn']));
    expect(Object.keys(fieldsOf('DateFilter'))).toContain('within');
    expect(Object.keys(fieldsOf('BooleanFilter'))).toEqual(['eq', 'ne']);
    expect(Object.keys(fieldsOf('OpportunityStageFilter'))).toEqual(['eq', 'ne', 'in', 'notIn', 'isNull']);
    expect(fieldsOf('OpportunityFilter')).toMatchObject({
      account: 'AccountFilter',
      accountId: 'IdFilter',
      lines: 'OpportunityLineRelationFilter',
    });
  });

  it('gives an append-only object no writes but creation', () => {
    const only = { ...(model.objects['campaignMember'] as ObjectModel), appendOnly: true };
    const names = Object.keys(
      fieldsOf('Mutation', buildGraphqlSchema({ ...model, objects: { ...model.objects, campaignMember: only } }, ['en'])),
    );
    expect(names.filter((name) => name.includes('CampaignMember'))).toEqual(['createCampaignMember', 'createCampaignMembers']);
  });

  it('makes a String of a picklist whose options are no names, and of a secret, which comes out masked', () => {
    const options = { '1st': { name: '1st', label: { en: 'First' }, order: 1, active: true } };
    const changed = withFields('account', () => ({
      rank: { type: 'picklist', wire: 'text', options },
      token: { type: 'secret', wire: 'secret' },
    }));
    const other = buildGraphqlSchema(changed, ['en']);
    expect(fieldsOf('Account', other)['rank']).toBe('String');
    expect(fieldsOf('Account', other)['token']).toBe('String');
    expect(fieldsOf('AccountCreateInput', other)['token']).toBe('String!');
    expect(fieldsOf('AccountFilter', other)['token']).toBe('NullFilter');
  });

  it('gives way where metadata has taken a name', () => {
    const changed = withFields('opportunity', () => ({ nodeId: {}, accountId: { type: 'number', wire: 'decimal' } }));
    const plain = changed.objects['lead'] as ObjectModel;
    const clash = { ...plain, name: 'opportunityFilter', plural: 'opportunityFilters', fields: plain.fields, relations: {} };
    const other = buildGraphqlSchema({ ...changed, objects: { ...changed.objects, opportunityFilter: clash } }, ['en']);
    expect(mistakes(other)).toEqual([]);
    expect(fieldsOf('Opportunity', other)).toMatchObject({ nodeId: 'ID!', nodeId_: 'String', accountId: 'Decimal', accountId_: 'ID' });
    expect(isInputObjectType(other.getType('OpportunityFilter_'))).toBe(true);
  });

  it('speaks the reader’s language', () => {
    const chinese = buildGraphqlSchema(model, ['zh-CN']);
    const stage = chinese.getType('OpportunityStage');
    expect(isEnumType(stage) ? stage.getValue('won')?.description : undefined).toBe('赢单');
    expect(chinese.getType('Account')?.description).not.toBe('');
  });
});

describe('introspection', () => {
  let here: Scene;
  beforeAll(async () => {
    here = await scene(model);
  });
  afterAll(() => here.close());

  it('is complete', async () => {
    const { body } = await here.post(getIntrospectionQuery({ oneOf: true, specifiedByUrl: true }));
    expect(body.errors).toBeUndefined();
    const { types } = (body.data as { readonly __schema: { readonly types: readonly { readonly name: string }[] } }).__schema;
    expect(types.map(({ name }) => name).sort()).toEqual(Object.keys(schema.getTypeMap()).sort());
  });

  it.each([
    ['{ opportunites { totalCount } }', 'GRAPHQL_INVALID'],
    ['{ opportunities(where: { amout: { gt: 1 } }) { totalCount } }', 'GRAPHQL_INVALID'],
    ['{ opportunities(where: { stage: { eq: wonn } }) { totalCount } }', 'GRAPHQL_INVALID'],
    ['query ($w: OpportunityFilter) { opportunities(where: $w) { totalCount } }', 'GRAPHQL_VARIABLES'],
    ['{ opportunities {', 'GRAPHQL_SYNTAX'],
  ])('%s is refused without hinting at names', async (query, code) => {
    const { status, text, body } = await here.post(query, { w: { amout: { gt: 1 } } });
    expect(status).toBe(400);
    expect(body.errors?.[0]).toMatchObject({ extensions: { code, requestId: 'request-1' }, locations: expect.anything() });
    expect(body).not.toHaveProperty('data');
    expect(text).not.toContain('Did you mean');
  });

  it.each([
    ['query A { __typename } query B { __typename }', undefined],
    ['query A { __typename }', { operationName: 'C' }],
  ])('%s asks which operation is meant', async (query, extra) => {
    const response = await fetch(here.url, {
      method: 'POST',
      headers: { authorization: 'Bearer ok', 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: JSON.stringify({ query, ...extra }),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_OPERATION' } }] });
  });
});

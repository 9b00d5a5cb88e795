// The document: valid OpenAPI 3.1, complete, and true to what its reader may see.
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from '@jest/globals';
import { openApiDocument } from '@tessera/api';
import type { ObjectDescription } from '@tessera/engine';
import { routeTable } from '../../packages/api/src/rest/table.ts';
import { modelOf } from '../support/packs.ts';
import { describeObject, openScene } from './rest-scene.ts';

interface Schema {
  readonly properties: Readonly<Record<string, { readonly type?: unknown; readonly enum?: readonly unknown[]; readonly anyOf?: unknown }>>;
  readonly required?: readonly string[];
  readonly examples?: readonly Readonly<Record<string, unknown>>[];
}
interface Components {
  readonly schemas: Readonly<Record<string, Schema>>;
}

const schemasOf = (document: Readonly<Record<string, unknown>>): Components['schemas'] => (document['components'] as Components).schemas;

describe.each(['crm-base', 'library'])('the document of %s', (pack) => {
  const model = modelOf(pack);
  const objects = Object.values(model.objects).map(describeObject);
  const document = openApiDocument({ objects, model });

  it('is valid, and all its references lead somewhere', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    const targets = new Set([...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, target = '']) => target));
    const missing = [...targets].filter((target) => {
      const found = target
        .split('/')
        .reduce<unknown>((at, step) => (at as Readonly<Record<string, unknown>> | undefined)?.[step], document);
      return found === undefined;
    });
    expect(missing).toEqual([]);
  });

  it('has every route, and each operation its own name', () => {
    const ids = Object.values(document.paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId));
    expect(new Set(ids).size).toBe(ids.length);
    const described = new Set(ids.map((each) => each.split('.').at(-1)));
    // Of objects with a pool, which these packs have not, and with a conversion or approval processes, which are in one of them.
    const pools = ['claimRecord', 'returnRecord', 'assignRecord', 'transferRecord'];
    const approvals = ['submitForApproval', 'getPendingApproval', 'planApproval', 'getApproval', 'actOnApproval', 'decideApprovals'];
    const some = new Set([...pools, ...approvals, 'convertRecord']);
    expect(routeTable.map(({ id }) => id).filter((id) => !described.has(id) && !some.has(id))).toEqual([]);
  });

  it('declares every path parameter, and every query parameter that the route takes', () => {
    for (const route of routeTable) {
      for (const [path, item] of Object.entries(document.paths)) {
        const operation = item[route.method];
        if (operation?.operationId.split('.').at(-1) !== route.id) continue;
        const names = (operation.parameters ?? []).map((each) => ('name' in each ? each.name : each.$ref.split('/').at(-1)));
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        expect(names).toEqual(expect.arrayContaining([...inPath, ...(route.query ?? [])]));
      }
    }
  });

  it('gives examples that have all that is required', () => {
    for (const { examples = [], required = [] } of Object.entries(schemasOf(document)).flatMap(([name, schema]) =>
      name.endsWith('.Create') ? [schema] : [],
    )) {
      for (const example of examples) expect(Object.keys(example)).toEqual(expect.arrayContaining([...required]));
    }
  });
});

describe('the schemas of an object', () => {
  const model = modelOf('crm-base');
  const seen = (object: string, ...hidden: readonly string[]): ObjectDescription => {
    const found = model.objects[object];
    if (found === undefined) throw new Error(`There is no ${object}.`);
    const description = describeObject(found);
    return { ...description, fields: description.fields.filter(({ name }) => !hidden.includes(name)) };
  };

  it('tell only what the reader may see', () => {
    const document = openApiDocument({ objects: [seen('opportunity', 'amount')], model });
    const schemas = schemasOf(document);
    expect(Object.keys(schemas['Opportunity']?.properties ?? {})).not.toContain('amount');
    expect(Object.keys(document.paths).filter((path) => path.includes('/records/contact'))).toEqual([]);
    expect(JSON.stringify(schemas['Opportunity'])).not.toContain('schemas/Account');
  });

  it('have options, nulls and read-only fields', () => {
    const schemas = schemasOf(openApiDocument({ objects: [seen('opportunity'), seen('account')], model }));
    expect(schemas['Opportunity']?.properties['stage']).toMatchObject({ type: ['string', 'null'] });
    expect(schemas['Opportunity']?.properties['stage']?.enum).toEqual(expect.arrayContaining(['won', null]));
    expect(schemas['Opportunity']?.properties['account']?.anyOf).toContainEqual({ $ref: '#/components/schemas/Account' });
    expect(Object.keys(schemas['Opportunity.Create']?.properties ?? {})).not.toContain('createdAt');
    expect(schemas['Opportunity.Create']?.required).toEqual(['name']);
  });
});

describe('GET /openapi.json', () => {
  it('is for who is signed in', async () => {
    const scene = await openScene(modelOf('library'), {}, { publicUrl: 'https://crm.example' });
    try {
      expect((await scene.send('/openapi.json', { anonymous: true })).status).toBe(401);
      expect((await scene.send('/openapi.json')).json).toMatchObject({ openapi: '3.1.0', servers: [{ url: 'https://crm.example' }] });
    } finally {
      await scene.close();
    }
  });
});

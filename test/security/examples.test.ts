// The roles of an example pack: every field of every object that they see is read, restricted, from the pack's own tables.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bind, toStatement } from '@tessera/kernel';
import { compilePolicy, personWanted, restrict, viewOf, type Policy } from '@tessera/security';
import { compileRead, loadPerson, type RootQuery, type Selection } from '@tessera/storage';
import pg from 'pg';
import { shareTables } from '../../packages/storage/src/system/share-tables.ts';
import { pathOf, tableStatements } from '../support/model-fixture.ts';
import { modelOf } from '../support/packs.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { idOf, schema, slotsOf } from './access-scene.ts';

const model = modelOf('crm-base');
const roles = Object.keys(model.roles);

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const statement of tableStatements(model, schema)) await client.query(statement);
  for (const table of shareTables(schema)) await client.query(toStatement(table).text);
  for (const [n, role] of roles.entries()) {
    await client.query(`insert into ${schema}.user (id, name, email, active, roles) values ($1, $2, $3, true, $4)`, [
      idOf(n),
      role,
      `${role}@acme.example`,
      [role],
    ]);
  }
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function policyOf(role: string): Promise<Policy> {
  const door = {
    schema,
    query: async ({ text, values }: { readonly text: string; readonly values: readonly unknown[] }) => {
      const { rows, rowCount } = await client.query<Record<string, unknown>>(text, [...values]);
      return { rows, rowCount: rowCount ?? 0 };
    },
  };
  const found = await loadPerson(door, { model, userId: idOf(roles.indexOf(role)), subjects: personWanted(model) });
  if (found === undefined) throw new TypeError(`Nobody is ${role}.`);
  return compilePolicy(model, found);
}

/** All that a view has, one lookup deep. */
function rootsOf(policy: Policy): readonly RootQuery[] {
  const view = viewOf(model, policy);
  const fieldsOf = (object: string): readonly Selection[] =>
    Object.keys(view.objects[object]?.fields ?? {}).map((field) => ({ kind: 'field', as: field, field }));
  return Object.values(view.objects).map((object): RootQuery => {
    const usable = Object.values(object.fields).filter((field) => field.masked !== true && !['json', 'list'].includes(field.ruleType.kind));
    const lookups = usable.flatMap(({ name, lookup }): readonly Selection[] =>
      lookup === undefined
        ? []
        : [{ kind: 'lookup', as: `${name}There`, field: name, cases: lookup.to.map((to) => ({ object: to, selections: fieldsOf(to) })) }],
    );
    const orderBy = usable.map(({ name }) => ({ by: pathOf(model, object.name, name), descending: false }));
    return {
      kind: 'list',
      as: object.name,
      list: { object: object.name, orderBy, page: { direction: 'forward', size: 5 } },
      parts: [{ kind: 'nodes', as: 'nodes', selections: [...fieldsOf(object.name), ...lookups] }],
    };
  });
}

describe('the roles of an example pack', () => {
  it.each(roles)('let %s read what exists for them', async (role) => {
    const policy = await policyOf(role);
    const roots = rootsOf(policy);
    expect(roots.length).toBeGreaterThan(3);
    const statement = toStatement(compileRead({ model, schema }, restrict({ model, policy }, roots)));
    const slots = { ...slotsOf(policy), modelHash: model.hash };
    const { rows } = await client.query<{ answer: string | null }>(bind(statement, slots) as { text: string; values: unknown[] });
    const answer = JSON.parse(rows[0]?.answer ?? 'null') as Record<string, { nodes: readonly unknown[] }> | null;
    expect(Object.keys(answer ?? {})).toEqual(Object.keys(viewOf(model, policy).objects));
    expect(answer?.['user']?.nodes.length).toBe(5);
  });

  it('have shapes of their own', async () => {
    const shapes = new Set<string>();
    for (const role of roles) shapes.add((await policyOf(role)).shape);
    expect(shapes.size).toBe(roles.length);
  });
});

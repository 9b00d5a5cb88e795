// Writes while the metadata changes: each is made for the Model in force, or not at all.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TesseraError } from '@tessera/kernel';
import { pack, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';

const base = pack('base', {
  box: {
    fields: { size: { type: 'number' }, lid: { type: 'text' }, total: { type: 'rollup', aggregate: { of: 'things', function: 'count' } } },
  },
  thing: { fields: { box: { type: 'lookup', to: 'box', inverse: 'things' } } },
});

let engine: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [base]);
});
afterAll(() => engine.close());

const extension = (fields: Readonly<Record<string, unknown>>) => ({ 'extensions/box.json': { extends: 'box', fields } });

describe('the guard of a write', () => {
  it('tells a caller who named an older Model, and nobody else', async () => {
    const { model } = await engine.engine.runtime('acme');
    await acme.apply(extension({ first__c: { type: 'text' } }));
    const input = { object: 'box', records: [{ name: 'B' }], modelHash: model.hash };
    expect((await failureOf(acme.run('records.create', input))).code).toBe('MODEL_CHANGED');
    await acme.create('box', { name: 'B', first__c: 'x' });
  });

  it('sees what another node has applied, though nobody told this one', async () => {
    // The state as another node leaves it, without the NOTIFY that would make this one look again.
    await acme.create('box', { name: 'B' });
    await engine.sql(`update ${acme.schema}._state set access = access + 1`);
    const texts = await engine.statements(() => acme.create('box', { name: 'C' }));
    expect(texts.filter((text) => text.includes('_state')).length).toBeGreaterThan(1);
  });

  it('lets nothing through that was checked against an older Model: eight writers beside twenty changes', async () => {
    let applying = true;
    let written = 0;
    const refused = new Map<string, number>();
    const write = async (writer: number): Promise<void> => {
      const box = await acme.create('box', { name: 'B', size: 1, lid: 'x', first__c: 'w' });
      for (let i = 0; applying; i += 1) {
        try {
          if (i % 2 === 0) await acme.create('thing', { name: `T${String(writer)}`, box });
          else await acme.create('box', { name: 'N', size: i });
          written += 1;
        } catch (error) {
          if (!(error instanceof TesseraError)) throw error;
          refused.set(error.code, (refused.get(error.code) ?? 0) + 1);
        }
      }
    };
    const writers = Array.from({ length: 8 }, (_, i) => write(i));
    const fields: Record<string, unknown> = { first__c: { type: 'text' } };
    const strictFrom: number[] = [];
    for (let change = 0; change < 20; change += 1) {
      if (change % 4 === 3) fields['first__c'] = { type: 'text', required: change % 8 === 3 ? { '>': [{ var: 'size' }, 0] } : false };
      else fields[`f${String(change)}__c`] = { type: 'number', default: change };
      await acme.apply(extension(fields));
      const [state] = await engine.sql(`select count(*)::int as n from ${acme.schema}.box where first__c is null and size > 0`);
      strictFrom.push(Number(state?.['n']));
      // In force from its commit on: while the rule asks for a value nobody gets in without one.
      if (change % 8 === 3) {
        const [later] = await engine.sql(
          `select pg_sleep(0.05), count(*)::int as n from ${acme.schema}.box where first__c is null and size > 0`,
        );
        expect(later?.['n']).toBe(state?.['n']);
      }
    }
    applying = false;
    await Promise.all(writers);
    expect(written).toBeGreaterThan(20);
    // Whoever meets three changes in a row is told to try again; nothing else may come through.
    expect([...refused.keys()].filter((code) => code !== 'VALUE_REQUIRED' && code !== 'MODEL_CHANGED')).toEqual([]);
    const wrong = await engine.sql(
      `select b.id from ${acme.schema}.box b where b.total <> (select count(*) from ${acme.schema}.thing t where t.box_id = b.id and t.deleted_at is null)`,
    );
    expect(wrong).toEqual([]);
    const [missing] = await engine.sql(
      `select count(*)::int as n from ${acme.schema}.box b where b.created_at > (select max(created_at) from tessera.version where tenant = 'acme') and b.f18__c is null`,
    );
    expect(missing?.['n']).toBe(0);
  });
});

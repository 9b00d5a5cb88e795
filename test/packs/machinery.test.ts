// The pack for machinery and equipment: it is whole, and its scenarios hold, of which one is about its demo data. It also stands beside the others.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Administration } from '@tessera/engine';
import { tenantSchema } from '@tessera/storage';
import { password } from '../support/engine.ts';
import { exampleFolder } from '../support/packs.ts';
import { packDesk, provesPack, type PackDesk } from './example-pack.ts';
import { driftOf } from './life-cycle-scene.ts';

let desk: PackDesk;

beforeAll(async () => {
  desk = await packDesk();
});
afterAll(() => desk.close());

provesPack('machinery', () => desk.options, { least: 26, one: 'demoCompany' });

describe('a company that makes machines, sells software and serves shops', () => {
  it('has all packs of the industries on one tenant', async () => {
    const packs = ['crm-base', 'hightech', 'saas', 'machinery', 'fmcg'].map(exampleFolder);
    const administrator = { name: 'Admin', email: 'admin@conglomerate.example', password };
    await new Administration(desk.options).createTenant({ name: 'conglomerate', packs, demo: false, administrator });
    expect(await driftOf(desk.cell, 'conglomerate', tenantSchema('conglomerate'))).toEqual([]);
  }, 400_000);
});

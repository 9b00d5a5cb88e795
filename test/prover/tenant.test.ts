// The prover on tenants' own metadata: the example packs, a layer with rules that the oracle does not speak, an engine that leaks.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Layer } from '@tessera/metadata';
import { silentLogger } from '@tessera/kernel';
import { readPlatform } from '@tessera/packs';
import { startEmbedded } from '@tessera/storage';
import { exampleFolder, readPack } from '../support/packs.ts';
import type { Lab } from './lab.ts';
import { testSeed } from '../support/random.ts';
import { inVariant } from '../runner/variants.ts';
import type * as LabModule from './lab.ts';
import type * as ProveModule from './tenant-prove.ts';
import type * as TenantReportModule from './tenant-report.ts';
import type * as ReportModule from './report.ts';
import type * as EngineModule from '../support/engine.ts';
import type * as LeakyModule from './leaky-security.ts';
import { mutants, restrictOf } from './mutants.ts';

const { breakRestrict } = (await import(inVariant('leaky', './leaky-security.ts'))) as typeof LeakyModule;
const { openLab } = (await import(inVariant('leaky', './lab.ts'))) as typeof LabModule;
const { proveTenant, subjectOf } = (await import(inVariant('leaky', './tenant-prove.ts'))) as typeof ProveModule;
const { tenantReportText } = (await import(inVariant('leaky', './tenant-report.ts'))) as typeof TenantReportModule;
const { differencesText } = (await import(inVariant('leaky', './report.ts'))) as typeof ReportModule;
const { testEngine } = (await import(inVariant('leaky', '../support/engine.ts'))) as typeof EngineModule;

const seed = Number(process.env['PROVER_SEED'] ?? testSeed() % 1_000_000);
const worlds = Number(process.env['PROVER_WORLDS'] ?? 4);
const own = (files: Layer['files']): Layer => ({ kind: 'tenant', name: 'tenant', version: '1', namespace: '', files });

/** The layers of a tenant, lowest first. */
const layersOf = async (pack: string, ...more: readonly Layer[]): Promise<readonly Layer[]> => [
  await readPlatform(),
  readPack(exampleFolder(pack)),
  ...more,
];

/** A sharing rule that depends on the day, and a formula that reads another that does. */
const unspoken = own({
  'extensions/loan.json': {
    extends: 'loan',
    fields: {
      late__c: { type: 'formula', returns: 'text', formula: { if: [{ var: 'overdue' }, 'late', 'in time'] }, label: { en: 'Late' } },
    },
  },
  'sharingRules/newcomers__c.json': {
    name: 'newcomers__c',
    object: 'member',
    label: { en: 'Newcomers' },
    records: { when: { within: [{ var: 'createdAt' }, 'today'] } },
    to: { desk__c: { department: 'desk' } },
  },
});

/** An object, fields and permissions of a tenant's own. */
const visits = own({
  'objects/visit__c.json': {
    name: 'visit__c',
    plural: 'visits__c',
    label: { en: 'Visit' },
    sharing: 'private',
    fields: {
      name: { type: 'text', required: true, searchable: true, label: { en: 'Name' } },
      customer: { type: 'lookup', to: 'account', required: true, inverse: 'visits__c', label: { en: 'Customer' } },
      shelfCode: { type: 'text', pattern: '[A-Z]{2}-[0-9]{3}', unique: true, label: { en: 'Shelf' } },
      minutes: { type: 'number', min: 5, max: 90, label: { en: 'Minutes' } },
      whereTo: {
        type: 'formula',
        returns: 'text',
        formula: { concat: [{ var: 'name' }, ' ', { var: 'customer.name' }] },
        label: { en: 'To' },
      },
      ofCountry: { type: 'quote', through: 'customer', field: 'country', label: { en: 'Country' } },
    },
  },
  'extensions/account.json': {
    extends: 'account',
    fields: {
      averageVisit__c: {
        type: 'rollup',
        aggregate: { of: 'visits__c', function: 'avg', value: { var: 'minutes' } },
        label: { en: 'Average visit' },
      },
    },
  },
  'permissionSets/visitor__c.json': {
    name: 'visitor__c',
    label: { en: 'Visitor' },
    objects: {
      visit__c: { read: true, export: true, fields: { '*': 'read', shelfCode: 'masked' } },
      lead: { read: true, fields: { name: 'read' } },
    },
  },
  'sharingRules/longVisits__c.json': {
    name: 'longVisits__c',
    object: 'visit__c',
    label: { en: 'Long visits' },
    records: { when: { or: [{ '>': [{ var: 'minutes' }, 45] }, { '>': [{ var: 'customer.averageVisit__c' }, 60] }] } },
    to: { board__c: { group: 'board' }, head__c: { user: 'head@acme.example' } },
  },
});

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

describe(`proving a tenant (seed ${String(seed)})`, () => {
  it.each([
    ['library', [], ['loan.overdue', 'member.address']],
    [
      'crm-base',
      [visits],
      ['account.address', 'activity.attachment', 'activity.overdue', 'activity.place', 'contact.photo', 'opportunity.daysOpen'],
    ],
  ])(
    'finds nothing with %s, and says what it left out',
    async (pack, more, left) => {
      const report = await proveTenant(lab, { layers: await layersOf(pack, ...more), seed, worlds });
      expect(differencesText(report)).toBe('');
      expect(lab.blamed).toEqual([]);
      const fields = report.unjudged.filter(({ hence }) => hence === 'the field is not asked for').map(({ what }) => what);
      expect(fields.sort()).toEqual(left);
      expect(report.unjudged.filter(({ what }) => what.startsWith('a request'))).toEqual([]);
      const { figures } = report;
      expect(figures.comparisons).toBeGreaterThan(worlds * 20);
      expect(figures.full).toBeGreaterThan(figures.comparisons / 6);
    },
    300_000,
  );

  it('finds nothing with industry packs, from which it takes what names what the platform keeps', async () => {
    const report = await proveTenant(lab, { layers: await layersOf('crm-base', readPack(exampleFolder('hightech'))), seed, worlds: 2 });
    expect(differencesText(report)).toBe('');
    expect(lab.blamed).toEqual([]);
    const gone = report.unjudged.filter(({ hence }) => hence === 'the scratch tenant is without it').map(({ what }) => what);
    expect(gone).toEqual(
      expect.arrayContaining([
        'stageFlows/opportunityStages.json',
        'objects/opportunity.json#/fields/weightedAmount',
        'automations/ticketOver.json#/trigger/clock',
      ]),
    );
    expect(report.figures.full).toBeGreaterThan(0);
  });

  it('takes objects out whose sharing rules it does not speak, with their details', async () => {
    const layers = await layersOf('library', unspoken);
    const { sketch, unjudged } = subjectOf(layers);
    expect(
      Object.values(sketch.shapes)
        .filter(({ judged }) => !judged)
        .map(({ name }) => name),
    ).toEqual(['loan', 'member']);
    expect(Object.fromEntries(unjudged.map(({ what, why }) => [what, why]))).toEqual({
      'member.address': 'values of the type address',
      'loan.overdue': 'today',
      'loan.late__c': 'loan.overdue, which is not judged',
      'sharing rule newcomers__c': 'within',
      loan: 'its master member is not judged',
    });
    const report = await proveTenant(lab, { layers, seed, worlds: 2 });
    expect(differencesText(report)).toBe('');
  }, 300_000);

  it('finds a leak, and says how to have it again', async () => {
    const [lists] = mutants;
    if (lists === undefined) throw new TypeError('There is no mutant.');
    breakRestrict((real) => restrictOf(lists, real));
    try {
      const layers = await layersOf('library');
      const report = await proveTenant(lab, { layers, seed: 7, worlds: 30, surfaces: ['rest'] });
      expect(report.differences).toHaveLength(1);
      const [found] = report.differences;
      expect(found?.smallest?.records).toBeLessThan(12);
      const text = tenantReportText('acme', layers, report);
      expect(text).toContain(`Again: npm run prove -- --tenant acme --seed 7 --only ${String(found?.world)}`);
      expect(text).toContain('Smallest, with');
    } finally {
      breakRestrict();
    }
  }, 300_000);
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
}

/** Runs the command on the database that the settings name. */
function command(settings: Readonly<Record<string, string>>, args: readonly string[]): Promise<Ended> {
  const env = { PATH: process.env['PATH'] ?? '', DATA_DIR: '/nowhere', TESSERA_SECRET: 's'.repeat(32), ...settings };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'tenant-cli.ts'), ...args], { env });
  return new Promise((resolve) => {
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (out += text.toString()));
    child.on('close', (code) => {
      resolve({ code, out });
    });
  });
}

describe('npm run prove', () => {
  it('proves a tenant by its name, and leaves nothing behind', async () => {
    const scene = await testEngine();
    try {
      await scene.tenant('acme', [readPack(exampleFolder('library'))]);
      // A tenant's role bears its name, and is the server's.
      const roles = (): Promise<readonly object[]> => scene.sql(`select rolname from pg_roles where rolname like '%prove\\_%' order by 1`);
      const before = await roles();
      // The scratch database is on the same server.
      const settings = { DATABASE_URL: scene.database.url, TEST_DATABASE_URL: scene.database.url };
      const { code, out } = await command(settings, ['--tenant', 'acme', '--worlds', '2', '--seed', '3']);
      expect(out).toContain('acme (platform 1.0.0, library 1.0.0), seed 3\n2 worlds,');
      expect({ code, roles: await roles(), tenants: (await scene.cell.tenants()).map(({ name }) => name) }).toEqual({
        code: 0,
        roles: before,
        tenants: ['acme'],
      });
      const nobody = await command(settings, ['--tenant', 'nobody']);
      expect(nobody).toMatchObject({ code: 2, out: expect.stringContaining('There is no tenant nobody.') });
    } finally {
      await scene.close();
    }
  }, 400_000);

  it('says in words that a server holds the data folder', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tessera-held-'));
    const holder = await startEmbedded({ dataDir, log: silentLogger, settings: { fsync: 'off' } });
    try {
      const { code, out } = await command({ DATA_DIR: dataDir }, ['--tenant', 'acme']);
      expect(code).toBe(2);
      expect(out).toMatch(new RegExp(`^.*${dataDir} is in use by process ${String(process.pid)} .*\\n$`));
    } finally {
      await holder.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  }, 400_000);
});

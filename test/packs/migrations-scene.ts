// A pack in three versions whose upgrades change records, for the tests of migrations.
import type { Layer } from '@tessera/metadata';
import { pack, type Json, type TestEngine, type TestTenant } from '../support/engine.ts';

const text = (more: Json = {}): Json => ({ type: 'text', label: { en: 'Text' }, ...more });
const number = (more: Json = {}): Json => ({ type: 'number', precision: 12, scale: 2, label: { en: 'Number' }, ...more });
const options = (...names: readonly string[]): Json => Object.fromEntries(names.map((name) => [name, { label: { en: name } }]));
const picklist = (...names: readonly string[]): Json => ({ type: 'picklist', label: { en: 'Pick' }, options: options(...names) });
const several = (...names: readonly string[]): Json => ({ type: 'multiPicklist', label: { en: 'Picks' }, options: options(...names) });

const rollup: Json = {
  type: 'rollup',
  label: { en: 'Hot' },
  aggregate: { of: 'contacts', function: 'count', where: { '==': [{ var: 'grade' }, 'a'] } },
};

const company = (fields: Json): Json => ({ fields: { code: text({ unique: true, searchable: true }), ...fields } });

const contact = (fields: Json, more: Json = {}): Json => ({
  fields: { company: { type: 'lookup', to: 'company', inverse: 'contacts', label: { en: 'Company' } }, ...fields },
  ...more,
});

const lastName: Json = { lastName: { refuseWhen: { isBlank: { var: 'last' } }, message: { en: 'A last name is missing.' } } };

/** The pack `crm` with migrations by name. */
const crm = (version: string, objects: Readonly<Record<string, Json>>, migrations: Readonly<Record<string, Json>> = {}): Layer => {
  const files = Object.entries(migrations).map(([name, content]) => [`migrations/${name}.json`, { name, ...content }] as const);
  const made = pack('crm', objects, Object.fromEntries(files));
  const manifest = { ...(made.files['pack.json'] as Json), version };
  return { ...made, version, files: { ...made.files, 'pack.json': manifest } };
};

export const one = crm('1.0.0', {
  company: company({ region: text() }),
  contact: contact({
    fullName: text(),
    size: text(),
    street: text(),
    town: text(),
    grade: picklist('hot', 'warm', 'cold'),
    topics: several('old', 'older', 'new'),
    companyCode: text(),
  }),
});

const oneOneMigrations: Readonly<Record<string, Json>> = {
  regions: {
    version: '1.1.0',
    object: 'company',
    where: { isBlank: { var: 'region' } },
    set: { region: 'north' },
  },
};

const contactOfTwo: Json = {
  first: text({ required: true }),
  last: text(),
  size: number(),
  address: text({ searchable: true }),
  grade: picklist('a', 'b'),
  topics: several('new', 'other'),
  area: text({ required: true }),
  companyCode: text(),
};

const twoMigrations: Readonly<Record<string, Json>> = {
  names: {
    version: '2.0.0',
    order: 10,
    object: 'contact',
    former: { fullName: { type: 'text' } },
    set: { first: { part: [{ var: 'fullName' }, ' ', 1] }, last: { part: [{ var: 'fullName' }, ' ', 2] } },
  },
  addresses: {
    version: '2.0.0',
    order: 20,
    object: 'contact',
    former: { street: { type: 'text' }, town: { type: 'text' } },
    set: { address: { concat: [{ var: 'street' }, ', ', { var: 'town' }] } },
  },
  grades: {
    version: '2.0.0',
    order: 30,
    object: 'contact',
    options: { grade: { hot: 'a', warm: 'b', cold: null }, topics: { old: 'other', older: 'other' } },
  },
  sizes: {
    version: '2.0.0',
    order: 40,
    object: 'contact',
    former: { sizeText: { type: 'text', names: ['size'] } },
    where: { contains: [{ var: 'sizeText' }, 'about'] },
    set: { size: { number: { part: [{ var: 'sizeText' }, ' ', -1] } } },
  },
  areas: { version: '2.0.0', order: 50, object: 'contact', set: { area: { var: 'company.region' } } },
  codes: {
    version: '2.0.0',
    order: 60,
    object: 'company',
    reKey: { code: { value: { concat: ['C-', { var: 'code' }] }, follow: { contact: ['companyCode'] } } },
  },
};

export const oneOne = crm(
  '1.1.0',
  {
    company: company({ region: text() }),
    contact: contact({
      ...{ fullName: text(), size: text(), street: text(), town: text(), companyCode: text() },
      grade: picklist('hot', 'warm', 'cold'),
      topics: several('old', 'older', 'new'),
    }),
  },
  oneOneMigrations,
);

export const two = crm(
  '2.0.0',
  { company: company({ region: text(), hot: rollup }), contact: contact(contactOfTwo, { validationRules: lastName }) },
  { ...oneOneMigrations, ...twoMigrations },
);

/** Records of version 1.0.0. */
export interface Filled {
  readonly north: string;
  readonly ada: string;
  readonly bo: string;
  readonly cy: string;
  /** In the recycle bin. */
  readonly gone: string;
}

export async function fill(tenant: TestTenant): Promise<Filled> {
  const north = await tenant.create('company', { name: 'North', code: 'n1' });
  const south = await tenant.create('company', { name: 'South', code: 'n2', region: 'south' });
  const atNorth = { company: north, street: 'High Street', town: 'York', companyCode: 'n1' };
  const atSouth = { ...atNorth, company: south, companyCode: 'n2' };
  const topics = ['old', 'new', 'older'];
  const ada = await tenant.create('contact', { ...atNorth, name: 'Ada', fullName: 'Ada Lovelace', size: '12.5', grade: 'hot', topics });
  const bo = await tenant.create('contact', { ...atSouth, name: 'Bo', fullName: 'Bo', size: 'about 7', grade: 'warm', topics: ['new'] });
  const cy = await tenant.create('contact', { ...atNorth, name: 'Cy', fullName: 'Cy Young', grade: 'cold', companyCode: 'zzz' });
  const gone = await tenant.create('contact', { ...atSouth, name: 'Dee', fullName: 'Dee Day' });
  await tenant.remove('contact', gone);
  return { north, ada, bo, cy, gone };
}

/** Every value of every record, those of the engine's own columns but for what records are found by. */
export async function rowsOf(engine: TestEngine, schema: string): Promise<unknown> {
  const tables = ['company', 'contact'].map(async (table) => {
    const rows = await engine.sql(`select to_jsonb(t) - '_search' as row from ${schema}.${table} t order by id`);
    return rows.map(({ row }) =>
      Object.entries(row as Json)
        .filter(([name]) => !name.startsWith('_gone'))
        .sort(),
    );
  });
  return Promise.all(tables);
}

/** Of few fields, for one migration at a time. */
export const small = crm('1.0.0', {
  company: company({ region: text(), rank: picklist('a', 'b', 'c') }),
  contact: contact({ note: text(), parent: { type: 'lookup', to: 'contact', inverse: 'children', label: { en: 'Parent' } } }),
});
export const smallWith = (version: string, migrations: Readonly<Record<string, Json>>, fields: Json = {}): Layer =>
  crm(
    version,
    {
      company: company({ region: text(), rank: picklist('a', 'b', 'c'), ...fields }),
      contact: contact({ note: text(), parent: { type: 'lookup', to: 'contact', inverse: 'children', label: { en: 'Parent' } } }),
    },
    migrations,
  );
export const ofCompany = (more: Json): Json => ({ version: '2.0.0', object: 'company', ...more });

export { crm, text, picklist, several, number, contact, company };

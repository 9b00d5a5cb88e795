// Rows of the scene under load, written by PostgreSQL itself straight into the engine's tables; equal at each run.
import { industries, kinds, priorities, regions, sources, stages } from './pack.ts';
import { departments, people, person, stamps } from './people.ts';

export interface Sizes {
  readonly accounts: number;
  readonly contacts: number;
  readonly opportunities: number;
  readonly activities: number;
}

export function sizesAt(scale: number): Sizes {
  const scaled = (full: number): number => Math.max(100, Math.round(full * scale));
  return { accounts: scaled(100_000), contacts: scaled(300_000), opportunities: scaled(500_000), activities: scaled(1_000_000) };
}

/** Days of `closeDate`: three years, twelve quarters. */
export const firstCloseDate = '2023-01-01';
const closeDays = 1096;

/** What is loaded was made before this instant, what a run writes after it. */
export const loadedBefore = '2025-01-01T00:00:00Z';
const loadedFromMs = Date.UTC(2022, 0, 1);
const loadedForMs = Date.parse(loadedBefore) - loadedFromMs;

/** A number from 0 to below 1 that belongs to `n` and the salt. */
const chance = (n: string, salt: number): string => `((hashint8extended((${n})::bigint, ${String(salt)}) & 16777215)::float8 / 16777216)`;

const below = (limit: number, n: string, salt: number, power = 1): string =>
  `floor(${String(limit)} * power(${chance(n, salt)}, ${String(power)}))::bigint`;

const pick = (names: readonly string[], n: string, salt: number, power = 1): string =>
  `(array['${names.join("','")}'])[1 + ${below(names.length, n, salt, power)}]`;

/** Records of one kind, evenly over the years: ids are UUIDv7 of their time. */
interface Made {
  readonly id: (n: string) => string;
  readonly stamp: (n: string) => string;
}

function madeOver(count: number, kind: number): Made {
  const step = Math.floor(loadedForMs / (count + 1));
  const at = (n: string): string => `(${String(loadedFromMs)} + (${n})::bigint * ${String(step)})`;
  const instant = (n: string): string => `to_timestamp(${at(n)} / 1000.0)`;
  return {
    id: (n) => `(lpad(to_hex(${at(n)}::bigint), 12, '0') || '700${String(kind)}8' || substr(md5((${n})::text), 1, 15))::uuid`,
    stamp: (n) => `${instant(n)}, ${instant(n)}, 1, 'normal'`,
  };
}

/** Most records are those of the lower two levels. */
const owner = (n: string, salt: number): string =>
  person(
    `case when ${chance(n, salt)} < 0.05 then 1 + ${below(departments, n, salt + 1)} else ${String(departments + 1)} + ${below(people - departments, n, salt + 1)} end`,
  );

const words = ['Atlas', 'Borealis', 'Cobalt', 'Delta', 'Ember', 'Falcon', 'Granite', 'Harbour', 'Indigo', 'Juniper', 'Keystone', 'Lumen'];
const trades = ['Systems', 'Foods', 'Energy', 'Clinics', 'Bank', 'Logistics', 'Works', 'Media'];
const cities = ['Berlin', 'Shanghai', 'Lyon', 'Turin', 'Leeds', 'Porto', 'Oslo', 'Graz'];
const names = ['Ada', 'Ben', 'Chen', 'Dora', 'Emil', 'Fay', 'Gita', 'Hugo', 'Ines', 'Jan', 'Kira', 'Liu'];
const families = ['Abel', 'Bauer', 'Costa', 'Diaz', 'Evers', 'Fang', 'Gallo', 'Hahn', 'Ito', 'Jones', 'Klein', 'Lopez'];
const prose = `repeat('Spoke about scope, price and dates; they come back to us. ', 1 + ${below(4, 'n', 90)}::integer)`;
const searched = (name: string): string => `setweight(to_tsvector('simple', ${name}), 'A')`;

/** `insert … select` over the numbers from 1 to `count`; `columns` by name, in SQL over `n`. */
function fill(table: string, made: Made, count: number, name: string, columns: Readonly<Record<string, string>>): string {
  return `insert into ${table} (id, name, ${stamps}, _search, ${Object.keys(columns).join(', ')})
    select ${made.id('n')}, ${name}, ${made.stamp('n')}, ${searched(name)}, ${Object.values(columns).join(', ')}
    from generate_series(1, ${String(count)}) n`;
}

/** Statements that fill the tables of schema `s`, each by itself. */
export function rowStatements(s: string, sizes: Sizes): readonly string[] {
  const accounts = madeOver(sizes.accounts, 1);
  const contacts = madeOver(sizes.contacts, 2);
  const opportunities = madeOver(sizes.opportunities, 3);
  const activities = madeOver(sizes.activities, 4);
  const accountOf = (n: string): string => accounts.id(`1 + ${below(sizes.accounts, n, 30)}`);
  const about = `1 + ${below(sizes.opportunities, 'n', 60)}`;
  const day = (from: string, days: number, salt: number): string => `date '${from}' + ${below(days, 'n', salt)}::integer`;
  return [
    fill(`${s}.account`, accounts, sizes.accounts, `${pick(words, 'n', 10)} || ' ' || ${pick(trades, 'n', 11)} || ' ' || n`, {
      owner_id: owner('n', 12),
      industry: pick(industries, 'n', 14),
      region: pick(regions, 'n', 15),
      city: pick(cities, 'n', 16),
      website: `'https://a' || n || '.example'`,
      phone: `'+4930' || (1000000 + n)`,
      employees: `10 + ${below(5000, 'n', 17, 2)}`,
      revenue: `round((100000 + 50000000 * power(${chance('n', 18)}, 3))::numeric, 2)`,
      active: `${chance('n', 19)} < 0.9`,
      founded_on: day('1970-01-01', 18000, 20),
      notes: prose,
    }),
    fill(`${s}.contact`, contacts, sizes.contacts, `${pick(names, 'n', 21)} || ' ' || ${pick(families, 'n', 22)}`, {
      owner_id: owner('n', 23),
      account_id: accounts.id(`1 + n % ${String(sizes.accounts)}`),
      title: pick(['Buyer', 'Head of IT', 'Engineer', 'Director'], 'n', 25),
      email: `'c' || n || '@people.example'`,
      phone: `'+4930' || (2000000 + n)`,
      mobile: `'+49170' || (2000000 + n)`,
      department: pick(['Purchase', 'IT', 'Board', 'Works'], 'n', 26),
      birthday: day('1955-01-01', 16000, 27),
      opt_out: `${chance('n', 28)} < 0.1`,
      notes: prose,
    }),
    fill(
      `${s}.opportunity`,
      opportunities,
      sizes.opportunities,
      `${pick(words, 'n', 31)} || ' ' || ${pick(['licences', 'renewal', 'rollout', 'pilot'], 'n', 32)} || ' ' || n`,
      {
        owner_id: owner('n', 33),
        account_id: accountOf('n'),
        amount: `round((1000 + 999000 * power(${chance('n', 35)}, 2))::numeric, 2)`,
        stage: pick(stages, 'n', 36),
        probability: `round((${chance('n', 37)})::numeric, 2)`,
        close_date: day(firstCloseDate, closeDays, 38),
        source: pick(sources, 'n', 39),
        external_number: `'X-' || n`,
        next_step: pick(['Call back', 'Send the offer', 'Meet the board', 'Wait for legal'], 'n', 40),
        description: prose,
      },
    ),
    fill(`${s}.activity`, activities, sizes.activities, `${pick(kinds, 'n', 61)} || ' about ' || ${pick(words, 'n', 62)}`, {
      owner_id: owner('n', 63),
      account_id: accountOf(about),
      opportunity_id: opportunities.id(about),
      kind: pick(kinds, 'n', 61),
      priority: pick(priorities, 'n', 65),
      due_at: `timestamptz '${firstCloseDate}' + ${below(1096 * 24 * 4, 'n', 66)} * interval '15 minutes'`,
      minutes: `15 * (1 + ${below(8, 'n', 67)})`,
      done: `${chance('n', 68)} < 0.7`,
      outcome: pick(['Interested', 'No answer', 'Later', 'Agreed'], 'n', 69),
      notes: prose,
    }),
  ];
}

/** Tables that a run writes to. */
export const writtenTables = ['opportunity', 'activity'] as const;

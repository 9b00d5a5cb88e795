// decide: any rows, any questions, against an oracle that reads the rows one by one.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DecideStepModel } from '@tessera/metadata';
import type { Value } from '@tessera/rules';
import { decide } from '../../packages/workflow/src/automations/steps/decide.ts';
import { testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { random, type Random } from '../support/random.ts';
import { rates } from './decide-scene.ts';
import { doStep } from './step-harness.ts';

interface Rate {
  readonly name: string;
  readonly region: string | null;
  readonly channels: readonly string[] | null;
  readonly quantityFrom: number | null;
  readonly quantityTo: number | null;
  readonly since: string | null;
  readonly until: string | null;
  /** In 1/10^10; prices have that many decimals. */
  readonly price: bigint | null;
  readonly code: string | null;
}

interface Asked {
  readonly region: string | null;
  readonly channel: string | null;
  readonly quantity: number | null;
  readonly day: string | null;
}

const today = '2026-03-10';
const now = `${today}T12:00:00.000Z`;

let engine: TestEngine;
let acme: TestTenant;

beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [rates]);
});
afterAll(() => engine.close());

const days = [null, '2026-01-01', '2026-03-09', today, '2026-03-11', '2026-12-31'];

const rateOf = (draw: Random, i: number): Rate => ({
  name: `R${String(i)}`,
  region: draw.pick([null, null, 'north', 'south']),
  channels: draw.pick([null, null, ['web'], ['web', 'shop'], ['phone', 'shop']]),
  quantityFrom: draw.pick([null, null, 0, 10, 10.5]),
  quantityTo: draw.pick([null, null, 10, 20.25, 1000]),
  since: draw.pick(days),
  until: draw.pick([null, ...days]),
  price: draw.pick([null, 12345678901234567890n, 3n, -5000000000n, 10000000001n, 25000000000n]),
  code: draw.pick([null, 'a', 'b']),
});

const askedOf = (draw: Random): Asked => ({
  region: draw.pick([null, 'north', 'south', 'west']),
  channel: draw.pick([null, 'web', 'shop', 'phone']),
  quantity: draw.pick([null, 0, 9.9999, 10, 10.5, 20.25, 999]),
  day: draw.pick(days),
});

/** A question that a row's own cells answer, but for its dates. */
const askedFrom = (draw: Random, { region, channels, quantityFrom, quantityTo }: Rate): Asked => ({
  region: region ?? draw.pick(['north', 'west']),
  channel: channels === null ? null : draw.pick(channels),
  quantity: quantityFrom ?? (quantityTo === null ? null : quantityTo - 1),
  day: draw.pick(days),
});

function matches(rate: Rate, { region, channel, quantity, day }: Asked): boolean {
  const on = day ?? today;
  const fits = (cell: unknown, holds: () => boolean): boolean => cell === null || holds();
  return (
    fits(rate.region, () => rate.region === region) &&
    fits(rate.channels, () => channel !== null && (rate.channels ?? []).includes(channel)) &&
    fits(rate.quantityFrom, () => quantity !== null && quantity >= Number(rate.quantityFrom)) &&
    fits(rate.quantityTo, () => quantity !== null && quantity < Number(rate.quantityTo)) &&
    (rate.since === null || rate.since <= on) &&
    (rate.until === null || rate.until >= on)
  );
}

/** 1/10^10 as rules have decimals. */
function decimal(units: bigint): string {
  const text = (units < 0n ? -units : units).toString().padStart(11, '0');
  const fraction = text.slice(-10).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${text.slice(0, -10)}${fraction === '' ? '' : `.${fraction}`}`;
}

const priceOf = ({ price }: Rate): string | null => (price === null ? null : decimal(price));

function expectedOf(table: string, rows: readonly Rate[], asked: Asked): unknown {
  const found = rows.filter((rate) => matches(rate, asked));
  const [first] = found;
  const out = (rate: Rate | undefined): unknown =>
    rate === undefined ? { price: null, code: null } : { price: priceOf(rate), code: rate.code };
  switch (table) {
    case 'cheapest': {
      const priced = found.filter(({ price }) => price !== null).sort((a, b) => Number((a.price ?? 0n) - (b.price ?? 0n)));
      return out(priced[0] ?? first);
    }
    case 'oldest':
      return first === undefined ? { price: null, code: 'none' } : out(first);
    case 'only':
      if (found.length === 0) return 'DECISION_NONE';
      return found.length === 1 ? out(first) : `${String(first?.name)} and ${String(found[1]?.name)}`;
    case 'total':
      return { price: first === undefined ? null : decimal(found.reduce((sum, { price }) => sum + (price ?? 0n), 0n)) };
    default:
      return { price: found.map(priceOf), code: found.map(({ code }) => code) };
  }
}

const draw = random();

describe(`decide, with rows of seed ${String(draw.seed)}`, () => {
  it.each(['cheapest', 'oldest', 'only', 'total', 'all'])('by %s gives what the oracle gives', async (table) => {
    let matched = 0;
    for (let world = 0; world < 8; world += 1) {
      await engine.sql(`delete from ${acme.schema}.rate`);
      const rows = Array.from({ length: 2 + draw.below(5) }, (_, i) => rateOf(draw, i));
      const records = rows.map((rate) => ({ ...rate, price: priceOf(rate) }));
      await acme.run('records.create', { object: 'rate', records });
      const asked = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? askedOf(draw) : askedFrom(draw, draw.pick(rows))));
      const given = asked.map(({ region, channel, quantity, day }) => {
        const rules: Record<string, Value> = {
          region,
          channel,
          quantity: quantity === null ? null : String(quantity),
          $asOf: day,
          code: 'none',
        };
        return { rules };
      });
      const results = await doStep<DecideStepModel>(engine, acme, { automation: table, type: 'decide', doer: decide }, given, { now });
      const told = results.map((result) => {
        if (result.kind === 'done') return result.outcome;
        if (result.kind !== 'failed' || result.problem.code === 'DECISION_NONE')
          return result.kind === 'failed' ? 'DECISION_NONE' : result.kind;
        return `${String(result.problem.params?.['first'])} and ${String(result.problem.params?.['second'])}`;
      });
      expect(told).toEqual(asked.map((each) => expectedOf(table, rows, each)));
      matched += asked.filter((each) => rows.some((rate) => matches(rate, each))).length;
    }
    expect(matched).toBeGreaterThan(10);
  });
});

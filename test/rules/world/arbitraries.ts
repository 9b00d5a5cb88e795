// Random rules that are well typed, over every operator: what JavaScript and SQL must agree on.
import { dateMacros } from '@tessera/rules';
import fc from 'fast-check';
import { calendars } from './calendars.ts';
import { fields, kinds, type Frame, type Kind } from './names.ts';
import { awkward, ids } from './records.ts';

type Rule = fc.Arbitrary<unknown>;

const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Shanghai', 'Australia/Lord_Howe', 'UTC'];
const spans = ['day', 'week', 'month', 'quarter', 'year'];
const durations = ['P1M', '-P1M', 'P1D', '-P1D', 'P1Y', 'P13M2D', 'P2W', '-P1Y1M1D', 'P100Y'];
const exactDurations = ['PT1H', '-PT30M', 'P1DT1H', 'PT0.5S', '-P1MT24H', 'PT10000H', 'P0D'];
const units = ['days', 'weeks', 'months', 'years', 'hours', 'minutes'];

const workDays = ['P1D', '-P1D', 'P3D', '-P20D', 'P0D', 'P400D'];
const workDurations = [...workDays, 'PT4H', '-PT4H', 'PT0.001S', 'P1DT30M', '-P2DT9H', 'PT100H', '-PT1000H'];

const oneOf = (...items: readonly unknown[]): Rule => fc.constantFrom(...items);
const op = (name: string, ...args: readonly Rule[]): Rule => fc.tuple(...args).map((list) => ({ [name]: list }));
const call = (names: readonly string[], ...args: readonly Rule[]): Rule =>
  fc.tuple(fc.constantFrom(...names), ...args).map(([name, ...list]) => ({ [name]: list }));

const calendarName = oneOf(...Object.keys(calendars));

const smallWords = fc.oneof(
  oneOf(...awkward.text),
  fc
    .string({ unit: 'grapheme-composite', maxLength: 4 })
    .map((s) => s.replaceAll(/[\0\u10A0-\u10FF\u1C80-\u1CBF\u2C00-\u2CFF\u{10000}-\u{1F2FF}\u{1F400}-\u{10FFFF}\uA640-\uABBF]/gu, 'x')),
);

/** Literals, which stand beside something that says their type. */
const literals: Readonly<Record<Kind, Rule>> = {
  number: fc.oneof(
    oneOf(...awkward.number, 0, 1, -1, 2, 0.5, 10, 1e-9, 1.5e12),
    fc.integer({ min: -1000, max: 1000 }),
    fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((n) => Number(n.toFixed(3))),
  ),
  text: smallWords,
  boolean: fc.boolean(),
  date: fc.oneof(
    oneOf(...awkward.date),
    fc.integer({ min: 0, max: 40000 }).map((n) => new Date(n * 86_400_000).toISOString().slice(0, 10)),
  ),
  datetime: fc.oneof(
    oneOf(...awkward.datetime),
    fc.integer({ min: 1_700_000_000, max: 1_900_000_000 }).map((n) => new Date(n * 1000).toISOString()),
  ),
  time: oneOf(...awkward.time),
  reference: oneOf(ids.account(1), ids.account(2)),
  list: fc.subarray(['vip', 'new', 'old']),
};

/** Expressions whose type is plain without a neighbour. */
export class Rules {
  readonly #made = new Map<string, Rule>();

  /** A rule of the kind, with at most `depth` operators one in another. */
  of(kind: Kind, depth: number, frame: Frame = 'deal'): Rule {
    const key = `${kind} ${depth} ${frame}`;
    const made = this.#made.get(key);
    if (made !== undefined) return made;
    const leaf = fc.constantFrom(...fields[frame][kind]).map((name) => ({ var: name }));
    const rule =
      depth === 0
        ? leaf
        : fc.oneof({ weight: 1, arbitrary: leaf }, { weight: 6, arbitrary: fc.oneof(...this.#calls(kind, depth - 1, frame)) });
    this.#made.set(key, rule);
    return rule;
  }

  /** Every way to make each kind, one by one: so that none is left to luck. */
  each(depth: number): Rule[] {
    return kinds.flatMap((kind) => this.#calls(kind, depth, 'deal'));
  }

  /** A rule or a literal of the kind: only for a place whose type is given. */
  #arg(kind: Kind, depth: number, frame: Frame): Rule {
    return fc.oneof(
      { weight: 3, arbitrary: this.of(kind, depth, frame) },
      { weight: 2, arbitrary: literals[kind] },
      { weight: 1, arbitrary: oneOf(null) },
    );
  }

  #calls(kind: Kind, depth: number, frame: Frame): Rule[] {
    const own = (of: Kind): Rule => this.of(of, depth, frame);
    const arg = (of: Kind): Rule => this.#arg(of, depth, frame);
    const common = [
      op('if', arg('boolean'), own(kind), arg(kind)),
      op('if', own('boolean'), own(kind)),
      op('if', own('boolean'), own(kind), own('boolean'), arg(kind), arg(kind)),
      op('coalesce', own(kind), arg(kind)),
    ];
    if (frame === 'deal') common.push(this.#first(kind, depth));
    return [...this.#family(kind, own, arg, depth, frame), ...common];
  }

  #family(kind: Kind, own: (kind: Kind) => Rule, arg: (kind: Kind) => Rule, depth: number, frame: Frame): Rule[] {
    switch (kind) {
      case 'number':
        return [...this.#numbers(own, arg), ...(frame === 'deal' ? this.#aggregates(depth) : [])];
      case 'text':
        return texts(own, arg);
      case 'boolean':
        return [...booleans(own, arg), ...(frame === 'deal' ? this.#quantifiers(depth) : [])];
      case 'date':
        return dates(own, arg);
      case 'datetime':
        return datetimes(own, arg);
      case 'time':
        return [call(['min', 'max'], own('time'), arg('time'))];
      case 'reference':
        return [op('coalesce', own('reference'), own('reference'))];
      case 'list':
        return frame === 'deal' ? [this.#list(depth)] : [op('coalesce', own('list'), own('list'))];
    }
  }

  #numbers(own: (kind: Kind) => Rule, arg: (kind: Kind) => Rule): Rule[] {
    const n = own('number');
    return [
      call(['+', '-'], n, arg('number')),
      call(['*', '/', '%'], n, arg('number')),
      call(['+', '*', 'min', 'max'], n, arg('number'), arg('number')),
      call(['abs', '-', 'round'], n),
      call(['ceil', 'floor'], n),
      op('round', n, fc.integer({ min: -3, max: 6 }), oneOf('halfUp', 'halfEven', 'up', 'down', 'ceiling', 'floor')),
      op('pow', n, fc.oneof(fc.integer({ min: -33, max: 33 }), arg('number'))),
      op('length', fc.oneof(own('text'), own('list'))),
      op('number', fc.oneof(own('text'), op('text', own('number')))),
      op('dateDiff', own('date'), arg('date'), oneOf('days', 'weeks', 'months', 'years')),
      op('dateDiff', own('datetime'), arg('datetime'), oneOf(...units)),
      op('dateDiff', own('date'), arg('date'), oneOf('days'), calendarName),
      op('dateDiff', own('datetime'), arg('datetime'), oneOf('days', 'hours', 'minutes'), calendarName),
      call(['year', 'quarter', 'month', 'day', 'weekday'], fc.oneof(own('date'), own('datetime'))),
      call(['year', 'day', 'weekday'], own('datetime'), oneOf(...zones)),
    ];
  }

  #source(): fc.Arbitrary<{ of: unknown; frame: Frame }> {
    return fc.constantFrom<{ of: unknown; frame: Frame }>(
      { of: 'lines', frame: 'line' },
      { of: '$record.lines', frame: 'line' },
      { of: { object: 'account' }, frame: 'account' },
      { of: { ancestors: 'account.parent' }, frame: 'account' },
      { of: 'account.subsidiaries', frame: 'account' },
    );
  }

  #aggregate(name: Rule, kind: Kind, depth: number, more: Rule): Rule {
    return this.#source().chain(({ of, frame }) =>
      fc
        .tuple(
          name,
          this.of(kind, depth, frame),
          fc.option(this.of('boolean', depth, frame), { nil: undefined }),
          more,
          this.of('number', 0, frame),
        )
        .map(([fn, value, where, options, by]) => ({
          aggregate: {
            of,
            function: fn,
            value,
            ...(where === undefined ? {} : { where }),
            ...(options === true ? { sort: [{ by, descending: true }], first: 2 } : {}),
          },
        })),
    );
  }

  #aggregates(depth: number): Rule[] {
    return [
      this.#aggregate(oneOf('sum', 'avg', 'min', 'max', 'count', 'countDistinct'), 'number', depth, fc.boolean()),
      this.#aggregate(oneOf('count', 'countDistinct'), 'text', depth, fc.boolean()),
    ];
  }

  #first(kind: Kind, depth: number): Rule {
    if (kind === 'list') return this.of('list', 0);
    const names = kind === 'boolean' || kind === 'reference' ? ['first'] : ['first', 'min', 'max'];
    return this.#aggregate(oneOf(...names), kind, depth, oneOf(false));
  }

  #list(depth: number): Rule {
    return this.#aggregate(oneOf('list'), 'text', depth, fc.boolean());
  }

  #quantifiers(depth: number): Rule[] {
    return [
      this.#aggregate(oneOf('some', 'all', 'none'), 'boolean', depth, fc.boolean()),
      call(['some', 'all', 'none'], oneOf({ var: 'lines' }), this.of('boolean', depth, 'line')),
      oneOf(
        { rule: 'isWon' },
        { changed: ['amount', 'name'] },
        { changed: { var: 'closeDate' } },
        { hasRole: 'salesDirector' },
        { hasRole: 'nobody' },
      ),
      call(['==', '!='], oneOf({ var: 'stage' }), oneOf('won', 'lost', null)),
      op('in', oneOf({ var: 'stage' }), fc.subarray(['won', 'lost', 'propose'])),
    ];
  }
}

function texts(own: (kind: Kind) => Rule, arg: (kind: Kind) => Rule): Rule[] {
  const t = own('text');
  const count = fc.oneof(fc.integer({ min: -4, max: 6 }), own('number'));
  return [
    call(['concat', 'cat'], arg('text'), t, arg('text')),
    call(['lower', 'upper', 'trim', 'normalized', 'text'], t),
    op('text', fc.oneof(own('number'), own('date'), own('datetime'), own('time'), own('boolean'), own('reference'))),
    op('substr', t, count),
    op('substr', t, count, count),
    op('part', t, t, count),
    call(['left', 'right'], t, count),
    op('replace', t, arg('text'), arg('text')),
  ];
}

function booleans(own: (kind: Kind) => Rule, arg: (kind: Kind) => Rule): Rule[] {
  const sides = (kind: Kind): Rule[] => [call(['==', '!='], own(kind), arg(kind)), call(['==', '!='], own(kind), own(kind))];
  const order = (kind: Kind): Rule[] => [
    call(['<', '<=', '>', '>='], own(kind), arg(kind)),
    call(['<', '<='], arg(kind), own(kind), arg(kind)),
  ];
  return [
    ...(['number', 'text', 'boolean', 'date', 'datetime', 'time', 'reference'] as const).flatMap(sides),
    ...(['number', 'text', 'date', 'datetime', 'time'] as const).flatMap(order),
    call(['and', 'or'], own('boolean'), arg('boolean')),
    call(['and', 'or'], own('boolean'), arg('boolean'), own('boolean')),
    call(['not', '!'], own('boolean')),
    ...kinds.map((kind) => op('isBlank', own(kind))),
    call(['startsWith', 'endsWith', 'contains'], own('text'), arg('text')),
    call(['startsWith', 'endsWith', 'contains'], own('text'), op('left', own('text'), oneOf(1))),
    op('in', own('text'), own('list')),
    op('in', oneOf('vip', 'old', null), own('list')),
    op('in', arg('text'), own('text')),
    op('in', own('text'), fc.array(smallWords, { maxLength: 4 })),
    op('in', own('number'), fc.array(literals.number, { maxLength: 4 })),
    op('in', own('date'), fc.tuple(own('date'), literals.date)),
    call(['hasAny', 'hasAll'], own('list'), literals.list),
    op('within', fc.oneof(own('date'), own('datetime')), oneOf(...dateMacros)),
    op('within', own('datetime'), oneOf(...dateMacros), oneOf(...zones)),
    op('isWorkingTime', fc.oneof(own('date'), own('datetime')), calendarName),
  ];
}

function dates(own: (kind: Kind) => Rule, arg: (kind: Kind) => Rule): Rule[] {
  return [
    op('dateAdd', own('date'), fc.oneof(oneOf(...durations), fc.integer({ min: -400, max: 400 }), own('number'))),
    op(
      'dateAdd',
      own('date'),
      fc.oneof(fc.integer({ min: -13_000, max: 13_000 }), own('number')),
      oneOf('days', 'weeks', 'months', 'years'),
    ),
    op('dateAdd', own('date'), fc.oneof(oneOf(...workDays), fc.integer({ min: -400, max: 400 }), own('number')), calendarName),
    call(['startOf', 'endOf'], own('date'), oneOf(...spans)),
    op('date', own('datetime')),
    op('date', own('datetime'), oneOf(...zones)),
    oneOf({ today: [] }, { today: 'America/New_York' }),
    call(['min', 'max'], own('date'), arg('date')),
  ];
}

function datetimes(own: (kind: Kind) => Rule, arg: (kind: Kind) => Rule): Rule[] {
  return [
    op('dateAdd', own('datetime'), fc.oneof(oneOf(...durations, ...exactDurations), fc.integer({ min: -400, max: 400 }), own('number'))),
    op('dateAdd', own('datetime'), fc.oneof(fc.integer({ min: -13_000, max: 13_000 }), own('number')), oneOf(...units)),
    op('dateAdd', own('datetime'), fc.oneof(oneOf(...workDurations), fc.integer({ min: -400, max: 400 }), own('number')), calendarName),
    call(['startOf', 'endOf'], own('datetime'), oneOf(...spans)),
    call(['startOf', 'endOf'], own('datetime'), oneOf(...spans), oneOf(...zones)),
    op('datetime', own('date')),
    op('datetime', own('date'), arg('time')),
    op('datetime', own('date'), own('time'), oneOf(...zones)),
    call(['min', 'max'], own('datetime'), arg('datetime')),
  ];
}

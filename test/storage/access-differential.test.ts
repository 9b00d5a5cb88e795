// What restricts nothing changes nothing: random queries as they are, and with conditions that always hold placed everywhere.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { allOf, always, anyOf, type Expression, type PathExpression, type PathStep, type RuleType } from '@tessera/rules';
import type { AggregateQuery, ListQuery, RootQuery, Selection } from '../../packages/storage/src/query/index.ts';
import { call, childrenAggregate, literal, pathOf } from '../support/model-fixture.ts';
import { model, openScene, pick, randomSource, type Scene } from './query-scene.ts';

const seed = Number(process.env['TEST_SEED'] ?? 20_260_615);
const runs = 150;
let scene: Scene;
beforeAll(async () => {
  scene = await openScene(11, 120);
});
afterAll(() => scene.close());

/** The way in which the Model has a computed field worked out. */
function waySet(object: string, field: string): Expression | undefined {
  const found = model.objects[object]?.fields[field];
  const own = found?.formula?.expression ?? found?.rollup?.aggregate ?? found?.quote?.path;
  return own === undefined ? undefined : placed(own);
}

function placedStep(step: PathStep, followed: boolean): PathStep {
  return followed ? { ...step, where: anyOf([call('not', always(false)), always(false)]) } : { ...step, where: always(false) };
}

/** The same rule as security would leave it for somebody who sees everything. A condition on what is not followed must not matter. */
function placed(expression: Expression): Expression {
  switch (expression.node) {
    case 'literal':
    case 'given':
    case 'access':
      return expression;
    case 'call':
      return { ...expression, arguments: expression.arguments.map(placed) };
    case 'path': {
      const last = expression.steps.at(-1);
      const computed = last === undefined ? undefined : waySet(last.object, last.field);
      const steps = expression.steps.map((step, i) => placedStep(step, i + 1 < expression.steps.length));
      return { ...expression, steps, ...(computed === undefined ? {} : { computed }) };
    }
    case 'aggregate': {
      const { value, where, source } = expression;
      return {
        ...expression,
        source: source.kind === 'object' ? source : { ...source, steps: source.steps.map((step) => placedStep(step, true)) },
        where: allOf([call('not', always(false)), ...(where === undefined ? [] : [placed(where)])]),
        ...(value === undefined ? {} : { value: placed(value) }),
      };
    }
  }
}

const number: RuleType = { kind: 'number' };
const names = [
  'name',
  'stage',
  'account.name',
  'account.industry',
  'account.parent.name',
  'accountName',
  'parentName',
  'about:account.name',
  'about:contact.email',
];
const amounts = ['amount', 'precise', 'doubled', 'account.total', 'account.openCount', 'account.parent.total'];

class Draw {
  readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  path(): PathExpression {
    return pathOf(model, 'opportunity', pick(this.random, [...names, ...amounts, 'closeDate', 'closedAt']));
  }

  condition(depth = 0): Expression {
    const kind = this.random();
    if (depth < 3 && kind < 0.4) {
      const parts = [this.condition(depth + 1), this.condition(depth + 1)];
      return call(pick(this.random, ['and', 'or']), ...parts);
    }
    if (kind < 0.55) return call('not', this.condition(depth + 1));
    if (kind < 0.7) {
      const value = call('>', pathOf(model, 'opportunity', 'amount', 1), literal(number, pick(this.random, ['0', '10', '99'])));
      const aggregate = childrenAggregate(model, 'account', 'opportunities', {
        function: pick(this.random, ['some', 'all', 'none']),
        value,
      });
      const { steps } = pathOf(model, 'opportunity', pick(this.random, ['account.id', 'account.parent.id']));
      if (aggregate.source.kind === 'object') return aggregate;
      return { ...aggregate, type: { kind: 'boolean' }, source: { ...aggregate.source, steps: steps.slice(0, -1) } };
    }
    if (kind < 0.85) {
      const by = pathOf(model, 'opportunity', pick(this.random, amounts));
      return call(pick(this.random, ['<', '>=', '==', '!=']), by, literal(number, pick(this.random, ['0', '10.5', '12', '200'])));
    }
    const by = pathOf(model, 'opportunity', pick(this.random, names));
    const value = pick(this.random, [null, 'Zebra', 'open', 'saas', 'Äpfel 3']);
    return call('==', by, literal(value === null ? { kind: 'null' } : { kind: 'text' }, value));
  }

  selections(): readonly Selection[] {
    const fields = ['id', 'name', 'doubled', 'accountName', 'parentName', 'amount', 'about'];
    return [
      ...fields.map((field): Selection => ({ kind: 'field', as: field, field })),
      { kind: 'expression', as: 'some', expression: this.path() },
      { kind: 'expression', as: 'other', expression: this.condition() },
    ];
  }

  list(): { readonly list: ListQuery; readonly selections: readonly Selection[] } {
    const orderBy = Array.from({ length: Math.floor(this.random() * 3) }, () => ({ by: this.path(), descending: this.random() < 0.5 }));
    const page: ListQuery['page'] = { direction: this.random() < 0.5 ? 'forward' : 'backward', size: 40 };
    return { list: { object: 'opportunity', where: this.condition(), orderBy, page }, selections: this.selections() };
  }

  aggregate(): AggregateQuery {
    const measured = pathOf(model, 'opportunity', pick(this.random, amounts));
    return {
      object: 'opportunity',
      where: this.condition(),
      groupBy: [{ name: 'k', by: this.path() }],
      measures: [
        { name: 'n', function: 'count', where: this.condition() },
        { name: 's', function: 'sum', value: measured },
      ],
      having: { kind: 'not', condition: { kind: 'compare', measure: 'n', operator: '>', value: '3' } },
      orderBy: [{ name: 'n', descending: true }],
      first: 50,
      output: [
        { kind: 'group', as: 'k', name: 'k' },
        { kind: 'measure', as: 'n', name: 'n' },
        { kind: 'measure', as: 's', name: 's' },
      ],
    };
  }
}

function placedSelection(selection: Selection): Selection {
  if (selection.kind === 'expression') return { ...selection, expression: placed(selection.expression) };
  if (selection.kind !== 'field') return selection;
  const computed = waySet('opportunity', selection.field);
  return computed === undefined ? selection : { ...selection, computed };
}

function listRoot(list: ListQuery, selections: readonly Selection[]): RootQuery {
  const edges = [{ kind: 'cursor', as: 'cursor' } as const, { kind: 'node', as: 'node', selections } as const];
  return {
    kind: 'list',
    as: 'list',
    list,
    parts: [
      { kind: 'edges', as: 'edges', parts: edges },
      { kind: 'totalCount', as: 'n' },
    ],
  };
}

const some = (expression: Expression | undefined): Expression => placed(expression ?? always(true));

it(`answers what it did, cursors included (${String(runs)} random requests, seed ${String(seed)})`, async () => {
  const draw = new Draw(randomSource(seed));
  let records = 0;
  for (let run = 0; run < runs; run += 1) {
    const { list, selections } = draw.list();
    const aggregate = draw.aggregate();
    const plain = await scene.text([listRoot(list, selections), { kind: 'aggregate', as: 'groups', aggregate }]);
    const narrowed: ListQuery = {
      ...list,
      where: allOf([call('not', always(false)), some(list.where)]),
      orderBy: list.orderBy.map((key) => ({ ...key, by: placed(key.by) })),
    };
    const measures = aggregate.measures.map((measure) => ({
      ...measure,
      ...(measure.value === undefined ? {} : { value: placed(measure.value) }),
      ...(measure.where === undefined ? {} : { where: placed(measure.where) }),
    }));
    const groupBy = aggregate.groupBy.map((key) => ({ ...key, by: placed(key.by) }));
    const restricted = await scene.text([
      listRoot(narrowed, selections.map(placedSelection)),
      { kind: 'aggregate', as: 'groups', aggregate: { ...aggregate, where: some(aggregate.where), groupBy, measures } },
    ]);
    expect({ run, answer: restricted }).toEqual({ run, answer: plain });
    records += (JSON.parse(String(plain)) as { readonly list: { readonly n: number } }).list.n;
  }
  // Where most conditions chose nothing, much would agree that differs.
  expect(records).toBeGreaterThan(runs * 10);
});

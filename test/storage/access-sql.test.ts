// The SQL of what security places into queries, word by word.
import { describe, expect, it } from '@jest/globals';
import { bind, toStatement, type Statement } from '@tessera/kernel';
import { conditionSql, type Expression, type PathExpression } from '@tessera/rules';
import { startCompilation } from '../../packages/storage/src/query/compilation.ts';
import { rowEnvironment } from '../../packages/storage/src/query/environment.ts';
import {
  compileRead,
  expressionSql,
  orderDigest,
  queryCost,
  type ListQuery,
  type Selection,
} from '../../packages/storage/src/query/index.ts';
import { call, literal } from '../support/model-fixture.ts';
import {
  access,
  editsAccount,
  idOf,
  is,
  master,
  model,
  not,
  number,
  owner,
  path,
  restricted,
  seesAccount,
  shared,
  slots,
  target,
  text,
} from './access-scene.ts';

const valueText = (expression: Expression): string => toStatement(expressionSql(target, expression, { rows: ['t', 'u'] })).text;
const conditionText = (expression: Expression): string =>
  toStatement(conditionSql(expression, rowEnvironment(startCompilation(target), 't'))).text;

const ownerText = (alias: string): string =>
  `(case when cardinality($1::uuid[]) <= 25 then "${alias}"."owner_id" = any($1::uuid[]) else "${alias}"."owner_id" in (select unnest($1::uuid[])) end)`;
const shareText = (object: string, rest = ''): string =>
  `exists (select from "t_access"."_share" "q1" where "q1"."object" = '${object}' and "q1"."record_id" = "t"."id" and "q1"."subject" = any($1::text[]) and ("q1"."expires_at" is null or "q1"."expires_at" > $2::timestamptz)${rest})`;

describe('an access condition in SQL', () => {
  it('asks the owner so that an index on it serves, and is total where it must be', () => {
    expect(conditionText(owner('account'))).toBe(ownerText('t'));
    expect(valueText(owner('account'))).toBe(`coalesce(${ownerText('t')}, false)`);
    expect(conditionText(not(owner('account')))).toBe(`(not coalesce(${ownerText('t')}, false))`);
  });

  it('looks for a live share of the record, of a level and of an origin', () => {
    expect(conditionText(shared('account'))).toBe(shareText('account'));
    expect(conditionText(shared('deal', 'edit'))).toBe(shareText('deal', ` and "q1"."access" = 'edit'`));
    expect(conditionText(shared('deal', 'read', 'team'))).toBe(shareText('deal', ` and "q1"."origin" = 'team'`));
    expect(conditionText(shared('deal', 'edit', 'manual'))).toBe(
      shareText('deal', ` and "q1"."access" = 'edit' and "q1"."origin" = 'manual'`),
    );
    expect(valueText(shared('account'))).toBe(shareText('account'));
  });

  it('has the shares’ records found by their ids where they and those of a few owners are all there is', () => {
    expect(conditionText(access('deal', { kind: 'share', access: 'edit', beside: 'mine' }))).toBe(
      `(case when cardinality($1::uuid[]) <= 25 then "t"."id" = any(array(select "q1"."record_id" from "t_access"."_share" "q1" where "q1"."object" = 'deal' and "q1"."subject" = any($2::text[]) and ("q1"."expires_at" is null or "q1"."expires_at" > $3::timestamptz) and "q1"."access" = 'edit')) else ${shareText('deal', ` and "q1"."access" = 'edit'`).replace('$2', '$3').replace('$1', '$2')} end)`,
    );
  });

  it('asks for a master, in the bin or not', () => {
    expect(conditionText(master('line', 'order', 'order', owner('order')))).toBe(
      `exists (select from "t_access"."order" "q1" where "q1"."id" = "t"."order_id" and ${ownerText('q1')})`,
    );
  });

  it('speaks of the frame that it names', () => {
    expect(valueText(access('deal', { kind: 'owner', slot: 'mine' }, 1))).toContain('"u"."owner_id"');
    expect(() => valueText(access('deal', { kind: 'owner', slot: 'mine' }, 2))).toThrow(TypeError);
  });

  it('has arrays bound as arrays, and passes over slots that it does not have', () => {
    const statement: Statement = toStatement(expressionSql(target, seesAccount, { rows: ['t'] }));
    expect(bind(statement, slots).values).toEqual([[idOf('anna')], slots.subjects, slots.now]);
  });
});

const step = '(select "q1"."name" from "t_access"."account" "q1" where "q1"."id" = "t"."account_id" and "q1"."deleted_at" is null';

describe('a restricted path in SQL', () => {
  it('has the condition on the record that it leads to', () => {
    expect(valueText(path('deal', 'account.name'))).toBe(`${step})`);
    expect(valueText(restricted(path('deal', 'account.name'), owner('account')))).toBe(`${step} and ${ownerText('q1')})`);
  });

  it('has it nowhere where the lookup is not followed: its id is the holder’s own value', () => {
    const last: PathExpression = { ...path('deal', 'account'), steps: [{ object: 'deal', field: 'account', where: seesAccount }] };
    expect(valueText(last)).toBe('"t"."account_id"');
  });

  it('is worked out for the reader where the last step is computed', () => {
    const plain = path('deal', 'sizeTwice');
    const computed = restricted(path('deal', 'account.size'), owner('account'));
    const size = step.replace('"q1"."name"', '"q1"."size"');
    expect(valueText({ ...plain, computed })).toBe(`${size} and ${ownerText('q1')})`);
    expect(valueText(plain)).toContain(`${size})`);
  });

  it('follows a computed lookup as it is for the reader', () => {
    const plain = path('deal', 'accountParent:account.name');
    const [first, ...rest] = plain.steps;
    const computed = restricted(path('deal', 'account.parent'), owner('account'));
    if (first === undefined) throw new Error('A path has steps.');
    const placed: PathExpression = { ...plain, steps: [{ ...first, computed }, ...rest] };
    expect(valueText(placed)).toBe(
      `(select "q1"."name" from "t_access"."account" "q1" where "q1"."id" = ((select "q2"."parent_id" from "t_access"."account" "q2" where "q2"."id" = "t"."account_id" and "q2"."deleted_at" is null and ${ownerText('q2')}))::uuid and "q1"."deleted_at" is null)`,
    );
  });

  it('gives no secret away, however it is worked out', () => {
    expect(valueText({ ...path('account', 'token'), computed: path('account', 'note') })).toBe('null::text');
  });
});

describe('a selected field in SQL', () => {
  const selected = (object: string, selection: Omit<Extract<Selection, { kind: 'field' }>, 'kind' | 'as'>): string => {
    const selections: readonly Selection[] = [{ kind: 'field', as: 'f', ...selection }];
    return toStatement(compileRead(target, [{ kind: 'record', as: 'r', object, by: { id: idOf('a1') }, selections }])).text;
  };

  it('is masked in the database, so that no more leaves it', () => {
    expect(selected('account', { field: 'note', masked: true })).toContain(
      `coalesce(case when char_length("q1"."note") >= 8 then to_json('••••' || right("q1"."note", 4))::text when "q1"."note" is not null then to_json('••••'::text)::text end, 'null')`,
    );
    expect(selected('account', { field: 'token', masked: true })).toContain(
      `coalesce(case when "q1"."token" is not null then to_json('••••' || split_part("q1"."token", '.', 4))::text end, 'null')`,
    );
  });

  it('keeps its own form on the wire, worked out for the reader', () => {
    const computed = call('*', restricted(path('deal', 'account.size'), owner('account')), literal(number, '2'));
    expect(selected('deal', { field: 'sizeTwice', computed })).toContain(`trim_scale(`);
    expect(selected('deal', { field: 'sizeTwice', computed })).toContain('"owner_id" = any(');
  });
});

describe('what security places', () => {
  const list = (by: Expression, where?: Expression): ListQuery => ({
    object: 'deal',
    orderBy: [{ by, descending: false }],
    page: { direction: 'forward', size: 10 },
    ...(where === undefined ? {} : { where }),
  });
  const asked = path('deal', 'account.name');

  it('costs the caller nothing', () => {
    const cost = (query: ListQuery): unknown => queryCost(model, [{ kind: 'list', as: 'a', list: query, parts: [] }]);
    const where = is(asked, 'a1');
    const placed = call('and', is({ ...restricted(asked), computed: restricted(asked) }, 'a1'), editsAccount);
    expect(cost(list(restricted(asked), placed))).toEqual(cost(list(asked, where)));
  });

  it('leaves cursors valid, which are opened before it is placed and outlive a change of permissions', () => {
    expect(orderDigest(list({ ...restricted(asked), computed: literal(text, 'x') }))).toBe(orderDigest(list(asked)));
    expect(orderDigest(list(path('deal', 'account.note')))).not.toBe(orderDigest(list(asked)));
  });
});

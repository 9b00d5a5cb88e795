// The plan as text: which statements, in which order, with which risk; and what is refused before anything is touched.
import { describe, expect, it } from '@jest/globals';
import { sql, TesseraError, toStatement } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import { asideName, attachedName, inlineParameters, planDdl, type DdlPlan } from '../../packages/storage/src/ddl/index.ts';
import { ddlModel, numeric, text, type DdlField, type DdlObject } from '../support/ddl-model.ts';
import { textOf } from './ddl-scene.ts';

const one = (fields: Readonly<Record<string, DdlField>>, more: Partial<DdlObject> = {}): Model =>
  ddlModel({ account: { fields, ...more } });
const plan = (from: Model | undefined, to: Model): DdlPlan => planDdl(from, to, { schema: 't' });

describe('the plan of new tables', () => {
  it('makes tables with their indexes first and binds them last', () => {
    const made = plan(
      undefined,
      one({ code: { column: text, unique: true }, parent: { column: 'lookup', to: ['account'], required: true } }),
    );
    expect(made.steps.map((step) => `${step.kind} ${step.object} ${step.risk}`)).toEqual([
      'createTable user safe',
      'createTable account safe',
      'addForeignKey user safe',
      'addForeignKey account safe',
    ]);
    expect(textOf({ ...made, steps: made.steps.filter((step) => step.object === 'account') })).toEqual([
      'create table "t"."account" ("id" uuid not null, "name" text, "owner_id" uuid, "created_at" timestamp(3) with time zone, ' +
        '"version" integer not null default 1, "deleted_at" timestamp(3) with time zone, "life_status" text not null default \'normal\'::text, ' +
        '"deletion_id" uuid, "code" text, "parent_id" uuid not null, constraint "account$id$pk" primary key (id))',
      'create index "account$owner_id$index" on "t"."account" ("owner_id", "id") where deleted_at is null',
      'create unique index "account$code$unique" on "t"."account" ("code") where deleted_at is null',
      'create index "account$parent_id$index" on "t"."account" ("parent_id", "id") where deleted_at is null',
      'alter table "t"."account" add constraint "account$owner_id$fk" foreign key ("owner_id") references "t"."user" (id)',
      'alter table "t"."account" add constraint "account$parent_id$fk" foreign key ("parent_id") references "t"."account" (id)',
    ]);
    expect(made.validations).toEqual([]);
  });
});

describe('the plan of a change', () => {
  it('is empty between equal Models, whatever they say about former names', () => {
    const model = one({ code: { column: text, renamedFrom: ['key'] }, key: { column: text, renamedFrom: ['code'] } });
    expect(plan(model, model)).toMatchObject({ steps: [], validations: [], concurrently: [], preparations: [] });
  });

  it('adds a lookup without holding up anybody: not valid now, validated later', () => {
    const made = plan(one({}), one({ parent: { column: 'lookup', to: ['account'] } }));
    expect(textOf(made)).toEqual([
      'alter table "t"."account" add column "parent_id" uuid',
      'create index "account$parent_id$index" on "t"."account" ("parent_id", "id") where deleted_at is null',
      'alter table "t"."account" add constraint "account$parent_id$fk" foreign key ("parent_id") references "t"."account" (id) not valid',
    ]);
    expect(made.validations.map((statement) => toStatement(statement).text)).toEqual([
      'alter table "t"."account" validate constraint "account$parent_id$fk"',
    ]);
  });

  it('renames columns, indexes and constraints with a field, over a temporary name where two swap', () => {
    const before = one({ a: { column: text, indexed: true }, b: { column: text } });
    const after = one({ a: { column: text, renamedFrom: ['b'] }, b: { column: text, indexed: true, renamedFrom: ['a'] } });
    expect(textOf(plan(before, after))).toEqual([
      'alter table "t"."account" rename column "b" to "_moving_1"',
      'alter table "t"."account" rename column "a" to "b"',
      'alter table "t"."account" rename column "_moving_1" to "a"',
      'alter index if exists "t"."account$a$index" rename to "account$b$index"',
    ]);
  });

  it('takes a rename as said where the old holder of the name is gone, and as void where both names go on', () => {
    const both = one({ a: { column: text }, b: { column: text } });
    expect(plan(both, one({ a: { column: text, renamedFrom: ['b'] } })).steps.map((step) => `${step.kind} ${step.field ?? ''}`)).toEqual([
      'setAside a',
      'renameColumn a',
    ]);
    expect(plan(both, one({ a: { column: text, renamedFrom: ['b'] }, b: { column: text } })).steps).toEqual([]);
  });

  it('renames back what the present Model says was renamed, where it leads to what was in force before', () => {
    const before = one({ a: { column: text, indexed: true }, b: { column: text } });
    const after = one({ b: { column: text, indexed: true, renamedFrom: ['a'] }, c: { column: text, renamedFrom: ['b'] } });
    const back = planDdl(after, before, { schema: 't', back: true });
    expect(textOf(back)).toEqual([
      'alter table "t"."account" rename column "b" to "a"',
      'alter table "t"."account" rename column "c" to "b"',
      'alter index if exists "t"."account$b$index" rename to "account$a$index"',
    ]);
    expect(back.moves.fields).toEqual([
      { object: 'account', from: 'b', to: 'a' },
      { object: 'account', from: 'c', to: 'b' },
    ]);
    expect(plan(after, before).steps.map(({ kind }) => kind)).toContain('setAside');
  });

  it('lets numbers grow longer in the catalogue alone, and keeps the columns of a field that sleeps', () => {
    expect(textOf(plan(one({ n: { column: numeric(10, 2) } }), one({ n: { column: numeric(12, 2) } })))).toEqual([
      'alter table "t"."account" alter column "n" type numeric(12,2)',
    ]);
    expect(textOf(plan(one({ n: { column: text, required: true } }), one({ n: { column: text, required: true, dormant: true } })))).toEqual(
      ['alter table "t"."account" alter column "n" drop not null'],
    );
  });

  it('gives a required field its default without writing a row', () => {
    expect(
      textOf(
        plan(
          one({}),
          one({ size: { column: numeric(5, 1), required: true, default: '2.5' }, on: { column: { kind: 'boolean' }, default: true } }),
        ),
      ),
    ).toEqual([
      `alter table "t"."account" add column "size" numeric(5,1) not null default '2.5'::numeric(5,1)`,
      'alter table "t"."account" alter column "size" drop default',
      'alter table "t"."account" add column "on" boolean not null default true',
      'alter table "t"."account" alter column "on" set default false',
    ]);
  });

  it('fills large tables ahead, binds them later, and says so', () => {
    const table = { name: 'account', columns: [], attributes: 10, rows: 1e6, indexes: [], constraints: [], comment: undefined };
    const made = planDdl(one({ n: { column: text } }), one({ n: { column: numeric(), required: true, indexed: true } }), {
      schema: 't',
      existing: { tables: { account: table } },
    });
    expect(made.preparations.map(({ field, add }) => [field, toStatement(add).text])).toEqual([
      ['n', 'alter table "t"."account" add column "_new_n" numeric(18,2)'],
    ]);
    expect(made.concurrently.map(({ create }) => toStatement(create).text)).toContain(
      'create index concurrently "account$n$index" on "t"."account" ("n", "id") where deleted_at is null',
    );
    expect(textOf(made)).toContain('alter table "t"."account" add constraint "account$n$required" check ("n" is not null) not valid');
  });
});

describe('what the planner refuses', () => {
  const refusal = (work: () => unknown): TesseraError => {
    try {
      work();
    } catch (error) {
      if (error instanceof TesseraError) return error;
    }
    throw new Error('It was not refused.');
  };

  it('changes of type that no value survives, one or all of them', () => {
    const before = one({ a: { column: { kind: 'date' } }, b: { column: { kind: 'json' } } });
    expect(refusal(() => plan(before, one({ a: { column: { kind: 'boolean' } } }))).message).toBe(
      'account.a: values of type date cannot become boolean. Give the field a new name; the old one is set aside with its data.',
    );
    const all = refusal(() => plan(before, one({ a: { column: { kind: 'boolean' } }, b: { column: text } })));
    expect([all.code, all.problems.map((problem) => problem.code)]).toEqual([
      'DDL_REFUSED',
      ['CHANGE_TYPE_IMPOSSIBLE', 'CHANGE_TYPE_IMPOSSIBLE'],
    ]);
  });

  it('to lay open what was encrypted', () => {
    expect(refusal(() => plan(one({ key: { column: text, type: 'secret' } }), one({ key: { column: text } }))).code).toBe(
      'CHANGE_TYPE_IMPOSSIBLE',
    );
  });

  it('more fields than a row holds', () => {
    const fields = Object.fromEntries(Array.from({ length: 331 }, (_, n) => [`f${n}`, { column: text }] as const));
    expect(refusal(() => plan(undefined, one(fields)))).toMatchObject({ code: 'MODEL_TOO_MANY_COLUMNS', params: { object: 'account' } });
  });
});

describe('names', () => {
  it('fit PostgreSQL with room for what Citus appends, and stay apart when shortened', () => {
    const long = 'a'.repeat(55);
    const first = attachedName(long, `${long}1`, 'unique');
    expect(first.length).toBeLessThanOrEqual(54);
    expect(first).not.toBe(attachedName(long, `${long}2`, 'unique'));
    expect(asideName(1234, `${long}bcd`).length).toBeLessThanOrEqual(63);
  });
});

describe('constants in DDL', () => {
  it('are written out safely', () => {
    expect(toStatement(inlineParameters(sql`${"o'clock"}, ${'back\\slash'}, ${-1.5}, ${true}, ${null}, ${['a', 'b']}, ${[]}`))).toEqual({
      text: `'o''clock',  E'back\\\\slash', (-1.5), true, null, array['a', 'b'], '{}'`,
      values: [],
    });
    expect(() => inlineParameters(sql`${{ a: 1 }}`)).toThrow(TypeError);
    expect(() => inlineParameters(sql`${Number.NaN}`)).toThrow(TypeError);
  });
});

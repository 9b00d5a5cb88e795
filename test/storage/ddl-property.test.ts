// Any Model to any other, and back again, over real rows: the tables are then as the Model says, what stayed the same kept its data, nothing
// is left to do.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TesseraError } from '@tessera/kernel';
import type { Column, Model } from '@tessera/metadata';
import fc from 'fast-check';
import { fieldsWithColumns, type DdlPlan } from '../../packages/storage/src/ddl/index.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { id, Scene, schema } from './ddl-scene.ts';
import { deeds, isTellable, Maker, modelOfWorld, type Deed, type World } from './ddl-world.ts';

let database: TestDatabase;
let scene: Scene;
beforeAll(async () => {
  database = await testDatabase();
  scene = await Scene.open(database.url);
});
afterAll(async () => {
  await scene.close();
  await database.drop();
});

const chosen = fc.nat({ max: 1000 });
const deed: fc.Arbitrary<Deed> = fc.record({ what: fc.constantFrom(...deeds), a: chosen, b: chosen, c: chosen });
const stage = fc.record({
  todo: fc.array(deed, { minLength: 1, maxLength: 6 }),
  large: fc.boolean(),
  validate: fc.boolean(),
  back: fc.boolean(),
  rows: fc.array(chosen, { maxLength: 3 }),
});

type Stage = typeof stage extends fc.Arbitrary<infer T> ? T : never;

/** `<object uid>.<field uid>.<column's target>` → the column's texts by record. */
type Contents = ReadonlyMap<string, ReadonlyMap<string, string | null>>;

function columnKey(object: number, field: number, column: Column, world: World): string {
  const target = column.references === undefined ? '' : `>${world.get(column.references)?.uid ?? 'user'}`;
  return `${object}.${field}${target}`;
}

async function readContents(world: World, model: Model): Promise<Contents> {
  const contents = new Map<string, ReadonlyMap<string, string | null>>();
  for (const [name, object] of world) {
    const found = model.objects[name];
    if (found === undefined) continue;
    for (const field of fieldsWithColumns(found)) {
      const uid = object.fields.get(field.name)?.uid;
      if (uid === undefined) continue;
      for (const column of field.columns) {
        const rows = await scene.rows(found.table, 'id', `"${column.name}"::text as value`);
        contents.set(
          columnKey(object.uid, uid, column, world),
          new Map(rows.map((row) => [String(row['id']), row['value'] as string | null])),
        );
      }
    }
  }
  return contents;
}

function valueOf(column: Column, n: number): unknown {
  switch (column.type.kind) {
    case 'numeric':
      return String(n);
    case 'boolean':
      return n % 2 === 0;
    case 'date':
      return `2026-01-${String((n % 28) + 1).padStart(2, '0')}`;
    case 'datetime':
      return `2026-01-01T00:00:${String(n % 60).padStart(2, '0')}Z`;
    case 'time':
      return `10:00:${String(n % 60).padStart(2, '0')}`;
    case 'textList':
      return [`t${n}`];
    case 'json':
      return JSON.stringify({ n });
    default:
      return n % 3 === 0 ? `word ${n}` : String(n);
  }
}

class Run {
  #record = 0;

  /** Adds a row to each object; rows that a rule of the Model refuses are left out. */
  async fill(model: Model, n: number): Promise<void> {
    for (const object of Object.values(model.objects)) {
      this.#record += 1;
      const row: Record<string, unknown> = { id: id(this.#record) };
      for (const field of fieldsWithColumns(object)) {
        if (field.system || (n + this.#record) % 4 === 0) continue;
        const column = field.columns[this.#record % field.columns.length];
        if (column === undefined) continue;
        row[column.name] =
          column.references === undefined ? valueOf(column, this.#record) : await this.#someRecord(model, column.references);
      }
      await scene.insert(object.table, row).catch((error: unknown) => {
        if (!/violates/.test(String(error))) throw error;
      });
    }
  }

  async #someRecord(model: Model, object: string): Promise<unknown> {
    const rows = await scene.run(`select id from ${schema}.${model.objects[object]?.table ?? ''} order by id desc limit 1`);
    return rows[0]?.['id'];
  }
}

/** A Model with the world that it is of. */
interface Place {
  readonly world: World;
  readonly model: Model;
}

function columnTypes({ world, model }: Place): ReadonlyMap<string, string> {
  return new Map(
    [...world].flatMap(([name, object]) =>
      [...object.fields].flatMap(([field, { uid }]) => {
        const found = model.objects[name]?.fields[field] ?? model.objects[name]?.dormantFields[field];
        return (found?.columns ?? []).map((column): [string, string] => [
          columnKey(object.uid, uid, column, world),
          JSON.stringify(column.type),
        ]);
      }),
    ),
  );
}

/** Columns that go on with the same type, so that their texts must be the same. */
function sameTypes(before: Place, after: Place): readonly string[] {
  const first = columnTypes(before);
  return [...columnTypes(after)].filter(([key, type]) => first.get(key) === type).map(([key]) => key);
}

/** Columns that had no other type in between: their texts must be back. */
function fetched(place: Place, between: Place): readonly string[] {
  const meanwhile = columnTypes(between);
  return [...columnTypes(place)].filter(([key, type]) => (meanwhile.get(key) ?? type) === type).map(([key]) => key);
}

async function expectContents({ world, model }: Place, keys: readonly string[], contents: Contents): Promise<void> {
  const now = await readContents(world, model);
  for (const key of keys) expect([key, now.get(key)]).toEqual([key, contents.get(key)]);
  expect(await scene.drift(model)).toEqual([]);
}

/** Goes back to where it came from, and forward again; gives where that ends. */
async function thereAndBack(old: Place, now: Place, contents: Contents, { large, validate }: Stage): Promise<Place> {
  const later = await readContents(now.world, now.model);
  if (!(await tried(now.model, old.model, { large, validate, back: true }))) return now;
  await expectContents(old, fetched(old, now), contents);
  if (!(await tried(old.model, now.model, { large, validate, back: false }))) return old;
  await expectContents(now, fetched(now, old), later);
  return now;
}

// Two objects with some fields, so that every deed finds something to do.
const beginning: readonly Deed[] = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => ({
  what: n < 2 ? 'addObject' : 'addField',
  a: n % 2,
  b: 1 + n * 7,
  c: n * 3,
}));

async function runStages(stages: readonly Stage[]): Promise<void> {
  await scene.reset();
  const maker = new Maker();
  const run = new Run();
  const world = maker.change(new Map(), beginning);
  let place: Place = { world, model: modelOfWorld(world) };
  await scene.go(undefined, place.model);
  await run.fill(place.model, 1);
  for (const stage of stages) {
    const next = maker.change(place.world, stage.todo);
    if (!isTellable(place.world, next)) continue;
    const target = { world: next, model: modelOfWorld(next) };
    const contents = await readContents(place.world, place.model);
    if (await tried(place.model, target.model, { ...stage, back: false })) {
      await expectContents(target, sameTypes(place, target), contents);
      place = stage.back ? await thereAndBack(place, target, contents, stage) : target;
    }
    expect(await scene.drift(place.model)).toEqual([]);
    expect((await scene.plan(place.model, place.model)).steps).toEqual([]);
    for (const n of stage.rows) await run.fill(place.model, n);
  }
}

/** False where the change is impossible, or rows would break. */
async function tried(from: Model, to: Model, { large, validate, back }: Pick<Stage, 'large' | 'validate' | 'back'>): Promise<boolean> {
  let plan: DdlPlan;
  try {
    plan = await scene.prepared(from, to, { ...(large ? { largeTable: 0 } : {}), mostAttributes: 16, back });
  } catch (error) {
    if (error instanceof TesseraError && (error.code === 'CHANGE_TYPE_IMPOSSIBLE' || error.code === 'DDL_REFUSED')) return false;
    throw error;
  }
  const findings = await scene.apply(plan);
  if (findings.length > 0) {
    // What was prepared is removed by the next plan.
    await scene.go(from, from);
    return false;
  }
  await scene.follow(validate ? plan : { ...plan, validations: [] });
  return true;
}

describe('from any Model to any other', () => {
  it('leaves no drift, loses no data, not on the way back either, and has nothing more to do', async () => {
    const runs = Number(process.env['DDL_RUNS'] ?? 15);
    await fc.assert(
      fc.asyncProperty(fc.array(stage, { minLength: 2, maxLength: 8 }), (stages) => runStages(stages)),
      { numRuns: runs },
    );
  }, 300_000);
});

// Chooses the records of a sample: the latest of each object, what belongs to them, and all that they cannot be without.
import { ident, join, keyword, sql, toStatement, type Sql } from '@tessera/kernel';
import type { FieldModel, ObjectModel } from '@tessera/metadata';
import { isOwn, peopleObjects, takenTable, type Copying } from './copying.ts';

/** Details of the records taken: so many times as many as of any object, at most. */
const detailsPerRecord = 10;

const taken = ({ to }: Copying): Sql => ident(to, takenTable);

const masters = ({ fields }: ObjectModel): readonly FieldModel[] => Object.values(fields).filter(({ type }) => type === 'masterDetail');

/** Fields without whose target a record could not be saved. A rule may ask for it: then it is taken along too. */
const needed = ({ fields }: ObjectModel): readonly FieldModel[] =>
  Object.values(fields).filter(({ lookup, required, system }) => lookup !== undefined && !system && required !== false);

/** Objects, each after its masters. */
function inOrder(objects: readonly ObjectModel[]): readonly ObjectModel[] {
  const byName = new Map(objects.map((object) => [object.name, object]));
  const done = new Set<ObjectModel>();
  const visit = (object: ObjectModel | undefined): void => {
    if (object === undefined || done.has(object)) return;
    for (const { lookup } of masters(object)) for (const to of lookup?.to ?? []) if (to !== object.name) visit(byName.get(to));
    done.add(object);
  };
  objects.forEach(visit);
  return [...done];
}

async function insert(copying: Copying, rows: Sql): Promise<number> {
  const statement = toStatement(sql`insert into ${taken(copying)} (object, id) ${rows} on conflict do nothing`);
  return (await copying.queryable.query(statement)).rowCount;
}

/** Ids are in the order of creation. */
async function takeLatest(copying: Copying, object: ObjectModel, records: number): Promise<void> {
  if (records === 0) return;
  const own = masters(object).flatMap(({ columns, lookup }) =>
    columns.map(({ name, references }) => ({ name, to: references ?? lookup?.to[0] ?? '' })),
  );
  const isOfTaken = join(
    own.map(({ name, to }) => sql`exists (select from ${taken(copying)} k where k.object = ${to} and k.id = t.${ident(name)})`),
    ' or ',
  );
  const where = own.length === 0 ? sql`true` : sql`(${isOfTaken})`;
  const most = own.length === 0 ? records : records * detailsPerRecord;
  await insert(
    copying,
    sql`select ${object.name}::text, t.id from ${ident(copying.from, object.table)} t
        where t.deleted_at is null and ${where} order by t.id desc limit ${keyword(String(most))}`,
  );
}

/** What administrators have set up for everybody: records of packs' data that no demonstration brought, and the rows of decision tables. */
async function takeSetUp(copying: Copying): Promise<void> {
  const { model, from } = copying;
  const objects = Object.keys(model.objects);
  await insert(
    copying,
    sql`select s.object, s.record_id from ${ident(from, '_seed')} s where s.owner <> 'demo' and s.object = any(${objects}::text[])`,
  );
  for (const name of new Set(Object.values(model.decisionTables).map(({ object }) => object))) {
    const table = model.objects[name]?.table;
    if (table !== undefined) await insert(copying, sql`select ${name}::text, t.id from ${ident(from, table)} t where t.deleted_at is null`);
  }
}

/** Targets of the records taken that are not taken yet. */
async function takeNeeded(copying: Copying, object: ObjectModel): Promise<number> {
  let more = 0;
  for (const { columns, lookup } of needed(object)) {
    for (const { name, references } of columns) {
      const to = references ?? lookup?.to[0] ?? '';
      if (peopleObjects.has(to)) continue;
      more += await insert(
        copying,
        sql`select distinct ${to}::text, t.${ident(name)} from ${ident(copying.from, object.table)} t
            join ${taken(copying)} k on k.object = ${object.name} and k.id = t.id where t.${ident(name)} is not null`,
      );
    }
  }
  return more;
}

/** Makes the table of what is taken, where that is not everything. */
export async function takeRecords(copying: Copying): Promise<void> {
  const { records, model, queryable } = copying;
  if (records === undefined) return;
  await queryable.query(
    toStatement(sql`create table ${taken(copying)} (object text not null, id uuid not null, primary key (object, id))`),
  );
  const objects = inOrder(Object.values(model.objects)).filter((object) => !peopleObjects.has(object.name) && !isOwn(object));
  // People may need what is no person; and there may be details of people.
  const people = Object.values(model.objects).filter(({ name }) => peopleObjects.has(name));
  for (const { name, table } of people) await insert(copying, sql`select ${name}::text, t.id from ${ident(copying.from, table)} t`);
  for (const object of objects) await takeLatest(copying, object, records);
  await takeSetUp(copying);
  const all = [...objects, ...people];
  for (let more = 1; more > 0;) {
    more = 0;
    for (const object of all) more += await takeNeeded(copying, object);
  }
  await queryable.query(toStatement(sql`analyze ${taken(copying)}`));
}

export async function dropTaken(copying: Copying): Promise<void> {
  if (copying.records !== undefined) await copying.queryable.query(toStatement(sql`drop table ${taken(copying)}`));
}

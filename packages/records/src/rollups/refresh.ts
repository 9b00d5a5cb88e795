// Roll-ups that are kept on a schedule, brought up to date for a page of records: only what has changed is written, told and rolled up further.
import { canonicalJson, type FieldModel, type Model, type ObjectModel } from '@tessera/metadata';
import { walk, type Expression } from '@tessera/rules';
import { differingRollupsStatement, fieldValue, lockStatement, rollupValuesStatement } from '@tessera/storage';
import { keepFields } from '../keep-fields.ts';
import { planOf, type WriteSession } from '../session.ts';
import { textOf } from '../text-of.ts';

const isOn = ({ rollup }: FieldModel, cron: string): boolean => rollup?.upkeep === 'schedule' && rollup.cron === cron;

/** Every schedule that roll-ups are kept on, with what tells whether they have become others. */
export function rollupSchedules(model: Model): ReadonlyMap<string, string> {
  const fields = Object.values(model.objects).flatMap((object) =>
    Object.values(object.fields).filter(({ rollup }) => rollup?.cron !== undefined),
  );
  const byCron = Map.groupBy(fields, ({ rollup }) => rollup?.cron ?? '');
  return new Map(
    [...byCron].map(([cron, own]) => [cron, canonicalJson(own.map(({ object, name, rollup }) => [object, name, rollup?.aggregate]))]),
  );
}

/** Whether an expression, or a computed field that it reads, reads a field for which this holds. */
function reads(model: Model, expression: Expression, isSought: (field: FieldModel) => boolean, seen = new Set<FieldModel>()): boolean {
  let found = false;
  walk(expression, (node) => {
    if (node.node !== 'path') return;
    for (const step of node.steps) {
      const field = model.objects[step.object]?.fields[step.field];
      if (field === undefined || seen.has(field)) continue;
      seen.add(field);
      const inner = field.columns.length > 0 ? undefined : (field.formula?.expression ?? field.rollup?.aggregate ?? field.quote?.path);
      found ||= isSought(field) || (inner !== undefined && reads(model, inner, isSought, seen));
    }
  });
  return found;
}

export interface RollupGroup {
  readonly object: ObjectModel;
  readonly fields: readonly FieldModel[];
}

/** The roll-ups of a schedule by object; those that others read come before them. */
export function scheduledRollups(model: Model, cron: string): readonly RollupGroup[] {
  const groups: RollupGroup[] = [];
  let waiting = Object.values(model.objects).flatMap((object) => Object.values(object.fields).filter((field) => isOn(field, cron)));
  while (waiting.length > 0) {
    const open = new Set(waiting);
    const free = waiting.filter(({ rollup }) => rollup !== undefined && !reads(model, rollup.aggregate, (field) => open.has(field)));
    // They never read each other in a circle; if they did, any order would be as good.
    const next = free.length > 0 ? free : waiting;
    for (const [name, fields] of Map.groupBy(next, (field) => field.object)) {
      const object = model.objects[name];
      if (object !== undefined) groups.push({ object, fields });
    }
    waiting = waiting.filter((field) => !next.includes(field));
  }
  return groups;
}

export interface RefreshPage {
  /** The id that the page begins behind. */
  readonly after: string;
  readonly first: number;
}

/**
 * Works roll-ups out for the next records, as of the session's `now`. What changes them is the time and nobody's write: no version counts
 * it and no commit check refuses it. Gives the id of the last record of the page, undefined where there is none.
 */
export async function refreshRollups(
  session: WriteSession,
  { object, fields }: RollupGroup,
  page: RefreshPage,
): Promise<{ readonly last: string | undefined; readonly seen: number; readonly changed: number }> {
  const { transaction, target, slots } = session;
  const { rows } = await transaction.query(differingRollupsStatement(target, object, fields, page, slots));
  const ids = rows.filter((row) => row['differs'] === true).map((row) => String(row['id']));
  const last = rows.length === 0 ? undefined : String(rows.at(-1)?.['id']);
  if (ids.length === 0) return { last, seen: rows.length, changed: 0 };
  const locked = await transaction.query(lockStatement(target, object, ids, { strength: 'no key update' }));
  const olds = locked.rows.map(planOf(session, object).read);
  // In a later statement, which sees what was committed while the lock was waited for.
  const found = await transaction.query(
    rollupValuesStatement(
      target,
      object,
      fields,
      olds.map(({ id }) => textOf(id)),
      slots,
    ),
  );
  const fresh = new Map(found.rows.map((row) => [String(row['id']), row]));
  const records = olds.map((old) => {
    const row = fresh.get(textOf(old['id']));
    const values = row === undefined ? {} : Object.fromEntries(fields.map((field) => [field.name, fieldValue(field, row)]));
    return { old, now: { ...old, ...values } };
  });
  const changed = await keepFields(session, object, fields, records, { starts: true });
  return { last, seen: rows.length, changed: changed.length };
}

// Working time in SQL: the steps of working-time.ts over the same tables, which come as arrays.
//
// Each step is a sub-select that adds a column to what it stands on, so that nothing is worked out twice; null is what NaN is in JavaScript.
import { join, keyword, sql, type Sql } from '@tessera/kernel';
import { dayLength, type WorkCalendar, type ZonePiece } from '../work-calendar.ts';
import type { Stretch, WorkTable } from '../work-table.ts';

/** A row with columns: the values that a call starts with, the calendar's arrays, and what steps have added. */
interface Row {
  readonly from: Sql;
  readonly calendar: WorkCalendar;
}

type TableName = 'time' | 'days';

const named = (columns: Readonly<Record<string, Sql>>): Sql =>
  join(Object.entries(columns).map(([name, value]) => sql`${value} as ${keyword(name)}`));

const bigint = (value: number): Sql => keyword(String(value));
const day = bigint(dayLength);

const arraySql = (values: readonly number[], name: string): Sql => sql`${`{${values.join(',')}}`}::bigint[] as ${keyword(name)}`;

function tableColumns(name: TableName, { stretches, end, pieces, total }: WorkTable): Sql[] {
  const column = (of: keyof Stretch): number[] => stretches.map((stretch) => stretch[of]);
  return [
    arraySql([...column('at'), end.at], `${name}_at`),
    arraySql([...column('done'), end.done], `${name}_done`),
    arraySql(column('shift'), `${name}_shift`),
    arraySql(column('base'), `${name}_base`),
    arraySql(column('weekly'), `${name}_weekly`),
    arraySql(
      pieces.map(({ from }) => from),
      `${name}_from`,
    ),
    arraySql([...pieces.map(({ sum }) => sum), total], `${name}_sum`),
  ];
}

function zoneColumns({ tables: { zone } }: WorkCalendar): Sql[] {
  const column = (of: keyof ZonePiece): Sql =>
    arraySql(
      zone.map((piece) => piece[of]),
      `zone_${of}`,
    );
  return [column('at'), column('offset'), column('local')];
}

/** The first row: values by name, and the arrays of the tables that are used. */
function startRow(calendar: WorkCalendar, values: Readonly<Record<string, Sql>>, tables: readonly (TableName | 'zone')[]): Row {
  const columns = [named(values)];
  for (const name of tables) columns.push(...(name === 'zone' ? zoneColumns(calendar) : tableColumns(name, calendar.tables[name])));
  // `offset 0`, here and below, keeps the planner from putting the expressions back where the names are.
  return { calendar, from: sql`(select ${join(columns)} offset 0) as _work` };
}

function step({ from, calendar }: Row, columns: Readonly<Record<string, Sql>>): Row {
  return { calendar, from: sql`(select *, ${named(columns)} from ${from} offset 0) as _work` };
}

const answer = ({ from }: Row, value: Sql): Sql => sql`(select ${value} from ${from})`;

/** Names within a step: the stretch, the weeks that have passed, the piece of the pattern. */
const [i, n, j] = [keyword('i'), keyword('n'), keyword('j')];

/** A table's constants, and its arrays at an index. */
function partsOf(
  { calendar }: Row,
  table: TableName,
): { period: Sql; turn: Sql; array: (name: string) => Sql; at: (name: string, index: Sql) => Sql } {
  const { period, turn } = calendar.tables[table];
  const array = (name: string): Sql => keyword(`${table}_${name}`);
  return { period: bigint(period), turn: bigint(turn), array, at: (name, index) => sql`${array(name)}[${index}]` };
}

/**
 * `result`, once the stretch, the weeks and the piece are known one after the other. A sub-select of its own: as columns of the row they would
 * make planning ten times as long.
 */
const found = (stretch: Sql, weeks: Sql, piece: Sql, result: Sql): Sql =>
  sql`(select ${result} from (select *, ${piece} as j from (select *, ${weeks} as n from (select ${stretch} as i offset 0) as _i offset 0) as _n offset 0) as _j)`;

/** `workBefore` of `position + beyond`. */
function workBeforeSql(row: Row, table: TableName, position: Sql, beyond = sql`0`): Sql {
  const { period, turn, array, at } = partsOf(row, table);
  const along = sql`(${position} + ${beyond} + ${at('shift', i)})`;
  const inside = sql`${along} - ${n} * ${period}`;
  const worked = sql`least(${inside} - ${at('from', j)}, ${at('sum', sql`j + 1`)} - ${at('sum', j)})`;
  return found(
    sql`width_bucket(${position}, ${array('at')})`,
    sql`${along} / ${period} * ${at('weekly', i)}`,
    sql`width_bucket(${inside}, ${array('from')})`,
    sql`${at('base', i)} + ${n} * ${turn} + ${at('sum', j)} + ${worked}`,
  );
}

/** `reach`. */
function reachSql(row: Row, table: TableName, work: Sql, back: Sql): Sql {
  const { period, turn, array, at } = partsOf(row, table);
  const rest = sql`${work} - ${at('base', i)}`;
  const inside = sql`${rest} - ${n} * ${turn}`;
  return found(
    sql`width_bucket(${work} - ${back}, ${array('done')})`,
    sql`(${rest} - ${back}) / ${turn} * ${at('weekly', i)}`,
    sql`width_bucket(${inside} - ${back}, ${array('sum')})`,
    sql`${n} * ${period} + ${at('from', j)} + ${inside} - ${at('sum', j)} - ${at('shift', i)}`,
  );
}

/** `localTime`. */
const localSql = (instant: Sql): Sql => sql`(${instant} + zone_offset[width_bucket(${instant}, zone_at)])`;

const dayOf = (instant: Sql, ends: Sql): Sql => sql`${localSql(sql`${instant} - ${ends}`)} / ${day}`;

/** `moveByDays`: from column `instant` by column `count` to column `moved`. */
function addMoveByDays(row: Row): Row {
  let next = step(row, {
    back: sql`(count < 0)::int`,
    ahead: sql`(count >= 0)::int`,
    work: workBeforeSql(row, 'time', sql`instant`),
  });
  next = step(next, { near: reachSql(row, 'time', sql`work`, sql`back`), far: reachSql(row, 'time', sql`work`, sql`ahead`) });
  next = step(next, { ends: sql`case when near = instant then back when far = instant then ahead else back end` });
  next = step(next, { local: localSql(sql`case when far = instant then far else near end - ends`) });
  next = step(next, { today: sql`local / ${day}`, clock: sql`local % ${day} + ends` });
  next = step(next, { ago: workBeforeSql(row, 'days', sql`today`) });
  next = step(next, { target: reachSql(row, 'days', sql`ago + count`, sql`0`) });
  next = step(next, { wanted: sql`target * ${day} + clock` });
  next = step(next, { aim: sql`wanted - zone_offset[width_bucket(wanted, zone_local)]` });
  next = step(next, { aimed: workBeforeSql(row, 'time', sql`aim`) });
  next = step(next, { following: reachSql(row, 'time', sql`aimed`, sql`back`), previous: reachSql(row, 'time', sql`aimed`, sql`ahead`) });
  const met = sql`previous = aim and ${dayOf(sql`previous`, sql`ahead`)} = target`;
  const within = sql`${dayOf(sql`following`, sql`back`)} = target`;
  const moved = sql`case when count = 0 then near when ${met} then previous when ${within} then following else previous end`;
  return step(next, { moved });
}

const millisecondsSql = (instant: Sql): Sql => sql`(extract(epoch from ${instant}::timestamptz) * 1000)::bigint`;
const instantSql = (milliseconds: Sql): Sql => sql`timestamptz '1970-01-01 00:00:00+00' + ${milliseconds} * interval '1 millisecond'`;
const numberSql = (date: Sql): Sql => sql`(${date}::date - date '1970-01-01')::bigint`;

/** `addWorkingTime`; `days` may be null, and are left out where there are none. */
export function moveByWorkSql(calendar: WorkCalendar, instant: Sql, days: Sql | undefined, milliseconds: number): Sql {
  const values = { instant: millisecondsSql(instant) };
  let row =
    days === undefined
      ? startRow(calendar, values, ['time'])
      : addMoveByDays(startRow(calendar, { ...values, count: sql`(${days})::bigint` }, ['time', 'days', 'zone']));
  if (milliseconds === 0) return answer(row, instantSql(sql`moved`));
  row = step(row, { before: workBeforeSql(row, 'time', days === undefined ? sql`instant` : sql`moved`) });
  row = step(row, { goal: sql`before + ${milliseconds}::bigint` });
  return answer(row, instantSql(reachSql(row, 'time', sql`goal`, milliseconds < 0 ? sql`0` : sql`1`)));
}

/** `addWorkingDays` of a date. */
export function addWorkingDaysSql(calendar: WorkCalendar, date: Sql, days: Sql): Sql {
  let row = startRow(calendar, { today: numberSql(date), count: sql`(${days})::bigint` }, ['days']);
  row = step(row, { after: sql`(count > 0)::int` });
  row = step(row, { ago: workBeforeSql(row, 'days', sql`today`, sql`after`) });
  row = step(row, { goal: sql`ago + count - after` });
  return answer(row, sql`date '1970-01-01' + ${reachSql(row, 'days', sql`goal`, sql`0`)}::int`);
}

/** Working milliseconds between two instants. */
export function workingMsBetweenSql(calendar: WorkCalendar, from: Sql, to: Sql): Sql {
  const row = startRow(calendar, { earlier: millisecondsSql(from), later: millisecondsSql(to) }, ['time']);
  return answer(row, sql`(${workBeforeSql(row, 'time', sql`later`)} - ${workBeforeSql(row, 'time', sql`earlier`)})::numeric`);
}

/** `workingDaysBetween` two dates, or the dates of two instants. */
export function workingDaysBetweenSql(calendar: WorkCalendar, from: Sql, to: Sql, dates: boolean): Sql {
  const [earlier, later] = dates ? [numberSql(from), numberSql(to)] : [millisecondsSql(from), millisecondsSql(to)];
  let row = startRow(calendar, { earlier, later }, dates ? ['days'] : ['days', 'zone']);
  if (!dates) row = step(row, { since: dayOf(sql`earlier`, sql`0`), until: dayOf(sql`later`, sql`0`) });
  const before = (name: Sql): Sql => workBeforeSql(row, 'days', name, sql`1`);
  const [since, until] = dates ? [sql`earlier`, sql`later`] : [sql`since`, sql`until`];
  return answer(row, sql`(${before(until)} - ${before(since)})::numeric`);
}

/** Whether work goes on at once. */
export function isWorkingSql(calendar: WorkCalendar, value: Sql, isDate: boolean): Sql {
  const table = isDate ? 'days' : 'time';
  let row = startRow(calendar, { place: isDate ? numberSql(value) : millisecondsSql(value) }, [table]);
  row = step(row, { work: workBeforeSql(row, table, sql`place`) });
  return answer(row, sql`${reachSql(row, table, sql`work`, sql`0`)} = place`);
}

// The records that details belong to, level by level upwards, in one statement: locked, with the marks of the approvals that they wait for.
import { bind, ident, join, keyword, slot, sql, type Sql, type Statement } from '@tessera/kernel';
import type { Column, ObjectModel } from '@tessera/metadata';
import type { WriteTarget } from './kept.ts';
import { mustSql } from './must.ts';
import { idCondition } from './row-source.ts';

/** Records of one object on the way up. */
export interface MasterLevel {
  readonly object: ObjectModel;
  /** By which column of which level they are found; undefined: their ids are given. */
  readonly below: { readonly level: number; readonly column: Column } | undefined;
  /** Whether an approval of theirs may lock what lies below. */
  readonly locks: boolean;
}

/** All levels of all ways, each after the one below it. */
export interface MasterLevels {
  readonly levels: readonly MasterLevel[];
}

/** A record of a level. */
export interface MasterRow {
  readonly level: number;
  readonly id: string;
  /** Who has handed it in; null: it waits for nothing. */
  readonly lockedBy: string | null;
  /** The ids that it has for the levels above it, in their order. */
  readonly up: readonly (string | null)[];
}

/** The columns of the levels that lie right above one. */
const above = ({ levels }: MasterLevels, level: number): readonly Column[] =>
  levels.flatMap(({ below }) => (below?.level === level ? [below.column] : []));

const part = (level: number): Sql => ident(`m${String(level)}`);
const idsSlot = (level: number): string => `masters:${String(level)}`;
const up = (place: number): Sql => ident(`u${String(place)}`);

function lockColumn({ object, locks }: MasterLevel): Sql {
  const column = locks ? object.fields['lockedBy']?.columns[0] : undefined;
  return column === undefined ? sql`null::uuid` : ident('t', column.name);
}

/** A locked row is read as it is once we have its lock: it leads to whom it belongs to by then. What lies in the bin leads up too. */
function partsSql(target: WriteTarget, masters: MasterLevels, given: readonly Sql[]): Sql {
  const { levels } = masters;
  const parts = levels.map((level, n) => {
    const { below } = level;
    const wanted = below === undefined ? given[n] : sql`t.id in (select b.${up(placeOf(masters, n))} from ${part(below.level)} b)`;
    const ups = above(masters, n).map((column, i) => sql`, ${ident('t', column.name)} as ${up(i)}`);
    return sql`${part(n)} as materialized (
      select t.id, ${lockColumn(level)} as locked${join(ups, '')} from ${ident(target.schema, level.object.table)} t
      where ${wanted ?? sql`false`} order by t.id for ${keyword('no key update')})`;
  });
  return sql`with ${join(parts)}`;
}

/** At which place of the rows below it a level's ids are. */
export function placeOf({ levels }: MasterLevels, n: number): number {
  const below = levels[n]?.below?.level;
  return levels.slice(0, n).filter((level) => level.below?.level === below).length;
}

interface Asked {
  readonly key: string;
  readonly given: readonly Sql[];
  readonly slots: Readonly<Record<string, unknown>>;
}

function asked({ levels }: MasterLevels, ids: ReadonlyMap<number, readonly string[]>): Asked {
  const conditions = levels.map((_, n) => idCondition(ids.get(n) ?? [], idsSlot(n)));
  return {
    key: conditions.map(({ key }, n) => (levels[n]?.below === undefined ? key : '')).join(' '),
    given: conditions.map((condition) => condition.sql(sql`t.id`)),
    slots: Object.assign({}, ...conditions.map(({ slots }) => slots)) as Readonly<Record<string, unknown>>,
  };
}

/**
 * Locks all of them, so that an approval which begins meanwhile waits, or is found: rows as `masterRow` reads them. One that leads to a record
 * which is not among them has come to it behind our back: asked again, the statement sees that too.
 * @param ids of the levels whose ids are given
 */
export function mastersStatement(target: WriteTarget, masters: MasterLevels, ids: ReadonlyMap<number, readonly string[]>): Statement {
  const { key, given, slots } = asked(masters, ids);
  const statement = target.kept.get(target, masters, `masters ${key}`, () => {
    const rows = masters.levels.map((_, n) => {
      const ups = above(masters, n).map((__, i) => sql`m.${up(i)}::text`);
      return sql`select ${n}::integer as level, m.id::text as id, m.locked::text as locked_by, array[${join(ups)}]::text[] as up from ${part(n)} m`;
    });
    return sql`${partsSql(target, masters, given)} ${join(rows, ' union all ')}`;
  });
  return bind(statement, slots);
}

export const masterRow = (row: Readonly<Record<string, unknown>>): MasterRow => ({
  level: Number(row['level']),
  id: String(row['id']),
  lockedBy: typeof row['locked_by'] === 'string' ? row['locked_by'] : null,
  up: row['up'] as readonly (string | null)[],
});

/**
 * The same for whoever hopes that none of them waits: fails (see `isUnmet`) where one does, or is not seen yet.
 * @param free by level, ids of those whose lock is no matter
 */
export function mustBeFreeStatement(
  target: WriteTarget,
  masters: MasterLevels,
  ids: ReadonlyMap<number, readonly string[]>,
  free: ReadonlyMap<number, readonly string[]>,
): Statement {
  const { key, given, slots } = asked(masters, ids);
  const statement = target.kept.get(target, masters, `free masters ${key}`, () => {
    const conditions = masters.levels.flatMap(({ locks }, n) => {
      const seen = masters.levels.flatMap(({ below }, m) =>
        below?.level === n
          ? [sql`not exists (select from ${part(n)} b where b.${up(placeOf(masters, m))} not in (select m.id from ${part(m)} m))`]
          : [],
      );
      const open = sql`m.id <> all(${slot(`free:${String(n)}`)}::uuid[])`;
      return [...(locks ? [sql`not exists (select from ${part(n)} m where m.locked is not null and ${open})`] : []), ...seen];
    });
    return sql`${partsSql(target, masters, given)} select ${mustSql(join(conditions, ' and '), 'a record waits for an approval')}`;
  });
  const open = masters.levels.map((_, n) => [`free:${String(n)}`, free.get(n) ?? []] as const);
  return bind(statement, { ...slots, ...Object.fromEntries(open) });
}

// What is kept under names of objects and fields beside the tables: under which other names it is to be found after a plan.
import { fieldNamesOf, type ModelMatch, type ObjectMatch } from './identity.ts';
import type { Changes, TableChange } from './change.ts';
import { newestAside } from './names.ts';

export interface ObjectMove {
  readonly from: string;
  readonly to: string;
}

export interface FieldMove {
  /** The object's name before. */
  readonly object: string;
  readonly from: string;
  readonly to: string;
}

/** Names before → names now, all at once: a and b may change names with each other. */
export interface NameMoves {
  readonly objects: readonly ObjectMove[];
  readonly fields: readonly FieldMove[];
}

/** Fields whose stored values are not what lay under their name before, as `object.field`: they come from elsewhere, or begin anew. */
export function fieldsFromElsewhere(match: ModelMatch): ReadonlySet<string> {
  return new Set(
    [...match.objects.values()].flatMap(({ before, after, fields }) =>
      [...fieldNamesOf(after)]
        .filter((name) => fields.get(name) !== name || before.name !== after.name)
        .map((name) => `${after.name}.${name}`),
    ),
  );
}

/**
 * The rules are those by which tables and columns are followed. What is set aside while something else takes its name over would get mixed
 * up with that: it goes under the name of the table or column that is set aside, and comes back with this.
 */
export function nameMoves(changes: Changes): NameMoves {
  const objects = [...changes.match.objects.values()].map(({ before, after }) => ({ from: before.name, to: after.name })).filter(isMove);
  return {
    objects: [...objects, ...objectsAside(changes, objects), ...objectsRestored(changes)],
    fields: changes.tables.flatMap((change) => fieldMoves(changes, change)),
  };
}

const isMove = ({ from, to }: ObjectMove): boolean => from !== to;

/** Of the names that are taken over, those under which things lie that do not move on themselves. */
function takenOver(moves: readonly ObjectMove[]): readonly string[] {
  const moving = new Set(moves.map(({ from }) => from));
  return moves.map(({ to }) => to).filter((name) => !moving.has(name));
}

function objectsAside({ goneTables, to, target }: Changes, moves: readonly ObjectMove[]): readonly ObjectMove[] {
  const gone = new Map(goneTables.map(({ spec, aside }) => [spec.object, aside]));
  const tables = Object.values(target.existing?.tables ?? {});
  return takenOver(moves).flatMap((name) => {
    const aside = gone.get(name) ?? newestAside(tables, to.objects[name]?.table ?? '')?.name;
    return aside === undefined ? [] : [{ from: name, to: aside }];
  });
}

function objectsRestored({ tables }: Changes): readonly ObjectMove[] {
  return tables.flatMap(({ kind, before, object }) =>
    kind === 'restore' && before !== undefined ? [{ from: before.name, to: object.name }] : [],
  );
}

function fieldMoves(changes: Changes, change: TableChange): readonly FieldMove[] {
  const match = changes.match.objects.get(change.object.name);
  if (match === undefined) return [];
  const moves = [...match.fields].map(([to, from]) => ({ from, to })).filter(isMove);
  const restored = change.columns.flatMap((column) =>
    column.how === 'restore' && column.column.field !== undefined ? [{ from: column.aside, to: column.column.field }] : [],
  );
  return [...moves, ...fieldsAside(change, match, moves), ...restored].map((move) => ({ object: match.before.name, ...move }));
}

function fieldsAside(change: TableChange, { before, after }: ObjectMatch, moves: readonly ObjectMove[]): readonly ObjectMove[] {
  const known = fieldNamesOf(before);
  return takenOver(moves).flatMap((name) => {
    const columns = (after.fields[name] ?? after.dormantFields[name])?.columns ?? [];
    const aside = known.has(name)
      ? change.gone.find(({ old }) => old.field === name)?.aside
      : columns.map((column) => newestAside(change.physical?.columns ?? [], column.name)?.name).find((found) => found !== undefined);
    return aside === undefined ? [] : [{ from: name, to: aside }];
  });
}

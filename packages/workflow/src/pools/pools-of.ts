// The pools of an object, and where a record belongs.
import type { Model, ObjectModel, PoolModel } from '@tessera/metadata';
import { byOrder } from '@tessera/metadata';
import type { RecordValues } from '@tessera/storage';

/** In their order. */
export const poolsOf = ({ pools }: Model, object: string): readonly PoolModel[] =>
  Object.values(pools)
    .filter((pool) => pool.object === object)
    .sort(byOrder);

/** The history of owners of each object that has one. */
export const ownerHistories = ({ pools, assignmentRules, objects }: Model): ReadonlyMap<string, ObjectModel> =>
  new Map(
    [...Object.values(pools), ...Object.values(assignmentRules)].flatMap(({ object, history }) => {
      const found = objects[history];
      return found === undefined ? [] : [[object, found] as const];
    }),
  );

export const textIn = (record: RecordValues | undefined, field: string): string | undefined => {
  const value = record?.[field];
  return typeof value === 'string' ? value : undefined;
};

/** The pool that a record belongs to. */
export function poolOf({ pools }: Model, record: RecordValues | undefined): PoolModel | undefined {
  const name = textIn(record, 'pool');
  return name !== undefined && Object.hasOwn(pools, name) ? pools[name] : undefined;
}

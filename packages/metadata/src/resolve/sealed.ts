// The finished Model, frozen through and through.

import { WorkCalendar } from '@tessera/rules';
import { folderKinds, folderOf } from '../kinds.ts';

/** Where the Model has maps by name: there `objects['constructor']` is undefined like any other name that is not there. */
const maps: ReadonlySet<string> = new Set([
  'fields',
  'dormantFields',
  'options',
  'values',
  'relations',
  'recordTypes',
  'keys',
  'validationRules',
  ...folderKinds.map(folderOf),
  // In `source`: components by kind and name, and their maps.
  'source',
  ...folderKinds,
  'to',
  'sections',
  'relatedLists',
  'columns',
  'sort',
  'items',
  'steps',
  'cases',
  'otherwise',
  'inputs',
  'branches',
  'approvers',
  'set',
  'outputs',
  'placeholders',
  'stages',
  'moves',
  'tasks',
  'thresholds',
  'days',
  'sources',
  'members',
  'administrators',
  'reasons',
  'recycle',
  'targets',
  'children',
  'rules',
]);

/**
 * Freezes a tree of plain objects and lists; maps are replaced by ones without a prototype.
 * @param value ours alone: it is changed
 */
export function sealed(value: unknown, property = ''): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) {
    for (const item of value) sealed(item);
    return Object.freeze(value);
  }
  // A calendar is of a class of its own, wherever it stands.
  if (value instanceof WorkCalendar) return Object.freeze(value);
  const given = value as Record<string, unknown>;
  const result = maps.has(property) ? (Object.create(null) as Record<string, unknown>) : given;
  for (const key of Object.keys(given)) {
    const item = given[key];
    const done = sealed(item, key);
    if (result !== given || done !== item) result[key] = done;
  }
  return Object.freeze(result);
}

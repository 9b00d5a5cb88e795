// The engine's own column with the keys by which matching rules find records: which objects have it, and how a key is asked for.
import type { Model } from '@tessera/metadata';
import { quoted } from '../search/column.ts';

/** No API name becomes this in snake case, so no field collides with it. A record's value for it comes under the same name. */
export const matchColumn = '_match';

/** Whether records of the object are found by a matching rule. */
export const hasMatchKeys = ({ matchingRules }: Pick<Model, 'matchingRules'>, object: string): boolean =>
  Object.values(matchingRules).some((rule) => rule.object === object);

/** Whether a matching rule finds records of the object by this field. */
export const isMatchField = ({ matchingRules }: Pick<Model, 'matchingRules'>, object: string, field: string): boolean =>
  Object.values(matchingRules).some(
    (rule) => rule.object === object && rule.criteria.some(({ fields }) => fields.some((each) => each.field === field)),
  );

/** PostgreSQL's text form of a query for records with all keys of any group. */
export const anyGroup = (groups: readonly (readonly string[])[]): string =>
  groups.map((keys) => `(${keys.map(quoted).join(' & ')})`).join(' | ');

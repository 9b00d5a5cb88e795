// Records of an object, as steps ask for them; and the sorts that they come in.
import { checkRule, type SortKey } from '@tessera/rules';
import type { SortSource } from '../../effective.ts';
import type { QueryModel } from '../../model.ts';
import { sorted } from '../sorted.ts';
import type { StepScope } from './scope.ts';

interface QuerySource {
  readonly object: string;
  readonly where?: unknown;
  readonly sort?: SortSource;
  readonly first?: number;
}

/** By paths of the innermost record. */
export function sortKeys(source: SortSource | undefined, pointer: string, scope: StepScope): readonly SortKey[] {
  return sorted(source).flatMap(([path, { direction }]): readonly SortKey[] => {
    const at = `${pointer}/${path}`;
    const { expression: by, problems } = checkRule({ var: path }, scope.rules());
    scope.report.addAll(
      at,
      problems.map((found) => ({ ...found, pointer: '' })),
    );
    if (by === undefined) return [];
    if (by.type.kind === 'json' || by.type.kind === 'list')
      scope.report.add(at, 'METADATA_REFERENCE_UNFIT', { reason: `${path} has no order to sort by.` });
    return [{ by, descending: direction === 'descending' }];
  });
}

/** A query with the scope inside it, where its record is the innermost. */
export interface Opened {
  readonly query: QueryModel;
  readonly inside: StepScope;
}

export function openQuery(source: QuerySource, pointer: string, scope: StepScope): Opened | undefined {
  const { object, first } = source;
  if (!scope.hasObject(object, `${pointer}/object`)) return undefined;
  const inside = scope.inside(object);
  const where = inside.condition(source.where, `${pointer}/where`);
  const sort = sortKeys(source.sort, `${pointer}/sort`, inside);
  return { query: { object, frame: inside.frame, where, sort, first }, inside };
}

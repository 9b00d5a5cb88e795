// What conflicts about packs' data are called in choices.
import type { DataSet } from './sets.ts';

/** `crm-base/data/products#/records/gtx/listPrice`. */
export const seedConflictId = ({ pack, name }: Pick<DataSet, 'pack' | 'name'>, key: string, field: string): string =>
  `${pack}/data/${name}#/records/${key}/${field}`;

export const isSeedConflict = (id: string): boolean => /^[^/#]+\/data\/[^#]+#\/records\//.test(id);

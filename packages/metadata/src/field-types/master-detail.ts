// masterDetail: the record belongs to its master, goes with it, and follows its access.
import { lookupType } from './lookups.ts';

export const masterDetail = lookupType({
  name: 'masterDetail',
  lookup: (source) => ({ onDelete: 'cascade', reparent: source.reparent ?? false }),
});

// department: points to a department of the tenant.
import { lookupType } from './lookups.ts';

export const department = lookupType({
  name: 'department',
  target: 'department',
  lookup: (source) => ({ onDelete: source.onDelete ?? 'restrict', reparent: true }),
});

// department: points to a department of the tenant.
import { emptied, lookupType } from './lookups.ts';

export const department = lookupType({
  name: 'department',
  target: 'department',
  lookup: (source) => ({ onDelete: emptied(source), reparent: true }),
});

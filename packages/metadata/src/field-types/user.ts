// user: points to a person of the tenant.
import { emptied, lookupType } from './lookups.ts';

export const user = lookupType({
  name: 'user',
  target: 'user',
  lookup: (source) => ({ onDelete: emptied(source), reparent: true }),
});

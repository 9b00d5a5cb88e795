// user: points to a person of the tenant.
import { lookupType } from './lookups.ts';

export const user = lookupType({
  name: 'user',
  target: 'user',
  lookup: (source) => ({ onDelete: source.onDelete ?? 'restrict', reparent: true }),
});

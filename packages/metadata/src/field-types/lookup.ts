// lookup: points to a record of one object, or of one of several (polymorphic).
import { emptied, lookupType } from './lookups.ts';

export const lookup = lookupType({ name: 'lookup', lookup: (source) => ({ onDelete: emptied(source), reparent: true }) });

// lookup: points to a record of one object, or of one of several (polymorphic).
import { lookupType } from './lookups.ts';

export const lookup = lookupType({ name: 'lookup', lookup: (source) => ({ onDelete: source.onDelete ?? 'setNull', reparent: true }) });

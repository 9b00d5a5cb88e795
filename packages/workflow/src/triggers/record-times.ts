// Writes of records with times: timers of atTime automations follow them.
import type { Model } from '@tessera/metadata';
import type { MomentsPart } from '../moments-part.ts';
import { AtTimes, followTimes } from './at-time.ts';

export function recordTimes(model: Model): MomentsPart | undefined {
  const times = new AtTimes(model);
  if (times.isEmpty) return undefined;
  return {
    concerns: (object) => times.has(object),
    afterSave: (session, changes) => followTimes(session, times, changes),
  };
}

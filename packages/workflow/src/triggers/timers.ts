// What is done when timers of triggers are due, by their kinds.
import type { Handlers } from '../jobs/handlers.ts';
import { rollUpsDue, rollUpsKind, rollUpsPageDue, rollUpsPageKind } from '../rollups/refresh.ts';
import { atTimeKind } from './at-time.ts';
import { atTimeDue } from './due.ts';
import { scheduleDue, scheduleKind, turnDue, turnKind } from './schedule.ts';
import { catchUpDue, catchUpKind, retimeDue, retimeKind } from './walks.ts';

export const triggerTimers: Handlers['timers'] = {
  [atTimeKind]: atTimeDue,
  [scheduleKind]: scheduleDue,
  [turnKind]: turnDue,
  [catchUpKind]: catchUpDue,
  [retimeKind]: retimeDue,
  [rollUpsKind]: rollUpsDue,
  [rollUpsPageKind]: rollUpsPageDue,
};

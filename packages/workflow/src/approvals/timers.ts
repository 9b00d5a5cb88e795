// What is done when timers of approvals are due, by their kinds.
import type { Handlers } from '../jobs/handlers.ts';
import { runEndTimers } from './automations/run-ends.ts';
import { movedTimers } from './migration/due.ts';
import { peopleTimers } from './people-changes/due.ts';
import { timeoutTimers } from './timeouts/due.ts';

export const approvalTimers: Handlers['timers'] = { ...timeoutTimers, ...peopleTimers, ...runEndTimers, ...movedTimers };

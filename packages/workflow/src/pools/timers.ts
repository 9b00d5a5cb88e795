// What is done when timers of pools are due, by their kinds.
import type { Handlers } from '../jobs/handlers.ts';
import { poolDue, poolKind } from './recycling.ts';
import { poolWalks } from './retime.ts';

export const poolTimers: Handlers['timers'] = { [poolKind]: poolDue, ...poolWalks };

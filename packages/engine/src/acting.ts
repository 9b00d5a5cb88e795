// What is done by itself on this node: runs in somebody's name with that person's rights, and all that timers are for.
import {
  approvalTimers,
  clockTimers,
  poolTimers,
  runHandler,
  runTimers,
  stageWalks,
  triggerTimers,
  type Handlers,
} from '@tessera/workflow';

export const ownHandlers = (): Handlers => ({
  runs: runHandler(),
  timers: { ...runTimers, ...triggerTimers, ...clockTimers, ...poolTimers, ...stageWalks, ...approvalTimers },
});

// Everything that is due, done at once and without jobs: for tests and scenarios.
import { sendLimits, takeSendTurn, type Sending } from '../effects/send.ts';
import type { Desk, Handlers } from './handlers.ts';
import { takeTurn, workLimits } from './work.ts';

export interface Drained {
  /** Runs and timers. */
  readonly worked: number;
  readonly sent: number;
  /** Whether nothing was left that is due. */
  readonly settled: boolean;
}

/** What goes on for so many sets makes itself anew each time. */
const mostRounds = 1_000;

/** Does what is due by the desk's clock, and what becomes due by that, until nothing is. */
export async function drain(desk: Desk, handlers: Handlers, sending: Sending): Promise<Drained> {
  let [worked, sent] = [0, 0];
  for (let round = 0; round < mostRounds; round += 1) {
    const work = await takeTurn(desk, handlers, { limits: { ...workLimits, items: 1 } });
    const send = await takeSendTurn(desk, sending, { limits: { ...sendLimits, items: 1 } });
    worked += work.done;
    sent += send.done;
    if (work.done + send.done === 0) return { worked, sent, settled: true };
  }
  return { worked, sent, settled: false };
}

// Time in a scenario: it stands still, and where it moves on all that becomes due on the way is done in its order.
import { fail } from '@tessera/kernel';
import type { ScenarioClockJson } from '@tessera/metadata';
import { addDuration, parseDuration } from '@tessera/rules';
import type { Mismatch } from './compare.ts';
import type { Play } from './play.ts';

/** Turns of timers on the way of one step: an hourly schedule over a year stays below. */
const mostTurns = 20_000;

/** Does all that is due by now. An automation may fail as a scenario wants it to; what the platform does of itself (a roll-up's turn, a clock) may not. */
export async function settle({ sandbox }: Play): Promise<readonly Mismatch[]> {
  return (await sandbox.drain()).map((found) => ({ what: 'a job', expected: 'done', found }));
}

function targetOf({ sandbox }: Play, { by, until }: ScenarioClockJson): number {
  const now = sandbox.now();
  if (by === undefined) return Date.parse(until ?? '');
  const duration = parseDuration(by);
  return duration === undefined ? now : addDuration(now, duration, sandbox.model.settings.timeZone);
}

export async function advance(play: Play, step: ScenarioClockJson): Promise<readonly Mismatch[]> {
  const { sandbox } = play;
  const target = targetOf(play, step);
  if (target < sandbox.now()) throw fail('SCENARIO_TIME_BACK', { now: iso(sandbox.now()), target: iso(target) });
  let failed = await settle(play);
  for (let turn = 0; turn < mostTurns && failed.length === 0; turn += 1) {
    const due = await sandbox.nextDue();
    // What is due and was not done will not be done by waiting for it.
    if (due === undefined || due > target || due <= sandbox.now()) break;
    sandbox.moveTo(due);
    failed = await settle(play);
  }
  if (failed.length > 0) return failed;
  sandbox.moveTo(target);
  return settle(play);
}

const iso = (at: number): string => new Date(at).toISOString();

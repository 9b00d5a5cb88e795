// Taking back one's approval: on a step that is open still, or that it has closed, as long as nobody has gone on with what came next.
import { withTurns } from './ask.ts';
import type { ApprovalDefinition } from './definition.ts';
import type { Asking } from './facts.ts';
import { actInBlock, judged } from './flow.ts';
import { askedTurns } from './need.ts';
import type { Run } from './run.ts';
import type { Closing, Entry, OpenApproval, OpenBlock, OpenStep, OpenWay, Turn, Undo } from './state.ts';
import { allTurns, onApproval, stepWithTurn } from './turns.ts';

interface Taken {
  readonly by: string;
  /** One of the turns on which this person has approved. */
  readonly key: string;
}

/** The approval on a turn, with those that were given at once with it. */
function givenWith(step: OpenApproval, { by, key }: Taken): readonly string[] {
  const votes = allTurns(step).filter(({ vote }) => vote?.decision === 'approve' && vote.by === by && vote.auto === null);
  const at = votes.find((turn) => turn.key === key)?.vote?.at;
  return votes.flatMap((turn) => (turn.vote?.at === at ? [turn.key] : []));
}

/** Whether anybody has acted who was asked only because these had approved. */
function goneOn(step: OpenApproval, definition: ApprovalDefinition, keys: readonly string[]): boolean {
  const at = allTurns(step).find(({ key }) => keys.includes(key))?.vote?.at ?? 0;
  const acted = ({ key, vote, since }: Turn): boolean => !keys.includes(key) && ((vote !== null && vote.auto !== 'repeated') || since > at);
  const behind = <T>(parts: readonly T[], turnsOf: (part: T) => readonly Turn[]): boolean => {
    const first = parts.findIndex((part) => turnsOf(part).some(({ key }) => keys.includes(key)));
    return first >= 0 && parts.slice(first + 1).some((part) => turnsOf(part).some(acted));
  };
  const turnsIn = ({ tickets }: Entry): readonly Turn[] => tickets.flatMap(({ turns }) => turns);
  if (definition.need === 'sequence' && behind(step.entries, turnsIn)) return true;
  return step.entries.some((entry) => {
    const isSequence = !entry.instead && definition.approvers.find(({ name }) => name === entry.name)?.need === 'sequence';
    if (isSequence && behind(entry.tickets, ({ turns }) => turns)) return true;
    return entry.tickets.some(({ turns }) => behind(turns, (turn) => [turn]));
  });
}

/** Those who are asked no more for the time being will be asked as if for the first time. */
function withoutReminders(step: OpenApproval, before: OpenApproval, definition: ApprovalDefinition): OpenApproval {
  const keysOf = (one: OpenApproval): readonly string[] => askedTurns(one, definition).map(({ turn }) => turn.key);
  const still = keysOf(step);
  return withTurns(
    step,
    keysOf(before).filter((key) => !still.includes(key)),
    (turn) => ({ ...turn, fired: 0 }),
  );
}

function* inStep(run: Run, step: OpenStep, taken: Taken): Asking<OpenStep | undefined> {
  if (step.kind === 'automation') return undefined;
  if (step.kind === 'approval') {
    const keys = givenWith(step, taken);
    if (!keys.includes(taken.key) || goneOn(step, run.places.approval(step.path), keys)) return undefined;
    const definition = run.places.approval(step.path);
    // Votes that came by themselves come again where they still have their turn.
    const own = allTurns(step).flatMap(({ key, vote }) => (vote?.auto === 'repeated' ? [key] : []));
    const without = withTurns(step, [...keys, ...own], (turn) => ({ ...turn, vote: null }));
    const result = judged(without, definition, null);
    return result.kind === 'open' && result.step.kind === 'approval' ? withoutReminders(result.step, step, definition) : undefined;
  }
  if (step.kind === 'branch') {
    const block = yield* inBlock(run, `${step.path}/${step.way}`, step.block, taken);
    return block && { ...step, block };
  }
  for (const way of step.ways) {
    const path = `${step.path}/${way.name}`;
    const closed = way.undo === null ? undefined : yield* fromUndo(run, path, way.undo, taken);
    const block = closed ?? (way.block === null ? undefined : yield* inBlock(run, path, way.block, taken));
    if (block === undefined) continue;
    const open: OpenWay = { name: way.name, state: 'open', block, last: [], undo: null };
    return { ...step, ways: step.ways.map((each) => (each === way ? open : each)) };
  }
  return undefined;
}

const again = ({ path, turns, vote }: Closing): ReturnType<typeof onApproval> =>
  onApproval(path, (_, step, definition) =>
    judged(
      withTurns(step, turns, (turn) => ({ ...turn, vote })),
      definition,
      null,
    ),
  );

/** The block as it was before the vote that closed it: without that, or without another on which it rested. */
function* fromUndo(run: Run, path: string, { block, closing }: Undo, taken: Taken): Asking<OpenBlock | undefined> {
  if (closing.vote.by === taken.by && closing.turns.includes(taken.key)) return block;
  const without = yield* inBlock(run, path, block, taken);
  const step = without === undefined ? undefined : stepWithTurn(without, closing.turns[0] ?? '');
  if (without === undefined || step?.path !== closing.path) return undefined;
  // In a sequence it may rest on what is taken back.
  const asked = askedTurns(step, run.places.approval(step.path)).map(({ turn }) => turn.key);
  if (!closing.turns.every((key) => asked.includes(key))) return undefined;
  // The vote that closed it stands: it is given once more on what is left.
  const result = yield* actInBlock(run, path, without, again(closing));
  return result.kind === 'open' ? result.block : undefined;
}

/** The block without somebody's approval; undefined where that is not to be had. */
export function* inBlock(run: Run, path: string, block: OpenBlock, taken: Taken): Asking<OpenBlock | undefined> {
  const closed = block.undo === null ? undefined : yield* fromUndo(run, path, block.undo, taken);
  if (closed !== undefined) return closed;
  const step = yield* inStep(run, block.step, taken);
  return step && { ...block, step, undo: null };
}

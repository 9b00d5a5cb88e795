// The frames of runs that stand at the same step: their records read, what they came to before, and which of them do it.
import { problem, type Problem } from '@tessera/kernel';
import type { AutomationModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { readStored, type StoredByObject } from './frame-records.ts';
import { inPresentNames } from './old-values.ts';
import { chunkOf, outcomesAt, placesOf, type RunState } from './run-state.ts';
import type { Frame, FrameRecord, Waited } from './step-work.ts';
import type { Site } from './tree.ts';
import { activePlaces } from './walk.ts';

/** A frame of a run, by its place among the frames of the run. */
export interface PlacedFrame {
  readonly place: number;
  /** The item of the innermost block. */
  readonly item: string | undefined;
  readonly frame: Frame;
  readonly waited: Waited | undefined;
}

export interface RunFrames {
  readonly state: RunState;
  readonly frames: readonly PlacedFrame[];
}

/** Runs that cannot go on, and why. */
export interface Stopped {
  readonly state: RunState;
  readonly kind: 'failed' | 'cancelled';
  readonly problem: Problem;
}

export interface Gathered {
  readonly runs: readonly RunFrames[];
  readonly stopped: readonly Stopped[];
}

const recordOf = ({ run }: RunState): Pick<FrameRecord, 'object' | 'id'> | undefined =>
  run.object === null || run.recordId === null ? undefined : { object: run.object, id: run.recordId };

/** The objects of the items of the blocks around a step, as they are called by now. */
const objectsAround = ({ around }: Site): readonly string[] =>
  around.flatMap((block) => (block.kind === 'items' ? [block.forEach.query.object] : []));

/** The way from the outermost block to a frame: the items that it is about. */
function itemsAt({ variables }: RunState, site: Site, place: readonly number[]): readonly Pick<FrameRecord, 'object' | 'id'>[] {
  const objects = objectsAround(site);
  return place.map((item, level) => ({ object: objects[level] ?? '', id: variables.blocks[level]?.items[item]?.[1] ?? '' }));
}

/** What a run's own record has against its going on. */
function stopOf(state: RunState, { trigger }: AutomationModel, stored: StoredByObject): Stopped | undefined {
  const record = recordOf(state);
  if (record === undefined) return undefined;
  const found = stored.get(record);
  const gone = problem('RECORD_NOT_FOUND', { ...record });
  const deletes =
    trigger.type === 'record' ? trigger.on.includes('delete') : trigger.type === 'approval' && trigger.on.includes('approved');
  if (found === undefined || (found.deleted && !deletes)) return { state, kind: 'cancelled', problem: gone };
  return found.seen ? undefined : { state, kind: 'failed', problem: gone };
}

/** An item that is gone meanwhile, or out of sight, is passed over. */
function framesOf({ model, cause: { chain } }: WriteSession, state: RunState, site: Site, stored: StoredByObject): readonly PlacedFrame[] {
  const { run, variables } = state;
  const { waiting } = variables;
  const own = recordOf(state);
  const old = inPresentNames(model.objects[own?.object ?? ''], variables.old);
  const places = placesOf(variables);
  return activePlaces(site, variables).flatMap((at): readonly PlacedFrame[] => {
    const place = places[at] ?? [];
    const left = waiting?.frames[at];
    const items = itemsAt(state, site, place);
    const found = items.map((item) => ({ item, record: stored.get(item) }));
    if (left?.done !== undefined || found.some(({ record }) => record === undefined || record.deleted || !record.seen)) return [];
    const records = [
      own && { ...own, values: stored.get(own)?.values ?? {} },
      ...found.map(({ item, record }) => ({ ...item, values: record?.values ?? {} })),
    ];
    const frame: Frame = {
      key: [run.id, ...items.map(({ id }) => id)].join('/'),
      runId: run.id,
      records,
      old,
      inputs: variables.inputs ?? {},
      outcomes: outcomesAt(variables, place),
      actor: run.actor,
      chain,
    };
    const waited = waiting && { since: waiting.since, kept: left?.kept, events: waiting.events };
    return [{ place: at, item: items.at(-1)?.id, frame, waited }];
  });
}

/** Reads the records of the runs with the session's rights: a statement for each object. */
export async function gatherFrames(
  session: WriteSession,
  automation: AutomationModel,
  site: Site,
  states: readonly RunState[],
): Promise<Gathered> {
  const objects = objectsAround(site);
  const wanted = states.flatMap((state) => {
    const own = recordOf(state);
    const items = state.variables.blocks.flatMap((block, level) => chunkOf(block).map(([, id]) => ({ object: objects[level] ?? '', id })));
    return own === undefined ? items : [own, ...items];
  });
  const stored = await readStored(session, wanted);
  const stopped = states.flatMap((state) => stopOf(state, automation, stored) ?? []);
  const stops = new Set(stopped.map(({ state }) => state));
  const runs = states.filter((state) => !stops.has(state)).map((state) => ({ state, frames: framesOf(session, state, site, stored) }));
  return { runs, stopped };
}

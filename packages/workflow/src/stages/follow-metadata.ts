// When stages get a flow, the records that are there are walked through: since when each is in its stage.
import type { Model } from '@tessera/metadata';
import { placeInStages } from '@tessera/records';
import type { WorkflowDoor } from '@tessera/storage';
import type { MetadataChanged } from '../triggers/follow-metadata.ts';
import { beginWalks, walkTimers, type RecordWalk, type Walked } from '../triggers/record-walk.ts';

const placeStages: RecordWalk<Walked> = {
  kind: 'placeStages',
  partOf: (_model, object) => ({ name: object, object }),
  take: (session, object, _part, records) => placeInStages(session, object, records),
};

export const stageWalks = walkTimers(placeStages);

const stagedIn = (model: Model): ReadonlySet<string> =>
  new Set(Object.values(model.stageFlows).map(({ object, since }) => JSON.stringify([object, since])));

/** In the transaction that puts the metadata in force. */
export async function followStages(door: WorkflowDoor, changed: MetadataChanged): Promise<void> {
  const { before, after } = changed;
  if (before === undefined) return;
  const known = stagedIn(before);
  const flows = Object.values(after.stageFlows).filter(({ object, since }) => !known.has(JSON.stringify([object, since])));
  const objects = [...new Set(flows.map(({ object }) => object))];
  await beginWalks(
    door,
    placeStages,
    objects.map((name) => ({ name, object: name })),
    changed,
  );
}

// In which order the records of several objects are locked.
import type { ObjectModel } from '@tessera/metadata';
import { objectOf, planOf, type WriteSession } from '../session.ts';

type Below = (object: ObjectModel) => readonly ObjectModel[];

/** How many levels lie below an object. */
function heightOf(below: Below, object: ObjectModel, chain: readonly ObjectModel[] = []): number {
  const heights = below(object).map((one) => (one === object || chain.includes(one) ? 0 : 1 + heightOf(below, one, [...chain, object])));
  return Math.max(0, ...heights);
}

/**
 * The order in which everybody locks: an object after those whose records it rolls up, and after its details, else as they stand in the Model.
 * Two writers that need the records of several objects then never wait for each other in a circle. Where roll-ups lead down, they come first.
 */
export function lockOrder(session: WriteSession, objects: Iterable<ObjectModel>): readonly ObjectModel[] {
  const rolledUp: Below = ({ fields }) =>
    Object.values(fields).flatMap(({ rollup }) =>
      rollup?.upkeep === 'transaction' ? [objectOf(session, rollup.aggregate.source.object)] : [],
    );
  const below: Below = (object) => [...rolledUp(object), ...planOf(session, object).details];
  const places = new Map(Object.values(session.model.objects).map((object, place) => [object, place]));
  const ranked = [...new Set(objects)].map((object) => ({
    object,
    height: heightOf(below, object),
    rollUps: heightOf(rolledUp, object),
    place: places.get(object) ?? 0,
  }));
  return ranked.sort((a, b) => a.height - b.height || a.rollUps - b.rollUps || a.place - b.place).map(({ object }) => object);
}

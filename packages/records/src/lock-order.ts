// In which order the records of several objects are locked.
import type { ObjectModel } from '@tessera/metadata';
import { objectOf, type WriteSession } from './session.ts';

/** How many levels of stored roll-ups lie below an object's own. */
function heightOf(session: WriteSession, object: ObjectModel, chain: readonly ObjectModel[] = []): number {
  const heights = Object.values(object.fields).map(({ rollup }) => {
    const source = rollup?.upkeep === 'transaction' ? objectOf(session, rollup.aggregate.source.object) : undefined;
    return source === undefined || source === object || chain.includes(source) ? 0 : 1 + heightOf(session, source, [...chain, object]);
  });
  return Math.max(0, ...heights);
}

/**
 * The order in which everybody locks: an object after those whose records it rolls up, else as they stand in the Model. Two writers
 * that need the records of several objects then never wait for each other in a circle.
 */
export function lockOrder(session: WriteSession, objects: Iterable<ObjectModel>): readonly ObjectModel[] {
  const places = new Map(Object.values(session.model.objects).map((object, place) => [object, place]));
  const ranked = [...new Set(objects)].map((object) => ({ object, height: heightOf(session, object), place: places.get(object) ?? 0 }));
  return ranked.sort((a, b) => a.height - b.height || a.place - b.place).map(({ object }) => object);
}

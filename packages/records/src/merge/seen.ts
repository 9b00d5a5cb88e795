// What a caller is told of records that a merge has to do with: only of those that he sees.
import type { WriteSession } from '../session.ts';
import { sightOf } from '../steps/see.ts';

interface Place {
  readonly object: string;
  readonly id: string;
}

/** Those of objects that exist for the caller, and in sight. */
export async function seenPlaces<P extends Place>(session: WriteSession, places: readonly P[]): Promise<readonly P[]> {
  const { policy, view } = session.access;
  if (policy.administrator) return places;
  const seen: P[] = [];
  for (const [object, own] of Map.groupBy(places, (place) => place.object)) {
    if (!Object.hasOwn(view.objects, object)) continue;
    const sight = await sightOf(session, object, [...new Set(own.map(({ id }) => id))]);
    seen.push(...own.filter(({ id }) => sight(id).readable));
  }
  return seen;
}

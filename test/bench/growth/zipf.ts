// Many tenants at once, asked as towns are large: the n-th as often as one n-th of the first.
import { measureCurve, type Curve, type Setting } from './curve.ts';
import type { Place } from './place.ts';
import { spreadOver, type Tenant } from './tenant-curve.ts';

/** At least so much of one tenant's throughput. */
export const zipfGoal = 0.5;
/** That is wanted of so many tenants. */
const most = 500;

/** Places in a list of `count` by Zipf's law, the same at each run. */
function zipf(count: number, length: number): readonly number[] {
  const sums: number[] = [];
  let sum = 0;
  for (let n = 1; n <= count; n += 1) sums.push((sum += 1 / n));
  return Array.from({ length }, (_, i) => {
    // The golden ratio's multiples fall evenly.
    const at = ((i * 0.618_033_988_749_895) % 1) * sum;
    return sums.findIndex((upTo) => at < upTo);
  });
}

export async function zipfCurve(place: Place, known: readonly Tenant[], setting: Setting): Promise<Curve> {
  const tenants = known.slice(0, most);
  const server = await place.start();
  try {
    const all = await spreadOver(place, server, tenants);
    const byZipf = zipf(tenants.length, 20_000).flatMap((place_) => all[place_] ?? []);
    return await measureCurve(
      `${String(tenants.length)} tenants at once: get one by id`,
      [
        { name: 'one tenant', servers: [server], requests: all.slice(0, 1) },
        { name: 'by Zipf’s law', servers: [server], requests: byZipf },
        { name: 'all alike', servers: [server], requests: all },
      ],
      setting,
    );
  } finally {
    await server.stop();
  }
}

// A pack with roll-ups of roll-ups on four levels, and the same values worked out by SQL of its own.
import { pack, type TestEngine, type TestTenant } from '../support/engine.ts';

const v = (name: string) => ({ var: name });
const rollup = (of: string, name: string, value?: unknown, where?: unknown) => ({
  type: 'rollup',
  aggregate: { of, function: name, ...(value === undefined ? {} : { value }), ...(where === undefined ? {} : { where }) },
});

export const house = pack('house', {
  street: { fields: { area: rollup('buildings', 'sum', v('area')), largest: rollup('buildings', 'max', v('area')) } },
  building: {
    fields: {
      street: { type: 'lookup', to: 'street', inverse: 'buildings' },
      area: rollup('floors', 'sum', v('area')),
      floorCount: rollup('floors', 'count'),
      largestFloor: rollup('floors', 'max', v('area')),
    },
  },
  floor: {
    fields: {
      building: { type: 'masterDetail', to: 'building', inverse: 'floors', reparent: true },
      roomCount: rollup('rooms', 'count'),
      area: { ...rollup('rooms', 'sum', v('area')), history: true },
      largest: rollup('rooms', 'max', v('area')),
      smallest: rollup('rooms', 'min', v('area')),
      average: rollup('rooms', 'avg', v('area')),
      heated: rollup('rooms', 'sum', v('area'), { '!': { isBlank: v('heating') } }),
      thirds: { ...rollup('rooms', 'sum', { '/': [v('part'), 3] }), scale: 2 },
      spareArea: rollup('spares', 'sum', v('area')),
      furniture: rollup('desks', 'sum', v('price')),
    },
  },
  room: {
    fields: {
      floor: { type: 'masterDetail', to: 'floor', inverse: 'rooms', reparent: true },
      spare: { type: 'lookup', to: 'floor', inverse: 'spares' },
      area: { type: 'number', precision: 12, scale: 2, history: true },
      part: { type: 'number', scale: 0 },
      heating: { type: 'picklist', options: { gas: { order: 10 }, oil: { order: 20 } } },
    },
  },
  desk: { fields: { floor: { type: 'lookup', to: 'floor', inverse: 'desks' }, price: { type: 'currency' } } },
});

/** Stored roll-ups that are not what the live children add up to. */
export async function wrongRollups(engine: TestEngine, { schema }: TestTenant): Promise<readonly unknown[]> {
  const rooms = `from ${schema}.room r where r.floor_id = f.id and r.deleted_at is null and r.life_status <> 'void'`;
  const floors = `from ${schema}.floor f where f.building_id = b.id and f.deleted_at is null`;
  const buildings = `from ${schema}.building b where b.street_id = s.id and b.deleted_at is null`;
  const comparisons = [
    `select 'floor' as object, f.id, to_jsonb(array[f.room_count, f.area, f.largest, f.smallest, f.average, f.heated, f.thirds, f.spare_area]) as stored,
       to_jsonb(array[(select count(*) ${rooms}), (select coalesce(sum(area), 0) ${rooms}), (select max(area) ${rooms}), (select min(area) ${rooms}),
         (select round(avg(area), pg_catalog.scale(f.average)) ${rooms}), (select coalesce(sum(area), 0) ${rooms} and r.heating is not null),
         (select round(coalesce(sum(part / 3), 0), 2) ${rooms}),
         (select coalesce(sum(area), 0) from ${schema}.room r where r.spare_id = f.id and r.deleted_at is null)]) as right
     from ${schema}.floor f where f.deleted_at is null`,
    `select 'building', b.id, to_jsonb(array[b.floor_count, b.area, b.largest_floor]),
       to_jsonb(array[(select count(*) ${floors}), (select coalesce(sum(area), 0) ${floors}), (select max(area) ${floors})])
     from ${schema}.building b where b.deleted_at is null`,
    `select 'street', s.id, to_jsonb(array[s.area, s.largest]), to_jsonb(array[(select coalesce(sum(area), 0) ${buildings}), (select max(area) ${buildings})])
     from ${schema}.street s where s.deleted_at is null`,
  ];
  return engine.sql(`select * from (${comparisons.join(' union all ')}) c where c.stored <> c.right`);
}

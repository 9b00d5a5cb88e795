// Data of packs for a tenant that has taken away what they name: values of fields that are gone are left out, and sets of objects that are gone.
import type { DataJson, Layer, Model } from '@tessera/metadata';
import type { Values } from '../given-values.ts';
import { dataSetsOf, type DataSet } from './sets.ts';

type Json = Readonly<Record<string, unknown>>;

const asJson = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});

/** Objects and fields (`account.fax`) that layers define; whatever else data name is a mistake, and stays to be told. */
function definedBy(layers: readonly Layer[]): ReadonlySet<string> {
  const defined = new Set<string>();
  for (const file of layers.flatMap(({ files }) => Object.entries(files))) {
    const [path, content] = [file[0], asJson(file[1])];
    const isObject = path.startsWith('objects/');
    if (!isObject && !(path.startsWith('extensions/') && (content['kind'] ?? 'object') === 'object')) continue;
    const object = String(isObject ? content['name'] : content['extends']);
    if (isObject) defined.add(object);
    for (const [field, entry] of Object.entries(asJson(content['fields']))) if (entry !== null) defined.add(`${object}.${field}`);
  }
  return defined;
}

/** The data of these packs, as far as the tenant has what they are about. @param layers all of the tenant */
export function dataSetsFor(packs: readonly Layer[], layers: readonly Layer[], model: Model): readonly DataSet[] {
  const defined = definedBy(layers);
  const isGone = (object: string, field: string): boolean =>
    !Object.hasOwn(model.objects[object]?.fields ?? {}, field) && defined.has(`${object}.${field}`);
  const left = <V extends Json>(object: string, values: V): V =>
    Object.fromEntries(Object.entries(values).filter(([field]) => !isGone(object, field))) as V;

  const mappingOf = (object: string, { columns, set, ...mapping }: NonNullable<DataJson['mapping']>): NonNullable<DataJson['mapping']> => {
    const kept = Object.entries(columns).map(([column, target]) => {
      const field = asJson(target)['field'];
      return [column, typeof field === 'string' && isGone(object, field) ? null : target] as const;
    });
    return { ...mapping, columns: Object.fromEntries(kept), ...(set === undefined ? {} : { set: left(object, set) }) };
  };

  const fitted = (set: DataSet): DataSet => {
    const { object, records, history, mapping } = set;
    const eachOf = (map: Readonly<Record<string, Values>>): Readonly<Record<string, Values>> =>
      Object.fromEntries(Object.entries(map).map(([key, values]) => [key, left(object, values)]));
    const past = Object.entries(history).map(
      ([key, events]) =>
        [key, events.map((event) => (event.values === undefined ? event : { ...event, values: left(object, event.values) }))] as const,
    );
    const fitting = mapping === undefined ? {} : { mapping: mappingOf(object, mapping) };
    return { ...set, ...fitting, records: eachOf(records), history: Object.fromEntries(past) };
  };

  return packs
    .flatMap(dataSetsOf)
    .filter(({ object }) => Object.hasOwn(model.objects, object) || !defined.has(object))
    .map(fitted);
}

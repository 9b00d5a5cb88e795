// The data sets of packs: which there are, in which order they are loaded, and which need which.
import { fail } from '@tessera/kernel';
import type { DataEventJson, DataJson, Layer, Model } from '@tessera/metadata';
import { refsIn, type Values } from '../given-values.ts';

export type SeedOwner = NonNullable<DataJson['owner']>;

/** Something that has happened to a record, under its name in the file. */
export type DataEvent = DataEventJson & { readonly name: string };

/** A data file of a pack, as its schema has checked it, without remarks. */
export interface DataSet extends Pick<DataJson, 'name' | 'object' | 'file' | 'mapping' | 'refColumn'> {
  /** What has become of records, by their names. */
  readonly history: Readonly<Record<string, readonly DataEvent[]>>;
  /** Whether automations follow what is loaded. */
  readonly automations: boolean;
  readonly pack: string;
  readonly owner: SeedOwner;
  readonly by: string;
  /** By name. */
  readonly records: Readonly<Record<string, Values>>;
}

const withoutRemark = <T>(map: Readonly<Record<string, T>> | undefined): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => key !== '$comment'));

function dataSet(pack: string, { owner = 'once', by = 'name', records, history, automations = false, ...set }: DataJson): DataSet {
  const own = Object.entries(withoutRemark(records)).map(([name, values]) => [name, withoutRemark(values)] as const);
  const past = Object.entries(withoutRemark(history)).map(
    ([key, events]) => [key, Object.entries(withoutRemark(events)).map(([name, event]): DataEvent => ({ ...event, name }))] as const,
  );
  return { ...set, pack, owner, by, automations, records: Object.fromEntries(own), history: Object.fromEntries(past) };
}

/** In the order in which they are loaded. */
export function dataSetsOf({ name: pack, files }: Layer): readonly DataSet[] {
  return Object.entries(files)
    .filter(([path]) => path.startsWith('data/'))
    .map(([, content]) => content as DataJson)
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0) || (a.name < b.name ? -1 : 1))
    .map((set) => dataSet(pack, set));
}

const peopleOf = ({ by, submit, approval }: DataEventJson): readonly string[] => [
  by,
  ...(submit?.chosen ?? []),
  ...(approval?.to === undefined ? [] : [approval.to]),
];

/** Every name that a set refers to. */
export function refsOf({ records, mapping, history }: DataSet): readonly string[] {
  const events = Object.values(history).flat();
  const values = [...Object.values(records), ...Object.values(mapping?.set ?? {}), ...events.map((event) => event.values)];
  return [...new Set([...values.flatMap(refsIn), ...events.flatMap(peopleOf)])];
}

/** `crm-base/acme` → its pack and its name in it; a name alone is of any pack. */
export function partsOfRef(ref: string): { readonly pack: string | undefined; readonly key: string } {
  const slash = ref.lastIndexOf('/');
  return slash < 0 ? { pack: undefined, key: ref } : { pack: ref.slice(0, slash), key: ref.slice(slash + 1) };
}

/** Objects whose records the columns of a file are looked up among. */
function lookedUp({ object, mapping }: DataSet, model: Model): ReadonlySet<string> {
  const fields = model.objects[object]?.fields ?? {};
  const columns = Object.values(mapping?.columns ?? {}) as readonly ({ readonly field?: string; readonly lookup?: unknown } | null)[];
  const targets = columns.flatMap((column) => {
    if (column?.lookup === undefined || column.field === undefined) return [];
    return Object.hasOwn(fields, column.field) ? (fields[column.field]?.lookup?.to ?? []) : [];
  });
  return new Set(targets);
}

function needs(set: DataSet, earlier: DataSet, model: Model): boolean {
  // What a set changes must be there, and so must what its columns find.
  if (earlier.object === set.object || lookedUp(set, model).has(earlier.object)) return true;
  return refsOf(set).some((ref) => {
    const { pack, key } = partsOfRef(ref);
    if (pack !== undefined && pack !== earlier.pack) return false;
    return Object.hasOwn(earlier.records, key) || earlier.refColumn !== undefined;
  });
}

/**
 * Sets with those before them that they need: whose records they name, look up or change.
 * @param all in the order in which they are loaded
 */
export function withNeeded(all: readonly DataSet[], wanted: readonly DataSet[], model: Model): readonly DataSet[] {
  const chosen = new Set(wanted);
  for (const set of [...all].reverse()) {
    if (!chosen.has(set)) continue;
    for (const earlier of all.slice(0, all.indexOf(set))) if (needs(set, earlier, model)) chosen.add(earlier);
  }
  return all.filter((set) => chosen.has(set));
}

/** @param name `accounts`, or `crm-base/accounts` where several packs have one of that name */
export function isCalled(name: string): (set: Pick<DataSet, 'pack' | 'name'>) => boolean {
  const said = partsOfRef(name);
  return (set) => set.name === said.key && (said.pack === undefined || said.pack === set.pack);
}

/** Throws COMPONENT_UNKNOWN. */
export function setCalled(all: readonly DataSet[], name: string): DataSet {
  // The pack on top comes last.
  const found = all.findLast(isCalled(name));
  if (found !== undefined) return found;
  throw fail('COMPONENT_UNKNOWN', { kind: 'data set', name, known: `Known: ${all.map((set) => set.name).join(', ')}.` });
}

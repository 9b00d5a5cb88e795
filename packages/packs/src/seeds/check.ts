// Checks a pack's data against a Model: objects, fields and records that they name must be known where they are named.
import { problem, type Problem } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import { people, refIn, type Values } from '../given-values.ts';
import { knownNames } from '../known-names.ts';
import { partsOfRef, type DataSet } from './sets.ts';

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

class Check {
  readonly problems: Problem[] = [];
  readonly #model: Model;
  readonly #set: DataSet;
  /** Those that come before, as far as the set reaches them. */
  readonly #earlier: readonly DataSet[];
  /** Names of the set's own records that come before. */
  readonly #own = new Set<string>();

  constructor(model: Model, set: DataSet, earlier: readonly DataSet[]) {
    this.#model = model;
    this.#set = set;
    this.#earlier = earlier;
  }

  #missing(kind: string, name: string, pointer: string, known: readonly string[]): void {
    const params = { kind, name, where: '', known: knownNames(name, known) };
    this.problems.push(problem('METADATA_REFERENCE_MISSING', params, { file: `${this.#set.pack}/data/${this.#set.name}.json`, pointer }));
  }

  /** @param to objects of which it may be; left out: of any */
  #ref(name: string, pointer: string, to?: readonly string[]): void {
    const { pack, key } = partsOfRef(name);
    if (this.#own.has(key) && (pack === undefined || pack === this.#set.pack)) return;
    const reached = this.#earlier.filter((set) => pack === undefined || set.pack === pack);
    // What rows of a file are called only the load tells.
    const isOpen = (set: DataSet): boolean => set.refColumn !== undefined && (to === undefined || to.includes(set.object));
    if (reached.some((set) => Object.hasOwn(set.records, key) || isOpen(set))) return;
    this.#missing('record that came before', name, pointer, [...this.#own, ...reached.flatMap((set) => Object.keys(set.records))]);
  }

  #refs(value: unknown, pointer: string, to?: readonly string[]): void {
    if (typeof value !== 'object' || value === null) return;
    const ref = refIn(value);
    if (ref !== undefined) this.#ref(ref, `${pointer}/ref`, to);
    else for (const [key, each] of Object.entries(value)) this.#refs(each, `${pointer}/${escaped(key)}`);
  }

  #values(values: Values, pointer: string): void {
    const { fields = {}, relations = {} } = this.#model.objects[this.#set.object] ?? {};
    for (const [field, value] of Object.entries(values)) {
      const at = `${pointer}/${escaped(field)}`;
      const isKnown = field === '$comment' || Object.hasOwn(fields, field) || Object.hasOwn(relations, field);
      if (!isKnown) this.#missing('field', field, at, Object.keys(fields));
      this.#refs(value, at, fields[field]?.lookup?.to);
    }
  }

  #history(): void {
    const { records, refColumn, history } = this.#set;
    for (const [name, events] of Object.entries(history)) {
      const at = `/history/${escaped(name)}`;
      if (!Object.hasOwn(records, name) && refColumn === undefined) this.#missing('record of the set', name, at, Object.keys(records));
      for (const { name: event, by, values = {}, submit, approval } of events) {
        const own = `${at}/${escaped(event)}`;
        this.#ref(by, `${own}/by`, [people]);
        for (const [i, person] of (submit?.chosen ?? []).entries()) this.#ref(person, `${own}/submit/chosen/${String(i)}`, [people]);
        if (approval?.to !== undefined) this.#ref(approval.to, `${own}/approval/to`, [people]);
        this.#values(values, `${own}/values`);
      }
    }
  }

  all(): readonly Problem[] {
    const { object, records, mapping, refColumn } = this.#set;
    if (!Object.hasOwn(this.#model.objects, object)) {
      this.#missing('object', object, '/object', Object.keys(this.#model.objects));
      return this.problems;
    }
    for (const [name, values] of Object.entries(records)) {
      this.#values(values, `/records/${escaped(name)}`);
      this.#own.add(name);
    }
    this.#refs(mapping?.set, '/mapping/set');
    if (refColumn !== undefined && !Object.hasOwn(mapping?.columns ?? {}, refColumn))
      this.#missing('column', refColumn, '/refColumn', Object.keys(mapping?.columns ?? {}));
    this.#history();
    return this.problems;
  }
}

/**
 * Everything that is wrong with a pack's data beyond their schema, with its place and remedy.
 * @param all of the pack and those below, in the order in which they are loaded
 */
export function checkData(model: Model, pack: string, all: readonly DataSet[]): readonly Problem[] {
  return all.flatMap((set, i) => {
    if (set.pack !== pack) return [];
    // Demo data are not always there.
    const earlier = all.slice(0, i).filter(({ owner }) => set.owner === 'demo' || owner !== 'demo');
    return new Check(model, set, earlier).all();
  });
}

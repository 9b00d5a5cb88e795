// What records of data are called: those that the tenant has from this pack and from the packs below.
import { fail } from '@tessera/kernel';
import { seedsCalled, type Seeded } from '@tessera/storage';
import type { Naming, RecordRef } from '../given-values.ts';
import { partsOfRef } from './sets.ts';

type Known = Pick<Seeded, 'pack' | 'key' | 'object' | 'id'>;

/** The record that a pack means by a name: its own first, then the only one of another. Undefined: there is none. Throws SEED_REFERENCE_AMBIGUOUS. */
export function seedCalled(known: readonly Known[], pack: string | undefined, ref: string): RecordRef | undefined {
  const said = partsOfRef(ref);
  const called = known.filter(({ key }) => key === said.key);
  // Two sets of a pack may write the same record; the later one knows best.
  const latest = (name: string | undefined): Known | undefined => called.findLast((each) => each.pack === name);
  const own = latest(said.pack ?? pack);
  if (own !== undefined) return { object: own.object, id: own.id };
  if (said.pack !== undefined) return undefined;
  const packs = [...new Set(called.map((each) => each.pack))];
  if (packs.length > 1) throw fail('SEED_REFERENCE_AMBIGUOUS', { ref, packs: packs.join(', ') });
  const only = latest(packs[0]);
  return only === undefined ? undefined : { object: only.object, id: only.id };
}

/** Names as a set uses them, with what is written meanwhile. */
export class SeedNames {
  readonly #pack: string;
  readonly #known: Known[];

  private constructor(pack: string, known: readonly Known[]) {
    this.#pack = pack;
    this.#known = [...known];
  }

  static async read(door: Parameters<typeof seedsCalled>[0], pack: string, refs: readonly string[]): Promise<SeedNames> {
    const keys = refs.map((ref) => partsOfRef(ref).key);
    return new SeedNames(pack, keys.length === 0 ? [] : await seedsCalled(door, keys));
  }

  call(key: string, record: RecordRef): void {
    this.#known.push({ pack: this.#pack, key, ...record });
  }

  /** Throws SEED_REFERENCE_MISSING, SEED_REFERENCE_AMBIGUOUS. @param where who asks */
  naming(where: string): Naming {
    return (ref) => {
      const found = seedCalled(this.#known, this.#pack, ref);
      if (found === undefined) throw fail('SEED_REFERENCE_MISSING', { ref, field: where });
      return found;
    };
  }
}

// Statements whose text a Model gives, whatever the values are: built once, and planned once by each connection.
import { toStatement, type Sql, type Statement } from '@tessera/kernel';
import type { ReadTarget } from '../query/compilation.ts';

/** Tenants that share a Model have texts of their own; those of so many are kept. */
const mostSchemas = 100;
/** Of one object of the Model, or whatever else texts are made from, in one schema. */
const mostKept = 500;

type Texts = WeakMap<object, Map<string, unknown>>;

export class KeptStatements {
  /** By schema, the one used last at the end. */
  readonly #schemas = new Map<string, Texts>();
  #last: { readonly schema: string; readonly texts: Texts } | undefined;

  /** The statement, its slots still to be bound. See `keep`. */
  get(target: Pick<ReadTarget, 'schema'>, about: object, key: string, build: () => Sql): Statement {
    return this.keep(target, about, key, () => toStatement(build(), 'kept'));
  }

  /**
   * What `make` gives, made once.
   * @param about what it is made from, beside the schema: a part of a Model or of a policy, with which it is forgotten
   * @param key what else tells it apart; with each a thing of one type
   */
  keep<Kept>({ schema }: Pick<ReadTarget, 'schema'>, about: object, key: string, make: () => Kept): Kept {
    const texts = this.#last?.schema === schema ? this.#last.texts : this.#textsOf(schema);
    let kept = texts.get(about);
    if (kept === undefined) texts.set(about, (kept = new Map<string, unknown>()));
    const known = kept.get(key) as Kept | undefined;
    if (known !== undefined) return known;
    if (kept.size >= mostKept) kept.clear();
    const made = make();
    kept.set(key, made);
    return made;
  }

  #textsOf(schema: string): Texts {
    const texts: Texts = this.#schemas.get(schema) ?? new WeakMap<object, Map<string, unknown>>();
    this.#schemas.delete(schema);
    const [oldest] = this.#schemas.keys();
    if (this.#schemas.size >= mostSchemas && oldest !== undefined) this.#schemas.delete(oldest);
    this.#schemas.set(schema, texts);
    this.#last = { schema, texts };
    return texts;
  }
}

/** Where a write goes. */
export interface WriteTarget extends ReadTarget {
  readonly kept: KeptStatements;
}

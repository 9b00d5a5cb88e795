// Reads as transports plan them, and how often the engine had no plan.
import type { Engine, PlannedRead, RootRequest } from '@tessera/engine';
import { TesseraError, type Given, type GivenValue } from '@tessera/kernel';
import { LateValues } from '../../packages/api/src/late-values.ts';
import type { TestTenant } from '../support/engine.ts';

export type Asking = Pick<TestTenant, 'context' | 'run'>;

/** A root called `r` with a given value in it. */
export type MakeRoot = (given: Given) => RootRequest;

export class Reader {
  /** How often the root was asked for, because no plan was at hand. */
  written = 0;
  readonly #engine: Engine;
  readonly #name: string;
  readonly #root: MakeRoot;

  constructor(engine: Engine, name: string, root: MakeRoot) {
    this.#engine = engine;
    this.#name = name;
    this.#root = root;
  }

  /** Asks as REST and GraphQL do: once more where the Model has moved on. */
  async ask(person: Asking, value: GivenValue, taken: 'operand' | 'id' | 'cursor' = 'operand'): Promise<unknown> {
    const late = new LateValues();
    const given = late[taken]('v', value) as Given;
    const read = async (fresh: boolean): Promise<PlannedRead> => ({
      modelHash: (await this.#engine.view(person.context(), { fresh })).hash,
      key: late.key(given, this.#name),
      givens: late.givens,
      roots: () => {
        this.written += 1;
        return [this.#root(given)];
      },
    });
    const answer = await person.run('records.read', await read(false)).catch(async (error: unknown) => {
      if (error instanceof TesseraError && error.code === 'MODEL_CHANGED') return person.run('records.read', await read(true));
      throw error;
    });
    return (JSON.parse(answer) as { readonly r: unknown }).r;
  }
}

/** Makes readers; each has plans of its own. */
export function readersOf(engine: Engine): (root: MakeRoot) => Reader {
  let made = 0;
  return (root) => new Reader(engine, `reader ${String((made += 1))}`, root);
}

// What a transport asks the engine to read, as if nothing were kept of it.
import type { Engine, OperationInput, ReadRequest } from '@tessera/engine';
import { withoutGivens } from '@tessera/kernel';

export type ReadInput = OperationInput<'records.read'>;

/** A planned read with its values in place. */
export async function askedRead(input: ReadInput): Promise<ReadRequest> {
  return 'key' in input ? { roots: withoutGivens(await input.roots()), modelHash: input.modelHash } : input;
}

/** The engine with another way to take reads. */
export function withReads(target: Engine, taken: (input: ReadInput) => ReadInput | Promise<ReadInput>): Engine {
  const run: Engine['run'] = async (name, context, input) =>
    target.run(name, context, name === 'records.read' ? ((await taken(input as ReadInput)) as typeof input) : input);
  return new Proxy(target, {
    get: (object, property) => {
      if (property === 'run') return run;
      const value = Reflect.get(object, property, object) as unknown;
      return typeof value === 'function' ? (value.bind(object) as unknown) : value;
    },
  });
}

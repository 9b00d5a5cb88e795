// Running a read: the request is written against the Model as the caller sees it, and written again where that has just moved on.
import { TesseraError } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import type { JsonText, PlannedRead, RequestWriter, RootRequest } from '@tessera/engine';
import type { LateValues } from '../late-values.ts';
import type { Call } from './route.ts';

/**
 * Does something with the tenant's present Model; once more where the tenant has another by now.
 * @param work gets the Model, whose hash goes into the request
 */
export async function withModel<T>(call: Call, work: (model: Model) => Promise<T>): Promise<T> {
  const attempt = async (fresh: boolean): Promise<T> => work(await call.engine.view(call.context, { fresh }));
  try {
    return await attempt(false);
  } catch (error) {
    if (error instanceof TesseraError && error.code === 'MODEL_CHANGED') return await attempt(true);
    throw error;
  }
}

/** One root that may be read again with other values. */
export interface PlannedRoot {
  readonly late: LateValues;
  /** All that the root is made of besides the Model; given values in place. */
  readonly parts: readonly unknown[];
  readonly root: (model: Model) => RootRequest | Promise<RootRequest>;
}

function plannedRead(model: Model, { late, parts, root }: PlannedRoot): PlannedRead {
  return { modelHash: model.hash, key: `rest ${late.key(...parts)}`, givens: late.givens, roots: async () => [await root(model)] };
}

/** One root, read by one statement. */
export async function readRoot(call: Call, model: Model, planned: PlannedRoot): Promise<JsonText> {
  return await call.engine.run('records.read', call.context, plannedRead(model, planned));
}

/** The same read, for whoever explains it. */
export function rootWriter(planned: PlannedRoot): RequestWriter {
  return (model) => ({ operation: 'records.read', input: plannedRead(model, planned) });
}

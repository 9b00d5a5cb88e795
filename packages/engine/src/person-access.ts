// What a person may do, as of a transaction: for what is done in that person's name.
import type { AccessOf } from '@tessera/records';
import { compilePolicy, personWanted, viewOf, type Policy } from '@tessera/security';
import { doorOf, loadPerson } from '@tessera/storage';
import type { Shape } from './kept-accesses.ts';
import type { CompiledRuntime } from './tenant-runtimes.ts';

/** What callers of the policy's shape have in common. */
export function shapeOf({ model, accesses }: CompiledRuntime, policy: Policy): Shape {
  const known = accesses.shape(policy.shape);
  if (known !== undefined) return known;
  const shape = { objects: policy.objects, view: viewOf(model, policy) };
  accesses.keepShape(policy.shape, shape);
  return shape;
}

/** Within writes on the Model of a runtime, whose transactions are guarded by it: whoever has lost a right meanwhile acts without it. */
export const accessWithin =
  (runtime: CompiledRuntime): AccessOf =>
  async ({ transaction, target }, userId) => {
    const { model, accesses } = runtime;
    const person = await loadPerson(doorOf(transaction, target.schema), { model, userId, subjects: personWanted(model) });
    if (person?.active !== true) return undefined;
    const policy = compilePolicy(model, person, { kept: (shape) => accesses.shape(shape)?.objects });
    const { view } = shapeOf(runtime, policy);
    return { policy, view, person: { userId: person.userId, department: person.department } };
  };

// `@tessera/security` whose `restrict` can be broken, for engines of the variant `leaky`.
import { restrict as real } from '@tessera/security';
import type { Restrict } from './mutants.ts';

export * from '@tessera/security';

let present: Restrict = real;

/** From now on engines of the variant restrict as is made of what they should; left out: as they should. */
export function breakRestrict(broken: (real: Restrict) => Restrict = (as) => as): void {
  present = broken(real);
}

export const restrict: Restrict = (...given) => present(...given);

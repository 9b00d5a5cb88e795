// The second half of the worlds of prover.test.ts.
import { provesWorlds } from './prover-run.ts';

provesWorlds(2, 250);

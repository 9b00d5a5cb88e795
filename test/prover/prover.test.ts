// Half of the worlds that are proved in CI; the other half is in prover-second.test.ts, so that two cores share them.
import { provesWorlds } from './prover-run.ts';

provesWorlds(1, 250);

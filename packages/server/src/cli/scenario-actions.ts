// Playing a pack's scenarios: once, or again whenever its files change.
import type { ScenarioDesk } from '@tessera/engine';
import type { OperatorDesk } from '../wiring.ts';
import type { CliActions } from './actions.ts';
import { folderChanges } from './folder-changes.ts';

type AtDesk = <T>(work: (desk: OperatorDesk) => Promise<T>) => Promise<T>;

export function scenarioActions(atDesk: AtDesk): Pick<CliActions, 'testPack' | 'watchPack'> {
  const atScenarios = <T>(work: (desk: ScenarioDesk) => Promise<T>): Promise<T> =>
    atDesk(async ({ administration }) => {
      // Much to load, and for this alone.
      const { graphqlAsker } = await import('@tessera/api');
      return administration.atScenarioDesk(graphqlAsker(), work);
    });
  return {
    testPack: (input) => atScenarios((desk) => desk.test(input)),
    watchPack: (input, tell, signal) =>
      atScenarios(async (desk) => {
        const changes = folderChanges(input.folder, signal);
        // Begun before the first turn, so that no change is missed meanwhile.
        let next = changes.next();
        for (let over = false; !over;) {
          await tell(() => desk.test(input));
          over = (await next).done === true;
          next = changes.next();
        }
      }),
  };
}

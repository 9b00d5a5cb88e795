// Playing a pack's scenarios: once, or again whenever its files change.
import type { PackDesk, ScenarioDesk } from '@tessera/engine';
import type { OperatorDesk } from '../wiring.ts';
import type { CliActions } from './actions.ts';
import { WatchedFolders } from './folder-changes.ts';

type AtDesk = <T>(work: (desk: OperatorDesk) => Promise<T>) => Promise<T>;

export function scenarioActions(atDesk: AtDesk): Pick<CliActions, 'testPack' | 'watchPack'> {
  const atScenarios = <T>(work: (desk: ScenarioDesk, packs: PackDesk) => Promise<T>): Promise<T> =>
    atDesk(async ({ administration }) => {
      // Much to load, and for this alone.
      const { graphqlAsker } = await import('@tessera/api');
      return administration.atScenarioDesk(graphqlAsker(), (desk) => work(desk, administration.packs));
    });
  return {
    testPack: (input) => atScenarios((desk) => desk.test(input)),
    watchPack: (input, tell, signal) =>
      atScenarios(async (desk, packs) => {
        const { folder } = input;
        const watched = new WatchedFolders(signal);
        do {
          // Looked at before they are read, so that no change is missed.
          await watched.watch(await packs.foldersOf(folder).catch(() => [folder]));
          await tell(() => desk.test(input));
        } while ((await watched.changes()) !== undefined);
      }),
  };
}

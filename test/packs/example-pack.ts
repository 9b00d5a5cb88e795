// What is asked of every industry pack that comes along: it is whole, its scenarios hold, and they reach all of it.
import { describe, expect, it } from '@jest/globals';
import { graphqlAsker } from '@tessera/api';
import { Administration, atScenarioDesk, type EngineOptions } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { openCell, type Cell } from '@tessera/storage';
import { exampleFolder } from '../support/packs.ts';
import { testDatabase } from '../support/postgres.ts';

export interface PackDesk {
  readonly cell: Cell;
  readonly options: EngineOptions;
  close(): Promise<void>;
}

/** @param now milliseconds since 1970; left out: as time goes by */
export async function packDesk(now?: number): Promise<PackDesk> {
  const database = await testDatabase();
  const cell = await openCell({ url: database.url, log: silentLogger });
  return {
    cell,
    options: { cell, log: silentLogger, secret: 'a secret of these tests, long enough', clock: { now: () => now ?? Date.now() } },
    close: async () => {
      await cell.close();
      await database.drop();
    },
  };
}

/** A pack plays for some twenty seconds, and for several times as long beside other tests. */
const longMs = 900_000;

interface Played {
  /** Scenarios that there are at least. */
  readonly least: number;
  /** One of them. */
  readonly one: string;
}

/** @param options of an engine, once there is one */
export function provesPack(name: string, options: () => EngineOptions, { least, one }: Played): void {
  const folder = exampleFolder(name);

  describe(`the pack ${name}`, () => {
    it('is whole: nothing is missing, untranslated or unused', async () => {
      const checked = await new Administration(options()).packs.validate(folder);
      expect(checked).toEqual({ name, version: '1.0.0', problems: [], warnings: [] });
    });

    it(
      'does what its scenarios say, and they reach all of it',
      async () => {
        const tested = await atScenarioDesk(options(), graphqlAsker(), (desk) => desk.test({ folder }));
        expect(tested.results.filter(({ passed }) => !passed)).toEqual([]);
        expect(tested.results.length).toBeGreaterThanOrEqual(least);
        expect(tested.results.map((result) => result.name)).toContain(one);
        expect(tested.coverage?.unreached).toEqual([]);
      },
      longMs,
    );
  });
}

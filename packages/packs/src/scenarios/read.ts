// The scenarios and fixtures of layers: files of `tests/` and `fixtures/`, which their schemas have checked.
import { inLanguage } from '@tessera/records';
import type { FixtureJson, Layer, ScenarioJson } from '@tessera/metadata';

export interface Scenario {
  readonly name: string;
  /** The layer that has it. */
  readonly layer: string;
  /** What it shows, in a sentence. */
  readonly title: string;
  /** `crm-base/tests/discount.json` */
  readonly file: string;
  readonly content: ScenarioJson;
}

export interface Fixture {
  readonly file: string;
  readonly content: FixtureJson;
}

/** Entries of a map with stable keys, without remarks. */
export function entriesOf<T>(map: Readonly<Record<string, T>> | undefined): readonly (readonly [string, T])[] {
  return Object.entries(map ?? {}).filter(([key]) => key !== '$comment');
}

interface Placed {
  readonly order?: number;
  readonly active?: boolean;
}

/** Those that are not switched off, by `order`; those without one behind them, in the order in which they are written. */
function inOrder<T>(list: readonly T[], placeOf: (entry: T) => Placed): readonly T[] {
  const active = list.filter((entry) => placeOf(entry).active !== false);
  const [placed, others] = [true, false].map((has) => active.filter((entry) => (placeOf(entry).order !== undefined) === has));
  const order = (entry: T): number => placeOf(entry).order ?? 0;
  return [...(placed ?? []).sort((a, b) => order(a) - order(b)), ...(others ?? [])];
}

export const ordered = <T extends Placed>(map: Readonly<Record<string, T>> | undefined): readonly (readonly [string, T])[] =>
  inOrder(entriesOf(map), ([, entry]) => entry);

/** `bigDiscount` → `Big discount` */
export const inWords = (name: string): string => {
  const words = name.replaceAll(/([A-Z_-]+)/g, (letters) => ` ${letters.replaceAll(/[_-]/g, '').toLowerCase()}`).trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const filesIn = (layer: Layer, folder: string): readonly (readonly [string, unknown])[] =>
  Object.entries(layer.files)
    .filter(([path]) => path.startsWith(`${folder}/`))
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** In their order. */
export function scenariosOf(layer: Layer, languages: readonly string[]): readonly Scenario[] {
  const all = filesIn(layer, 'tests').map(([path, content]): Scenario => {
    const scenario = content as ScenarioJson;
    const { name, label } = scenario;
    const title = label === undefined ? inWords(name) : inLanguage(label, languages);
    return { name, layer: layer.name, title, file: `${layer.name}/${path}`, content: scenario };
  });
  return inOrder(all, ({ content }) => content);
}

/** Those of lower layers first: what a higher one says of a field counts. */
export function fixturesOf(layers: readonly Layer[]): readonly Fixture[] {
  return layers.flatMap((layer) =>
    filesIn(layer, 'fixtures')
      .map(([path, content]) => ({ file: `${layer.name}/${path}`, content: content as FixtureJson }))
      .filter(({ content }) => content.active !== false),
  );
}

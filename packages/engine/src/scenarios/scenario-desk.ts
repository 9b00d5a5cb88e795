// Plays the scenarios of a pack: in a sandbox beside the tenants, on the pack alone or on a tenant's layers, made once and used again.
import { randomBytes } from 'node:crypto';
import { fail, failAll } from '@tessera/kernel';
import { contentHash, type Layer, type Model } from '@tessera/metadata';
import {
  applyLayers,
  checkScenarios,
  dataSetsFor,
  fixturesOf,
  modelOf,
  packDifferences,
  playScenarios,
  problemsInFiles,
  readPack,
  readPlatform,
  scenariosOf,
  withNeeds,
  withNeighbours,
  withPacks,
  withPlaces,
  type Coverage,
  type DataSet,
  type Fixture,
  type Placed,
  type Scenario,
  type ScenarioResult,
} from '@tessera/packs';
import { loadLayers, sandboxPrefix, takeBaseline, type Cell } from '@tessera/storage';
import { engineParts, type EngineOptions } from '../create-engine.ts';
import { following } from '../following.ts';
import type { Graphql } from './player.ts';
import { SandboxData } from './sandbox-data.ts';
import { sandboxSenders, SandboxTenant, type SandboxState } from './sandbox-tenant.ts';

export interface PackTest {
  /** Of the pack. */
  readonly folder: string;
  /** The pack is laid below this tenant's own layer, in the place of its installed version; left out: alone, with what it needs. */
  readonly tenant?: string | undefined;
  /** Only this one. */
  readonly scenario?: string | undefined;
  /** For titles. */
  readonly languages?: readonly string[];
  readonly onResult?: ((result: ScenarioResult) => void) | undefined;
}

/** What came of a scenario; where it failed, with the place of the step in its file. */
export type PlacedResult = ScenarioResult & Pick<Placed, 'line' | 'column'>;

export interface PackTested {
  readonly pack: string;
  readonly version: string;
  readonly passed: number;
  readonly failed: number;
  /** Of making the sandbox; 0 where there was one. */
  readonly preparedMs: number;
  /** Of playing. */
  readonly ms: number;
  readonly results: readonly PlacedResult[];
  /** Only of all scenarios together. */
  readonly coverage: Coverage | undefined;
}

/** Plays scenarios again and again while its files change. */
export interface ScenarioDesk {
  /** @throws METADATA_INVALID with every mistake in the pack and its scenarios, COMPONENT_UNKNOWN */
  test(input: PackTest): Promise<PackTested>;
}

/** Where data of packs are loaded at; scenarios begin later, unless they say so. */
const made = Date.parse('2026-01-01T00:00:00Z');

interface Testing {
  readonly layers: readonly Layer[];
  readonly model: Model;
  /** The pack, and the tenant's own layer. */
  readonly tested: readonly Layer[];
  readonly scenarios: readonly Scenario[];
  readonly fixtures: readonly Fixture[];
  /** Data sets of the packs whose data can be loaded, in the order in which they are loaded. */
  readonly data: readonly DataSet[];
  /** The folders of these packs, by name. */
  readonly folders: ReadonlyMap<string, string>;
}

async function layersFor(cell: Cell, pack: Layer, { folder, tenant }: PackTest): Promise<readonly Layer[]> {
  const platform = await readPlatform();
  if (tenant === undefined) return [platform, ...(await withNeighbours(pack, folder))];
  const from = await cell.control((transaction) => loadLayers(transaction, tenant));
  if (from.length === 0) throw fail('TENANT_NOT_FOUND', { name: tenant });
  return withPacks(from, platform, [pack], { prefer: 'tenant' }).layers;
}

/** The folders of the pack and of those beside it; data of others cannot be loaded. */
async function foldersOf(pack: Layer, folder: string): Promise<ReadonlyMap<string, string>> {
  const beside = await withNeeds([{ layer: pack, folder }]);
  return new Map(beside.map((found) => [found.layer.name, found.folder]));
}

function chosen(scenarios: readonly Scenario[], wanted: string | undefined): readonly Scenario[] {
  if (wanted === undefined) return scenarios;
  const found = scenarios.filter(({ name }) => name === wanted);
  const known = scenarios.map(({ name }) => name).join(', ');
  if (found.length === 0) throw fail('COMPONENT_UNKNOWN', { kind: 'scenario', name: wanted, known: `Known: ${known}.` });
  return found;
}

async function prepare(cell: Cell, input: PackTest): Promise<Testing> {
  const { folder, scenario, languages = ['en'] } = input;
  const pack = await readPack(folder);
  const layers = await layersFor(cell, pack, input);
  const model = modelOf(layers);
  const tested = layers.filter(({ kind, name }) => kind === 'tenant' || (kind === 'pack' && name === pack.name));
  const all = tested.flatMap((layer) => scenariosOf(layer, languages));
  const fixtures = fixturesOf(layers);
  const folders = await foldersOf(pack, folder);
  const data = dataSetsFor(
    layers.filter(({ kind, name }) => kind === 'pack' && folders.has(name)),
    layers,
    model,
  );
  const problems = checkScenarios(model, all, { fixtures, data });
  if (problems.length > 0) throw failAll('METADATA_INVALID', problems);
  return { layers, model, tested, scenarios: chosen(all, scenario), fixtures, data, folders };
}

async function placed(results: readonly ScenarioResult[], folder: string): Promise<readonly PlacedResult[]> {
  const place = async (file: string, step: string): Promise<Placed> => {
    const asked: Placed = { file, pointer: step === 'given' ? '/given' : `/steps/${step}` };
    return (await problemsInFiles([asked], folder))[0] ?? asked;
  };
  return Promise.all(
    results.map(async (result) => {
      if (result.failure === undefined) return result;
      const { line, column } = await place(result.file, result.failure.step);
      return line === undefined || column === undefined ? result : { ...result, line, column };
    }),
  );
}

/** Sandboxes whose makers have died are nobody's: each holds its own while it lives. */
const holdOf = (sandbox: string): string => `sandbox ${sandbox}`;

async function clearLeft(cell: Cell): Promise<void> {
  for (const name of await cell.sandboxes()) await cell.alone(holdOf(name), () => cell.dropTenant(name), 1);
}

/** What a sandbox is made of: where it is the same, one that was made already will do. */
const makingOf = ({ model, data }: Testing): string =>
  contentHash({ model: model.hash, data: data.filter(({ owner }) => owner !== 'demo') });

/** A sandbox, and the states that it can be taken back to. */
interface Made {
  readonly sandbox: SandboxTenant;
  readonly states: SandboxData;
}

class Sandboxed implements ScenarioDesk {
  readonly #options: EngineOptions;
  readonly #graphql: Graphql | undefined;
  readonly #tenant: string;
  #made: Made | undefined;
  #making = '';

  constructor(options: EngineOptions, tenant: string, graphql: Graphql | undefined) {
    this.#options = options;
    this.#tenant = tenant;
    this.#graphql = graphql;
  }

  async test(input: PackTest): Promise<PackTested> {
    const testing = await withPlaces(input.folder, () => prepare(this.#options.cell, input));
    const [pack] = testing.tested;
    const began = performance.now();
    const kept = this.#made;
    const made = kept !== undefined && this.#making === makingOf(testing) ? kept : await this.#make(testing);
    const ready = performance.now();
    const { scenarios, fixtures, data, tested } = testing;
    const { languages = ['en'], onResult } = input;
    const playing = { scenarios, fixtures, data, tested, languages, onResult };
    const { results, coverage } = await made.states.during(() => playScenarios(made.sandbox, playing));
    const passed = results.filter((each) => each.passed).length;
    return {
      pack: pack?.name ?? '',
      version: pack?.version ?? '',
      passed,
      failed: results.length - passed,
      preparedMs: made === kept ? 0 : Math.round(ready - began),
      ms: Math.round(performance.now() - ready),
      results: await placed(results, input.folder),
      coverage: input.scenario === undefined ? coverage : undefined,
    };
  }

  async #make(testing: Testing): Promise<Made> {
    await this.close();
    const { layers, model, folders } = testing;
    const folderOf = (pack: string): string => folders.get(pack) ?? '';
    const { cell } = this.#options;
    const state: SandboxState = { now: made, answers: [], steps: new Set() };
    const onStep = (automation: string, path: string): void => {
      state.steps.add(`automation ${automation}`).add(`step ${automation}/${path}`);
    };
    // Neither mailer nor ways outward: what is meant to go out has nowhere to go.
    const { log, secret, files, limits, publicUrl } = this.#options;
    const parts = engineParts({
      cell,
      log,
      secret,
      clock: { now: () => state.now },
      senders: sandboxSenders(state),
      onStep,
      ...(files === undefined ? {} : { files }),
      ...(limits === undefined ? {} : { limits }),
      ...(publicUrl === undefined ? {} : { publicUrl }),
    });
    const tenant = this.#tenant;
    await cell.createTenant(tenant, { label: 'Sandbox', sandbox: true });
    const now = new Date(made).toISOString();
    const packs = packDifferences([], layers);
    await applyLayers(cell, { ...following(parts), tenant, before: undefined, layers, packs, now, author: null, reason: 'sandbox' });
    const first = await cell.administer(tenant, (transaction) => takeBaseline(transaction, tenant));
    const states = new SandboxData({ parts, tenant, model, first, folderOf });
    this.#making = makingOf(testing);
    const sandbox = new SandboxTenant({ parts, state, tenant, model, data: states, graphql: this.#graphql });
    return (this.#made = { sandbox, states });
  }

  async close(): Promise<void> {
    await this.#made?.sandbox.close();
    this.#made = undefined;
    const { cell } = this.#options;
    if ((await cell.sandboxes()).includes(this.#tenant)) await cell.dropTenant(this.#tenant);
  }
}

/**
 * Lends a desk at which packs are tested; its sandbox goes when the work ends, or with the next desk where this process is killed.
 * @param graphql answers `query` steps
 */
export async function atScenarioDesk<T>(
  options: EngineOptions,
  graphql: Graphql | undefined,
  work: (desk: ScenarioDesk) => Promise<T>,
): Promise<T> {
  const { cell } = options;
  await clearLeft(cell);
  const tenant = `${sandboxPrefix}${randomBytes(6).toString('hex')}`;
  const done = await cell.alone(holdOf(tenant), async () => {
    const desk = new Sandboxed(options, tenant, graphql);
    try {
      return await work(desk);
    } finally {
      await desk.close();
    }
  });
  if (done === undefined) throw fail('TENANT_BUSY', { tenant });
  return done.result;
}

// The leak prover: random worlds in a real engine, random requests of their people, each answer held against the oracle's.
import { random } from '../support/random.ts';
import type { Ask, Surface } from './asks.ts';
import { Asker } from './asker.ts';
import type { Caller } from './caller.ts';
import { Chance } from './chance.ts';
import { randomConstitution } from './constitutions.ts';
import { noFigures, type Figures } from './figures.ts';
import type { Lab } from './lab.ts';
import { randomModel, type ModelSketch } from './models.ts';
import { Onlooker } from './oracle-records.ts';
import { people } from './oracle-people.ts';
import { randomPopulation, type Population } from './populations.ts';
import { randomReads } from './queries.ts';
import { shrunk, type Smallest } from './shrink.ts';
import type { Site } from './site.ts';
import { trial, type Session } from './trial.ts';
import { listIn, type Constitution, type World } from './world.ts';
import { randomWrite } from './writes.ts';

export interface ProveOptions {
  readonly seed: number;
  readonly worlds: number;
  /** `administrator`: only who sees everything asks; proves that generator, rules and requests fit the engine. */
  readonly as: 'administrator' | 'people';
  /** Constitutions of one model, and worlds under one constitution. */
  readonly spread?: { readonly constitutions: number; readonly worlds: number };
  /** Where requests go; default both. */
  readonly surfaces?: readonly Surface[];
  /** Whether to make differences small; default true. */
  readonly shrink?: boolean;
  /** Ends after so many differences; default 1. */
  readonly most?: number;
  /** One world alone, as a difference names it: `model.constitution.world`. */
  readonly only?: string;
  /** Called after each world. */
  readonly onWorld?: (figures: Figures) => void;
}

/** A request that the engine answers otherwise than the page says. */
export interface Difference {
  /** With the seed this brings the world back. */
  readonly world: string;
  readonly person: string;
  readonly ask: Ask;
  readonly difference: string;
  /** What is left of the request and the records when all that does not matter has been dropped. */
  readonly smallest: Smallest | undefined;
}

export interface Report {
  readonly seed: number;
  readonly figures: Figures;
  readonly differences: readonly Difference[];
}

/** The chance of a seed and the numbers of what is made by it. */
export const chanceOf = (...parts: readonly number[]): Chance =>
  new Chance(random(parts.reduce((all, part) => (Math.imul(all, 0x9e3779b1) + part + 1) >>> 0, 7)));

/** Masters before their details, in the order of the model. */
const ownObjects = ({ objects }: ModelSketch): readonly string[] => Object.keys(objects);

/** Where a run stands. */
export interface Run {
  readonly options: Pick<ProveOptions, 'as' | 'surfaces' | 'shrink' | 'most' | 'worlds'>;
  readonly figures: Figures;
  readonly differences: Difference[];
  /** Ends it between two requests. */
  readonly signal?: AbortSignal;
  /** Called for what the oracle cannot work out; left out: that is a mistake of the prover. */
  readonly onStumble?: (ask: Ask, error: TypeError) => void;
}

export interface Stage {
  readonly site: Site;
  readonly sketch: ModelSketch;
  readonly constitution: Constitution;
  readonly population: Population;
  readonly shares: World['shares'];
  readonly name: string;
  /** Worlds that may be made to make a difference small. */
  readonly tries?: number;
  readonly signal?: AbortSignal;
}

export const ended = ({ options, figures, differences, signal }: Run): boolean =>
  differences.length >= (options.most ?? 1) || figures.worlds >= options.worlds || signal?.aborted === true;

export async function worldOf({ site, sketch, constitution, shares }: Omit<Stage, 'population' | 'name'>): Promise<World> {
  return { ...constitution, shapes: sketch.shapes, rows: await site.rows(), shares };
}

function castOf(run: Run, stage: Stage, world: World, chance: Chance): readonly Onlooker[] {
  if (run.options.as === 'administrator') return [new Onlooker(world, stage.site.administrator, true)];
  const able = people(world).filter(({ id }) => id !== stage.site.administrator);
  return chance.some(able, 3).map(({ id }) => new Onlooker(world, id));
}

/** Others who have the same sets, so that the same names exist for them. */
function colleaguesOf({ world, user, rights }: Onlooker): readonly Onlooker[] {
  if (rights.administrator) return [];
  const setsOf = (id: string): string =>
    JSON.stringify(['roles', 'permissionSets'].map((field) => [...listIn(world.rows.get(id), field)].sort()));
  const alike = people(world).filter(({ id }) => id !== user && setsOf(id) === setsOf(user));
  return alike.map(({ id }) => new Onlooker(world, id));
}

/** Whether all was well. After a difference the world is not what it was. */
async function tried(run: Run, stage: Stage, session: Session, ask: Ask): Promise<boolean> {
  const difference = await trial(session, ask).catch((error: unknown) => {
    if (run.onStumble === undefined || !(error instanceof TypeError)) throw error;
    run.onStumble(ask, error);
    return undefined;
  });
  if (difference === undefined) return true;
  const person = String(session.who.world.rows.get(session.who.user)?.values['email']);
  const smallest =
    run.options.shrink === false ? undefined : await shrunk({ ...stage, administrator: run.options.as === 'administrator' }, session, ask);
  run.differences.push({ world: stage.name, person, ask, difference, smallest });
  return false;
}

/** Asks a world; without writes where what a pack makes of them is not known. */
export async function proveWorld(run: Run, stage: Stage, chance: Chance, { reads = 7, writes: most = 5 } = {}): Promise<void> {
  const { figures } = run;
  const { site } = stage;
  const world = await worldOf(stage);
  const own = ownObjects(stage.sketch);
  const cast = castOf(run, stage, world, chance);
  // One after the other: they are signed in over one connection.
  const clients: Caller[] = [];
  for (const { user } of cast) clients.push(await site.client(user));
  for (const [i, who] of cast.entries()) {
    const client = clients[i];
    if (client === undefined) continue;
    const colleague = chance.maybe(colleaguesOf(who));
    const other = colleague && { who: colleague, client: await site.client(colleague.user), site, figures };
    for (const ask of randomReads(new Asker(chance, who, own, run.options.surfaces), reads)) {
      if (run.signal?.aborted === true) return;
      if (!(await tried(run, stage, { who, client, site, figures }, ask))) return;
      // What the engine has kept of the one's request is there for the other's.
      if (other === undefined || !['get', 'list', 'aggregate'].includes(ask.kind)) continue;
      figures.shared += 1;
      if (!(await tried(run, stage, other, ask))) return;
    }
  }
  for (let writes = 0; writes < most; writes += 1) {
    const user = chance.maybe(cast)?.user;
    const client = clients[cast.findIndex((each) => each.user === user)];
    if (user === undefined || client === undefined) return;
    // What others have written meanwhile counts.
    const who = new Onlooker(await worldOf(stage), user, run.options.as === 'administrator');
    const ask = randomWrite(new Asker(chance, who, own, run.options.surfaces));
    if (ask !== undefined && !(await tried(run, stage, { who, client, site, figures }, ask))) return;
  }
}

/** One model with its constitutions and worlds. */
async function proveModel(run: Run, options: ProveOptions, lab: Lab, model: number): Promise<void> {
  const { figures } = run;
  const { constitutions, worlds } = options.spread ?? { constitutions: 5, worlds: 5 };
  const wanted = (name: string): boolean => options.only === undefined || `${options.only}.`.startsWith(`${name}.`);
  if (!wanted(String(model))) return;
  const sketch = randomModel(chanceOf(options.seed, model));
  const site = await lab.site(`m${String(model)}`, sketch);
  for (let c = 0; c < constitutions && !ended(run); c += 1) {
    if (!wanted(`${String(model)}.${String(c)}`)) continue;
    const constitution = randomConstitution(chanceOf(options.seed, model, c), sketch.shapes, ownObjects(sketch));
    await site.constitute(constitution);
    for (let w = 0; w < worlds && !ended(run); w += 1) {
      const name = [model, c, w].join('.');
      if (!wanted(name)) continue;
      const chance = chanceOf(options.seed, model, c, w);
      const population = randomPopulation(chance, sketch.shapes, ownObjects(sketch), constitution);
      const shares = await site.populate(population);
      await proveWorld(run, { site, sketch, constitution, population, shares, name }, chance);
      figures.worlds += 1;
      options.onWorld?.(figures);
    }
  }
}

/** Runs worlds of a seed until there are enough, or a difference is found. */
export async function prove(lab: Lab, options: ProveOptions): Promise<Report> {
  const run: Run = { options, figures: noFigures(), differences: [] };
  for (let model = 0; !ended(run); model += 1) {
    if (options.only !== undefined && model > Number(options.only.split('.')[0])) break;
    await proveModel(run, options, lab, model);
  }
  return { seed: options.seed, figures: run.figures, differences: run.differences };
}

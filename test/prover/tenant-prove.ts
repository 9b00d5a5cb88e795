// The prover on a tenant's own metadata: exactly its layers in a scratch tenant, random people and records, random requests, the oracle.
import type { Problem } from '@tessera/kernel';
import { buildModel, type Layer, type Model } from '@tessera/metadata';
import type { Surface } from './asks.ts';
import type { Chance } from './chance.ts';
import { grantSet, ruleJson, setJson, subject } from './constitutions.ts';
import { noFigures, type Figures } from './figures.ts';
import type { Lab } from './lab.ts';
import type { ModelSketch } from './models.ts';
import { chanceOf, ended, proveWorld, type Difference, type Run } from './prove.ts';
import { shapesOf, type Shapes } from './shapes.ts';
import type { Site } from './site.ts';
import { judged, type Unjudged } from './tenant-judging.ts';
import { distinctNames, tenantConstitution, tenantObjects } from './tenant-metadata.ts';
import { withoutKept } from './tenant-kept.ts';
import { ownObjects, tenantPopulation } from './tenant-populations.ts';
import { rowsOf, type Constitution, type SharingRule } from './world.ts';

export interface TenantOptions {
  /** Lowest first, as the tenant has them. */
  readonly layers: readonly Layer[];
  readonly seed: number;
  readonly worlds: number;
  /** One world alone, by its number. */
  readonly only?: number;
  readonly surfaces?: readonly Surface[];
  /** Whether to make differences small; default true. */
  readonly shrink?: boolean;
  readonly signal?: AbortSignal;
  readonly onWorld?: (figures: Figures) => void;
}

export interface TenantReport {
  readonly seed: number;
  readonly figures: Figures;
  readonly differences: readonly Difference[];
  readonly unjudged: readonly Unjudged[];
}

/** What a pack of metadata is to the prover. */
interface Subject {
  readonly model: Model;
  readonly sketch: ModelSketch;
  readonly constitution: Constitution;
  readonly unjudged: readonly Unjudged[];
}

/** The metadata cannot be built. */
export class MetadataMistakes extends Error {
  constructor(problems: readonly Problem[]) {
    super(problems.map(({ message, file }) => `${file ?? ''}: ${message}`).join('\n'));
  }
}

export function subjectOf(layers: readonly Layer[]): Subject {
  const { model, problems } = buildModel(layers);
  if (model === undefined) throw new MetadataMistakes(problems);
  const objects = tenantObjects(model);
  const own = { ...tenantConstitution(model), distinct: distinctNames(model) };
  const { shapes, unjudged } = judged(shapesOf(objects), own);
  const sketched = ownObjects(model).map((name) => [name, objects[name] ?? {}] as const);
  return { model, sketch: { objects: Object.fromEntries(sketched), shapes }, constitution: own, unjudged };
}

/** What is laid over the tenant's own permissions in a world. */
interface Extras {
  readonly sets: Constitution['sets'];
  readonly rules: Constitution['rules'];
}

const nothing: Extras = { sets: [], rules: [] };

function sharingRule(chance: Chance, shapes: Shapes, object: string, roles: readonly string[], i: number): SharingRule {
  return {
    name: `proverRule${String(i)}__c`,
    object,
    records: { ownedBy: subject(chance, roles) },
    to: chance.times(chance.between(1, 2), () => subject(chance, roles)),
    access: shapes[object]?.sharing === 'publicRead' ? 'edit' : chance.pick(['read', 'edit']),
  };
}

function randomExtras(chance: Chance, { sketch, constitution }: Subject): Extras {
  const { shapes } = sketch;
  const sets = chance.times(chance.between(2, 4), (i) => ({
    ...grantSet(chance, shapes, 'permissionSet', i),
    name: `proverSet${String(i)}__c`,
  }));
  const roles = constitution.sets.filter(({ kind }) => kind === 'role').map(({ name }) => name);
  const shared = Object.keys(sketch.objects).filter((name) => ['private', 'publicRead'].includes(shapes[name]?.sharing ?? ''));
  const rules =
    shared.length === 0 ? [] : chance.times(chance.between(0, 3), (i) => sharingRule(chance, shapes, chance.pick(shared), roles, i));
  return { sets, rules };
}

const filesOf = ({ sets, rules }: Extras): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(sets.map((set) => [`permissionSets/${set.name}.json`, setJson(set)] as const)),
  ...Object.fromEntries(rules.map((rule) => [`sharingRules/${rule.name}.json`, ruleJson(rule)] as const)),
});

/** Every second world has more permission sets and sharing rules than the tenant. */
class Layering {
  readonly #site: Site;
  #present: Extras = nothing;

  constructor(site: Site) {
    this.#site = site;
  }

  async lay(extras: Extras): Promise<void> {
    const gone = Object.fromEntries(Object.keys(filesOf(this.#present)).map((path) => [path, null] as const));
    const files = { ...gone, ...filesOf(extras) };
    if (Object.keys(files).length > 0) await this.#site.apply(files);
    this.#present = extras;
  }
}

/** Objects of which the packs let no record be made: in how many worlds, and why in the last of them. */
class Emptiness {
  readonly #found = new Map<string, { readonly worlds: number; readonly why: string }>();

  async note(site: Site, { sketch, constitution }: Subject): Promise<void> {
    const world = { ...constitution, shapes: sketch.shapes, rows: await site.rows(), shares: [] };
    for (const name of Object.keys(sketch.objects)) {
      if (rowsOf(world, name).length > 0) continue;
      const worlds = (this.#found.get(name)?.worlds ?? 0) + 1;
      this.#found.set(name, { worlds, why: site.refused().get(name) ?? 'nothing was made' });
    }
  }

  unjudged(all: number): readonly Unjudged[] {
    return [...this.#found].map(([what, { worlds, why }]) => ({
      what,
      why,
      hence: `in ${String(worlds)} of ${String(all)} worlds there were no records of it`,
    }));
  }
}

/** Runs the worlds of a seed, until a difference is found or the signal says so. The scratch tenant goes with the lab. */
export async function proveTenant(lab: Lab, options: TenantOptions): Promise<TenantReport> {
  const { layers, left } = withoutKept(options.layers);
  const known = subjectOf(layers);
  const { model, sketch, constitution } = known;
  const site = await lab.tenant(`prove_${crypto.randomUUID().slice(0, 8)}`, layers);
  const { shrink = true, surfaces, signal, only } = options;
  const found = new Map([...left, ...known.unjudged].map((each) => [each.what, each]));
  const run: Run = {
    options: { as: 'people', worlds: options.worlds, shrink, ...(surfaces === undefined ? {} : { surfaces }) },
    figures: noFigures(),
    differences: [],
    ...(signal === undefined ? {} : { signal }),
    onStumble: (ask, { message }) => {
      found.set(message, { what: `a request (${ask.kind})`, why: message, hence: 'its answer was not compared' });
    },
  };
  const layering = new Layering(site);
  const empty = new Emptiness();
  for (let number = only ?? 0; !ended(run); number += 1) {
    const chance = chanceOf(options.seed, number);
    const extras = number % 2 === 1 ? randomExtras(chance, known) : nothing;
    await layering.lay(extras);
    const laid = { ...constitution, sets: [...constitution.sets, ...extras.sets], rules: [...constitution.rules, ...extras.rules] };
    const population = tenantPopulation(chance, model, laid);
    const shares = await site.populate(population);
    await empty.note(site, known);
    const stage = {
      site,
      sketch,
      constitution: laid,
      population,
      shares,
      name: String(number),
      tries: 40,
      ...(signal === undefined ? {} : { signal }),
    };
    await proveWorld(run, stage, chance, { reads: 12, writes: 0 });
    run.figures.worlds += 1;
    options.onWorld?.(run.figures);
    if (only !== undefined) break;
  }
  return {
    seed: options.seed,
    figures: run.figures,
    differences: run.differences,
    unjudged: [...found.values(), ...empty.unjudged(run.figures.worlds)],
  };
}

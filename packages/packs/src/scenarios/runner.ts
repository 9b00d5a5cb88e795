// Plays scenarios one after another in a sandbox, and says of each what came of it.
import { TesseraError } from '@tessera/kernel';
import type { Layer, ScenarioStepJson } from '@tessera/metadata';
import { inLanguage } from '@tessera/records';
import type { FailedRun } from '@tessera/storage';
import type { DataSet } from '../seeds/sets.ts';
import { doStep, refusalOf } from './actions.ts';
import type { Mismatch } from './compare.ts';
import { coverageOf, type Coverage } from './coverage.ts';
import { begin } from './given.ts';
import { keptReached } from './kept.ts';
import type { Play } from './play.ts';
import { inWords, ordered, type Fixture, type Scenario } from './read.ts';
import { checkRefusal, reachedBy, refusalText } from './refusal.ts';
import type { Reached, Sandbox } from './sandbox.ts';

export interface ScenarioFailure {
  /** The step's key; `given` where it did not even begin. */
  readonly step: string;
  /** What the step says of itself. */
  readonly title: string;
  readonly mismatches: readonly Mismatch[];
  /** Runs of automations that had failed until then, wanted or not: often they are why. Left out where there are none. */
  readonly failedRuns?: readonly string[];
}

export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly file: string;
  readonly passed: boolean;
  /** Done, the one that failed included. */
  readonly steps: number;
  readonly ms: number;
  readonly failure?: ScenarioFailure;
}

export interface ScenariosPlayed {
  readonly results: readonly ScenarioResult[];
  readonly coverage: Coverage;
}

export interface PlayOptions {
  readonly scenarios: readonly Scenario[];
  readonly fixtures: readonly Fixture[];
  /** Data sets of all packs, in the order in which they are loaded. */
  readonly data: readonly DataSet[];
  /** What the scenarios are to reach: the layers that are tested. */
  readonly tested: readonly Layer[];
  /** For titles of steps. */
  readonly languages: readonly string[];
  readonly onResult?: ((result: ScenarioResult) => void) | undefined;
}

interface Ended {
  readonly steps: number;
  readonly failure?: ScenarioFailure;
}

async function mismatchesOf(play: Play, step: ScenarioStepJson, key: string): Promise<readonly Mismatch[]> {
  const refusal = refusalOf(step);
  try {
    const found = await doStep(play, step, key);
    return found.length > 0 ? found : checkRefusal(refusal, undefined);
  } catch (error) {
    if (!(error instanceof TesseraError) || error.status >= 500) throw error;
    for (const part of reachedBy(error)) play.reached.add(part);
    return checkRefusal(refusal, error);
  }
}

async function playSteps(play: Play, languages: readonly string[]): Promise<Ended> {
  let steps = 0;
  for (const [key, step] of ordered(play.scenario.content.steps)) {
    steps += 1;
    const mismatches = await mismatchesOf(play, step, key);
    if (mismatches.length === 0) continue;
    const title = step.label === undefined ? inWords(key) : inLanguage(step.label, languages);
    return { steps, failure: { step: key, title, mismatches } };
  }
  return { steps };
}

function runText(play: Play, { automation, path, recordId, error }: FailedRun): string {
  const of = recordId === null ? '' : ` of ${play.nameOf(recordId)}`;
  const { code, message } = JSON.parse(error) as { readonly code?: string; readonly message: string };
  return `automation ${automation}${of} at ${path}: ${code === undefined ? '' : `${code}: `}${message}`;
}

async function playOne(sandbox: Sandbox, scenario: Scenario, options: PlayOptions, reached: Set<Reached>): Promise<Ended> {
  let play: Play;
  try {
    play = await begin(sandbox, scenario, options);
  } catch (error) {
    if (!(error instanceof TesseraError) || error.status >= 500) throw error;
    const mismatch = { what: 'what is given', expected: 'it is taken', found: `it is refused: ${refusalText(error)}` };
    return { steps: 0, failure: { step: 'given', title: 'What there is before', mismatches: [mismatch] } };
  }
  const ended = await playSteps(play, options.languages);
  const kept = await keptReached(await play.as(undefined), sandbox.model);
  for (const part of [...play.reached, ...(await sandbox.reached()), ...kept]) reached.add(part);
  if (ended.failure === undefined) return ended;
  const failedRuns = (await sandbox.failedRuns()).map((run) => runText(play, run));
  return failedRuns.length === 0 ? ended : { ...ended, failure: { ...ended.failure, failedRuns } };
}

/** Plays scenarios in their order; each begins with an empty sandbox. */
export async function playScenarios(sandbox: Sandbox, options: PlayOptions): Promise<ScenariosPlayed> {
  const reached = new Set<Reached>();
  const results: ScenarioResult[] = [];
  for (const scenario of options.scenarios) {
    const began = performance.now();
    const { steps, failure } = await playOne(sandbox, scenario, options, reached);
    const { name, title, file } = scenario;
    const ms = Math.round(performance.now() - began);
    const result = { name, title, file, passed: failure === undefined, steps, ms, ...(failure === undefined ? {} : { failure }) };
    results.push(result);
    options.onResult?.(result);
  }
  return { results, coverage: coverageOf(sandbox.model, options.tested, reached) };
}

// Scenarios: tests of a pack as stories, played in a sandbox that is handed in.
export { playScenarios, type PlayOptions, type ScenarioFailure, type ScenarioResult, type ScenariosPlayed } from './runner.ts';
export { fixturesOf, scenariosOf, type Fixture, type Scenario } from './read.ts';
export { checkScenarios } from './check.ts';
export type { Coverage, Unreached } from './coverage.ts';
export type { Mismatch } from './compare.ts';
export type * from './sandbox.ts';

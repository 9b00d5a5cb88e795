// Packs: from folders to layers, and from layers to a tenant by plan and apply.
export { packLayer, readPack, readPlatform, withNeeds, withNeighbours } from './folder.ts';
export { createPack, type NewPack } from './new-pack.ts';
export { problemsInFiles, withPlaces, type Placed } from './places.ts';
export { modelOf, planLayers, type LayerPlan, type PlanInput } from './plan.ts';
export { applyLayers, finishChanges, type Applied, type ApplyInput } from './apply.ts';
export { lintPack } from './lint.ts';
export { exportPack, type ExportInput } from './export.ts';
export { demandNewer, withoutPack, withPacks, type Composed, type Decisions } from './installing.ts';
export { installedPacks, packDifferences, type InstalledPack, type PackDifference } from './lock.ts';
export { checkMigrations, type PlannedMigration } from './migrations.ts';
export { keepingPlatform, withPlatform } from './platform.ts';
export { withSandbox } from './promotion.ts';
export { storedRollups } from './rollups.ts';
export { engineVersion, orderPacks } from './dependencies.ts';

// Data of packs: sets in their order, and loading them.
export { dataSetsOf, type DataSet } from './seeds/sets.ts';
export { lackSeeds, loadSets, type SeedProgress } from './seeds/load.ts';
export { checkData } from './seeds/check.ts';
export { dataSetsFor } from './seeds/taken-away.ts';
export { seedCalled } from './seeds/names.ts';
export type { PastDeed, PastPerson, SeedDeps } from './seeds/deps.ts';
export { carryOutSeeds } from './seeds/carry-out.ts';
export type { SeedTally } from './seeds/plan.ts';

// Scenarios: tests of a pack as stories, played in a sandbox.
export * from './scenarios/index.ts';

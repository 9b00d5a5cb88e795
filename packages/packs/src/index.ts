// Packs: from folders to layers, and from layers to a tenant by plan and apply.
export { packLayer, readPack, readPlatform, withNeighbours } from './folder.ts';
export { modelOf, planLayers, type LayerPlan, type PlanInput } from './plan.ts';
export { applyLayers, finishChanges, type Applied, type ApplyInput } from './apply.ts';
export { lintPack } from './lint.ts';
export { exportPack, type ExportInput } from './export.ts';
export { demandNewer, withoutPack, withPack, type Composed, type Decisions } from './installing.ts';
export { installedPacks, packDifferences, type InstalledPack, type PackDifference } from './lock.ts';
export { withPlatform } from './platform.ts';
export { engineVersion, orderPacks } from './dependencies.ts';
export { seedPack, type SeedOptions, type SeedProgress } from './seed.ts';

// Scenarios: tests of a pack as stories, played in a sandbox.
export * from './scenarios/index.ts';

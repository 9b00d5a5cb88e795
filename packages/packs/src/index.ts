// Packs: from folders to layers, and from layers to a tenant by plan and apply.
export { readPack, readPlatform, withNeighbours } from './folder.ts';
export { modelOf, planLayers, type LayerPlan } from './plan.ts';
export { applyLayers, finishChanges, planSummary, type Applied, type ApplyInput } from './apply.ts';
export { engineVersion, orderPacks } from './dependencies.ts';
export { seedPack, type SeedOptions, type SeedProgress } from './seed.ts';

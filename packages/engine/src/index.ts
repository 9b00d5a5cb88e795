// The engine: a tenant's compiled Runtime, and the one list of operations that a caller can do.
export type * from './engine-types.ts';
export type * from './operation-types.ts';
export type * from './read/request.ts';
export { createEngine, engineParts, type EngineOptions } from './create-engine.ts';
export { operations, type Operation, type Permission } from './operations.ts';
export { createTenant, setPassword, systemContext, systemSession, type NewTenant, type Person } from './tenant-setup.ts';
export { Identity } from './identity.ts';

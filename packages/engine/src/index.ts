// The engine: a tenant's compiled Runtime, and the one list of operations that a caller can do.
export type * from './engine-types.ts';
export type * from './operation-types.ts';
export type * from './read/request.ts';

// GraphQL of a tenant: the schema made from its Model, and the handler that answers documents by operations of the engine.
export { buildGraphqlSchema } from './schema/build.ts';
export { graphqlHandler, type GraphqlHandler, type GraphqlHandlerOptions } from './handler.ts';
export { defaultLimits, type GraphqlLimits } from './limits.ts';
export type { PersistedDocuments } from './persisted.ts';
export { Documents, type DocumentOptions } from './ready.ts';
export { graphqlAsker } from './asked.ts';

// The API over HTTP: it translates requests into operations of the engine, and what these give or throw into answers.

// The app: everything below in one.
export { createApp, createListener, defaultLimits, type AppOptions } from './app.ts';
export type { ApiLimits } from './rest/route.ts';

// Reads as they are written down to have them explained, and the documents that they may name.
export { Documents, graphqlAsker, type DocumentOptions, type PersistedDocuments } from './graphql/index.ts';
export type { ReadWriter, WrittenRead } from './rest/route.ts';
export { readWriter } from './written-read.ts';

// What the server may log and count of a request that was answered.
export { observed, type Observed } from './front.ts';

// JSON from callers: no digit is lost, no name is a trap. RFC 9457 documents from the error registry.
export { parseJson } from './rest/parse-json.ts';
export { problemDocument, problemMediaType, type ProblemDocument, type ProblemEntry } from './rest/problem.ts';

// The document that describes it all, for one reader of one tenant.
export { openApiDocument, type DocumentSource, type OpenApiDocument } from './openapi/document.ts';

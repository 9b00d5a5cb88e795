// Documents that callers name instead of sending them: GraphQL over HTTP, appendix A, "Persisted Documents".
import { fail } from '@tessera/kernel';

export interface PersistedDocuments {
  /** By the SHA-256 of the text, as hexadecimal digits. */
  readonly texts: ReadonlyMap<string, string>;
  /** Whether only administrators may send any other. */
  readonly only: boolean;
}

export const noPersistedDocuments: PersistedDocuments = { texts: new Map(), only: false };

/** A document, as a text or as an identifier; not checked yet. */
export interface NamedDocument {
  readonly query?: string | undefined;
  readonly documentId?: unknown;
}

const identifier = /^(?:sha256:)?([0-9a-f]{64})$/;
/** An identifier goes into an answer; what is longer is none. */
const longest = 100;

/** The document's text. @throws REQUEST_INVALID, GRAPHQL_DOCUMENT_UNKNOWN */
export function documentText({ query, documentId }: NamedDocument, { texts }: PersistedDocuments): string {
  if (documentId === undefined || documentId === null) {
    if (query === undefined) throw fail('REQUEST_INVALID', { reason: 'there is neither a query nor a documentId.' });
    return query;
  }
  if (typeof documentId !== 'string') throw fail('REQUEST_INVALID', { reason: 'documentId must be a string.' });
  if (query !== undefined) throw fail('REQUEST_INVALID', { reason: 'it takes a query or a documentId, not both.' });
  const text = texts.get(identifier.exec(documentId)?.[1] ?? '');
  if (text === undefined) throw fail('GRAPHQL_DOCUMENT_UNKNOWN', { id: documentId.slice(0, longest) });
  return text;
}

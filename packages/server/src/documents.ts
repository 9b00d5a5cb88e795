// The file of GraphQL documents that callers may name instead of sending them, as generators of clients write it; checked before anybody asks.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { PersistedDocuments } from '@tessera/api';
import { fail, failAll, problem, type Problem, type TesseraError } from '@tessera/kernel';
import type { Config } from './config.ts';

type Name = 'GRAPHQL_DOCUMENTS' | 'GRAPHQL_DOCUMENTS_ONLY';

const invalid = (name: Name, value: string, reason: string, cause?: unknown): TesseraError =>
  fail('SETTING_INVALID', { name, value, reason }, {}, cause);

async function contentOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw invalid('GRAPHQL_DOCUMENTS', path, `it cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw invalid('GRAPHQL_DOCUMENTS', path, 'it must hold an object: texts of documents by their SHA-256.');
  return content as Readonly<Record<string, unknown>>;
}

/** @throws SETTING_INVALID, CONFIGURATION_INVALID with every key that is not the hash of its text */
export async function readDocuments({ GRAPHQL_DOCUMENTS: path, GRAPHQL_DOCUMENTS_ONLY: only }: Config): Promise<PersistedDocuments> {
  const texts = new Map<string, string>();
  if (path === undefined && only) throw invalid('GRAPHQL_DOCUMENTS_ONLY', 'on', 'there are no documents: set GRAPHQL_DOCUMENTS too.');
  if (path === undefined) return { texts, only };
  const problems: Problem[] = [];
  for (const [key, text] of Object.entries(await contentOf(path))) {
    const hash = typeof text === 'string' ? createHash('sha256').update(text, 'utf8').digest('hex') : undefined;
    if (typeof text === 'string' && key.replace(/^sha256:/, '') === hash) {
      texts.set(hash, text);
      continue;
    }
    const told = hash === undefined ? 'has no text' : `is not the SHA-256 of its text, which is ${hash}`;
    problems.push(problem('SETTING_INVALID', { name: 'GRAPHQL_DOCUMENTS', value: path, reason: `the key ${key} ${told}.` }));
  }
  if (problems.length > 0) throw failAll('CONFIGURATION_INVALID', problems);
  return { texts, only };
}

// Checks one metadata file against its schema and says each mistake once, in words that name the remedy.
import { problem, type Problem } from '@tessera/kernel';
import { readableProblem } from './schema-messages.ts';
import * as validators from './generated/validators.js';

/** Kinds of metadata with a schema of their own; `field`, `key`, `recordType` and `validationRule` are parts of an object. */
export type MetadataKind = keyof typeof validators;

/** All kinds, in alphabetical order. */
export const metadataKinds: readonly MetadataKind[] = (Object.keys(validators) as MetadataKind[]).sort();

/** Deeper than any metadata; deeper nesting would only exhaust the stack. */
const deepest = 100;

/**
 * Checks the content of one file (or of one part of an object) against the schema of its kind.
 * @param content the parsed JSON; untrusted
 * @param file the file's path within its pack, for the problems
 * @returns nothing where all is right; else each mistake with file and JSON pointer
 */
export function checkFile(kind: MetadataKind, content: unknown, file: string): Problem[] {
  if (isDeeper(content, deepest)) {
    return [problem('METADATA_SCHEMA', { reason: `This is nested more than ${deepest} levels deep.` }, { file, pointer: '' })];
  }
  const validate = validators[kind];
  if (validate(content)) return [];
  const errors = validate.errors ?? [];
  const problems = errors.flatMap((error) => readableProblem(error, file) ?? []);
  const once = new Map(problems.map((found) => [`${found.pointer ?? ''} ${found.message}`, found]));
  // A condition that fails without a mistake of its own: none of our schemas has one, but silence would be worse.
  if (once.size === 0) return [problem('METADATA_SCHEMA', { reason: `This is not a valid ${kind}.` }, { file, pointer: '' })];
  return [...once.values()];
}

function isDeeper(content: unknown, levels: number): boolean {
  if (typeof content !== 'object' || content === null) return false;
  if (levels === 0) return true;
  for (const value of Object.values(content)) if (isDeeper(value, levels - 1)) return true;
  return false;
}

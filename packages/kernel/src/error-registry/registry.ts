// The one list of errors. A message names the place and the remedy; `{name}` is filled from the parameters.
import { databaseErrors } from './database-errors.ts';
import type { ErrorEntry } from './entry.ts';
import { identityErrors } from './identity-errors.ts';
import { metadataErrors } from './metadata-errors.ts';
import { packErrors } from './pack-errors.ts';
import { recordErrors } from './record-errors.ts';
import { requestErrors } from './request-errors.ts';
import { workflowErrors } from './workflow-errors.ts';

const entries = {
  ...requestErrors,
  ...identityErrors,
  ...recordErrors,
  ...workflowErrors,
  ...packErrors,
  ...metadataErrors,
  ...databaseErrors,
} as const;

export type ErrorCode = keyof typeof entries;

export const registry: Readonly<Record<ErrorCode, ErrorEntry>> = entries;

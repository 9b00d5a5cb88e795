// All parts in the order of RESULTS.md; a further one is a further entry.
import { accessList } from './access-list.part.ts';
import { compile } from './compile.part.ts';
import { comparison } from './comparison.part.ts';
import { growth } from './growth.part.ts';
import type { Part } from './part.ts';
import { tenants } from './tenants.part.ts';
import { workflow } from './workflow.part.ts';

export const parts: readonly Part[] = [comparison, compile, growth, tenants, accessList, workflow];

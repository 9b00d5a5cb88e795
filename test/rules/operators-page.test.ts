// The reference is the table: OPERATORS.md says what the rows say.
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { operatorsPage } from '../../packages/rules/generate.ts';

describe('packages/rules/OPERATORS.md', () => {
  it('is what the table of operators says (else: node packages/rules/generate.ts)', async () => {
    expect(await readFile(new URL('../../packages/rules/OPERATORS.md', import.meta.url), 'utf8')).toBe(operatorsPage());
  });
});

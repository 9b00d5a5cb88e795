// The schema of data: what a set of records may say, by its owner.
import { describe, expect, it } from '@jest/globals';
import { checkFile } from '../../packages/metadata/src/schema-check.ts';

/** Each problem as `code pointer`. */
const found = (kind: 'data', content: unknown): string[] =>
  checkFile(kind, content, 'data/d.json').map(({ code, pointer }) => `${code} ${pointer ?? ''}`);

describe('the schema of data', () => {
  const data = (content: object): string[] => found('data', { name: 'd', object: 'a', ...content });
  const demo = (content: object): string[] => data({ owner: 'demo', ...content });
  const mapping = { columns: { 'Account name': { field: 'name' }, unused: null } };

  it('takes records, or a file with its mapping', () => {
    expect(data({ records: { acme: { name: 'Acme', parent: { ref: 'other' } } } })).toEqual([]);
    expect(demo({ file: 'a.csv', mapping, refColumn: 'unused' })).toEqual([]);
    expect(data({ owner: 'pack', file: 'a.csv', mapping })).toEqual(['METADATA_VALUE_UNKNOWN /owner']);
    expect(demo({ file: 'a.csv' })).toEqual(['METADATA_MISSING_PROPERTY ']);
    expect(demo({ file: 'a.csv', mapping, records: {} })).toEqual(['METADATA_MISPLACED_PROPERTY /records']);
    expect(data({})).toEqual(['METADATA_MISSING_PROPERTY ']);
  });

  it('takes a past, and a word about automations, of demo data alone', () => {
    const past = {
      records: { acme: { name: 'Acme' } },
      history: { acme: { won: { at: '2026-01-05T09:00:00Z', by: 'lin' } } },
      automations: true,
    };
    expect(demo(past)).toEqual([]);
    expect(data({ owner: 'once', ...past }).every((each) => each === 'METADATA_VALUE_UNKNOWN /owner')).toBe(true);
  });

  it('takes only files beside it', () => {
    expect(demo({ file: '../a.csv', mapping })).toEqual(['METADATA_VALUE_UNKNOWN /file']);
  });

  it('checks the mapping of each column', () => {
    const columns = {
      account: { field: 'account', lookup: { by: 'name', onMissing: 'ignore' } },
      closed: { field: 'closeDate', date: 'yesterday' },
    };
    expect(demo({ file: 'a.csv', mapping: { columns } })).toEqual([
      'METADATA_VALUE_UNKNOWN /mapping/columns/account/lookup/onMissing',
      'METADATA_VALUE_UNKNOWN /mapping/columns/closed/date',
    ]);
  });
});

// A dry run of somebody whose right to import is taken while it runs.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { importRecords, type ImportDeps, type ImportStatus, type WriteSession } from '@tessera/records';
import { administratorPolicy, type Policy } from '@tessera/security';
import { Lab } from './import-lab.ts';
import { pieces } from './import-scene.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());

const nothing: Policy = { ...administratorPolicy(null), administrator: false, shape: 'nothing' };

/** Transactions of an administrator, and from the given one on those of somebody who may do nothing. */
function deposed(from: number): ImportDeps {
  let transactions = 0;
  const as = (session: WriteSession): WriteSession =>
    (transactions += 1) < from ? session : { ...session, access: { ...session.access, policy: nothing } };
  return lab.scene.deps({ run: (work) => lab.scene.run((session) => work(as(session))) });
}

describe('a dry run', () => {
  const rehearse = (from: number): Promise<ImportStatus> =>
    importRecords(deposed(from), {
      object: 'thing',
      mapping: { columns: { name: { field: 'name' }, parent: { field: 'parent', lookup: { deferred: true } } } },
      content: pieces('name,parent\na,\nb,nobody\nc,a\n'),
      dryRun: true,
    });

  // Rows, their deferred lookups, and in the end those that the file does not answer either.
  it.each([
    [1, 3, ['PERMISSION_DENIED', 'PERMISSION_DENIED', 'PERMISSION_DENIED']],
    [2, 1, ['PERMISSION_DENIED']],
    [3, 1, ['PERMISSION_DENIED']],
    [4, 1, ['IMPORT_LOOKUP_MISSING']],
  ])('is told of what was taken before its %d. transaction', async (from, refused, codes) => {
    const status = await rehearse(from);
    expect(status).toMatchObject({ status: 'dryRun', read: 3, refused });
    expect(status.rejects.map(({ code }) => code)).toEqual(codes);
  });
});

// A lookup's filter sees both records: the one that points (`$record`) and the one pointed to.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pack, testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { refusals } from '../support/failures.ts';

const sales = pack('sales', {
  firm: { fields: {} },
  person: { fields: { firm: { type: 'lookup', to: 'firm', inverse: 'people' } } },
  deal: {
    fields: {
      firm: { type: 'lookup', to: 'firm', inverse: 'deals' },
      contact: { type: 'lookup', to: 'person', inverse: 'deals', filter: { '==': [{ var: 'firm' }, { var: '$record.firm' }] } },
      note: { type: 'text' },
    },
  },
});

let engine: TestEngine;
let acme: TestTenant;
beforeAll(async () => {
  engine = await testEngine();
  acme = await engine.tenant('acme', [sales]);
});
afterAll(() => engine.close());

describe('a lookup with a filter over $record', () => {
  it('takes only what fits the record that points, whichever of the two changes', async () => {
    const [ours, theirs] = [await acme.create('firm', { name: 'Ours' }), await acme.create('firm', { name: 'Theirs' })];
    const [lin, wu] = [await acme.create('person', { name: 'Lin', firm: ours }), await acme.create('person', { name: 'Wu', firm: theirs })];
    const refused = [{ code: 'LOOKUP_NOT_ALLOWED', pointer: '/contact' }];
    expect(await refusals(acme.create('deal', { name: 'A', firm: ours, contact: wu }))).toEqual(refused);
    const deal = await acme.create('deal', { name: 'B', firm: ours, contact: lin });
    expect(await refusals(acme.update('deal', deal, { firm: theirs }))).toEqual(refused);
    await acme.update('deal', deal, { firm: theirs, contact: wu });
    await acme.update('person', wu, { firm: ours });
    await acme.update('deal', deal, { note: 'What no longer fits stays until one of the two is touched.' });
  });
});

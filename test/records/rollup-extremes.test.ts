// Stored minima and maxima stay what a look at all children would give, whatever comes and goes.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from '@tessera/kernel';
import fc from 'fast-check';
import { createRecords, deleteRecords, updateRecords } from '@tessera/records';
import { Lab } from './import-lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());
beforeEach(() => lab.empty());

/** What is stored, and what it should be. */
async function both(): Promise<{ readonly stored: unknown; readonly due: unknown }> {
  const rows = await lab.scene.rows(sql`
    select b.name, b.first_day::text as stored_day, b.most::text as stored_most, min(t.day)::text as day,
      max(t.amount) filter (where t.kind = 'odd')::text as most
    from ${lab.scene.table('box')} b left join ${lab.scene.table('thing')} t on t.box_id = b.id and t.deleted_at is null
    group by b.id order by b.name`);
  return {
    stored: rows.map((row) => [row['name'], row['stored_day'], row['stored_most'] === null ? null : Number(row['stored_most'])]),
    due: rows.map((row) => [row['name'], row['day'], row['most'] === null ? null : Number(row['most'])]),
  };
}

const values = fc.record({
  box: fc.constantFrom(0, 1),
  day: fc.option(fc.integer({ min: 1, max: 6 })),
  amount: fc.option(fc.integer({ min: -5, max: 5 })),
  kind: fc.constantFrom('odd', 'plain'),
});
const writes = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('create' as const), values: fc.array(values, { minLength: 1, maxLength: 3 }) }),
    fc.record({ kind: fc.constant('update' as const), at: fc.nat(9), values }),
    fc.record({ kind: fc.constant('delete' as const), at: fc.nat(9) }),
  ),
  { maxLength: 12 },
);

describe('stored minima and maxima', () => {
  it('are those of the children after any writes', async () => {
    const options = { allOrNone: true };
    await fc.assert(
      fc.asyncProperty(writes, async (steps) => {
        await lab.empty();
        const boxes = await lab.scene.run((session) =>
          createRecords(
            session,
            'box',
            [
              { pointer: '', input: { name: 'A' } },
              { pointer: '', input: { name: 'B' } },
            ],
            options,
          ),
        );
        let made = 0;
        const things: string[] = [];
        const input = ({
          box,
          day,
          amount,
          kind,
        }: typeof values extends fc.Arbitrary<infer V> ? V : never): Readonly<Record<string, unknown>> => {
          const target = boxes[box];
          made += 1;
          // A key forbids two things of one day in one box.
          return { box: target?.ok === true ? target.id : null, day: day === null ? null : `20${10 + made}-01-0${day}`, amount, kind };
        };
        for (const step of steps) {
          await lab.scene.run(async (session) => {
            if (step.kind === 'create') {
              const records = step.values.map((each) => ({ pointer: '', input: { name: 'x', ...input(each) } }));
              for (const outcome of await createRecords(session, 'thing', records, options)) if (outcome.ok) things.push(outcome.id);
              return;
            }
            const id = things[step.at];
            if (id === undefined) return;
            if (step.kind === 'update') await updateRecords(session, 'thing', [{ pointer: '', id, input: input(step.values) }], options);
            else {
              await deleteRecords(session, 'thing', [{ pointer: '', id }]);
              things.splice(step.at, 1);
            }
          });
        }
        const { stored, due } = await both();
        expect(stored).toEqual(due);
      }),
      { numRuns: 40 },
    );
  });
});

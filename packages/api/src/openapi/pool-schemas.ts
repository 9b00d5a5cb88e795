// The schemas of what is done with records of pools, and of conversions.
import { flag, id, listOf, objectSchema, oneOf, text, textOrNull, type JsonSchema } from './shapes.ts';

const note: JsonSchema = { ...text, description: 'Kept with the change of owner.' };

const target = objectSchema({ target: text, object: text, id, outcome: oneOf('created', 'updated', 'kept') });
const children = objectSchema({ target: text, children: text, object: text, outcome: oneOf('created', 'moved'), ids: listOf(id) });
const attached = objectSchema({ object: text, field: text, count: { type: 'integer' } });

export const poolSchemas: Readonly<Record<string, JsonSchema>> = {
  PoolClaim: objectSchema({ note }, []),
  PoolReturn: objectSchema({ reason: { ...text, description: 'One of the pool’s reasons, where it has any.' }, note }, []),
  PoolAssignment: objectSchema({ to: { ...id, description: 'A user.' }, note }, []),
  PoolTransfer: objectSchema(
    {
      to: { ...id, description: 'A user: a member of the pool.' },
      pool: { ...text, description: 'Another pool of the object, instead.' },
      note,
    },
    [],
  ),
  OwnerChanged: objectSchema(
    {
      id,
      pool: text,
      owner: { ...textOrNull, description: 'Null: it lies in the pool.' },
      decision: { type: 'object', description: 'Who was found by an assignment rule, and why.' },
    },
    ['id', 'pool', 'owner'],
  ),
  ConversionRequest: objectSchema(
    {
      dryRun: { ...flag, description: 'Do all of it and take it back.' },
      allowDuplicates: { ...flag, description: 'Where duplicate rules warn.' },
    },
    [],
  ),
  Conversion: objectSchema({
    targets: listOf(target),
    children: listOf(children),
    attached: { ...listOf(attached), description: 'What hung on the record, and hangs on one of the others.' },
  }),
};

// What record permissions cost in lists: the same list for an administrator and for people who see much, little or nothing.
import { mock } from 'node:test';
import type { Context, Statement } from '@tessera/kernel';
import type { ListRequest, ReadRequest, SelectionRequest } from '@tessera/engine';
import { compilePolicy, personWanted, viewOf } from '@tessera/security';
import { loadPerson, type TenantDatabase } from '@tessera/storage';
import { selected } from '../support/engine.ts';
import { compared, type Benchmark, type Contender, type Figure, type Findings } from './benchmark.ts';
import { openAccessScene, type AccessScene } from './access-scene.ts';

const newest: ListRequest = { orderBy: [{ path: 'id', descending: true }], page: { first: 50 } };
const columns = ['id', 'name', 'amount', 'stage', 'closeDate', 'owner', 'createdAt'].map(selected);
const account: SelectionRequest = {
  kind: 'lookup',
  as: 'account',
  field: 'account',
  cases: [{ object: 'account', selections: ['name', 'industry'].map(selected) }],
};

const listOf = (list: ListRequest, selections: readonly SelectionRequest[] = columns): ReadRequest => ({
  roots: [{ kind: 'list', as: 'list', object: 'deal', list, parts: [{ kind: 'nodes', as: 'nodes', selections }] }],
});

const reads: Readonly<Record<string, ReadRequest>> = {
  newest: listOf(newest),
  'largest amounts': listOf({ ...newest, orderBy: [{ path: 'amount', descending: true }] }),
  filtered: listOf({ ...newest, filter: { and: [{ '==': [{ var: 'stage' }, 'won'] }, { '>': [{ var: 'amount' }, 5000] }] } }),
  'with accounts': listOf(newest, [...columns, account]),
};

/** The statement that an operation sends through a tenant's door to read records, with its values. */
async function statementOf(door: TenantDatabase, work: () => Promise<unknown>): Promise<Statement> {
  const query = mock.method(Object.getPrototypeOf(door) as TenantDatabase, 'query');
  try {
    await work();
    const sent = query.mock.calls.map((call) => call.arguments[0]);
    const found = sent.findLast(({ text }) => text.endsWith(' as answer'));
    if (found === undefined) throw new TypeError('No records were read.');
    return { text: found.text, values: found.values };
  } finally {
    query.mock.restore();
  }
}

/** One list for everybody, through the engine and as bare SQL. */
async function listFigures(scene: AccessScene, name: string, request: ReadRequest, readers: Readonly<Record<string, Context>>) {
  const door = scene.here.cell.tenant(scene.tenant.name);
  const [engine, bare]: [Contender[], Contender[]] = [[], []];
  for (const [reader, context] of Object.entries(readers)) {
    const work = (): Promise<unknown> => scene.here.engine.run('records.read', context, request);
    const statement = await statementOf(door, work);
    engine.push({ name: `${name}, ${reader}`, limited: reader === 'mid-level manager', work });
    bare.push({ name: `${name}, ${reader}: SQL`, work: () => door.query(statement) });
  }
  return [...(await compared(engine)), ...(await compared(bare))];
}

/** What is done when somebody comes for the first time: the person is loaded, the policy compiled, the Model as it is for the person made. */
async function policyFigures(scene: AccessScene, readers: Readonly<Record<string, Context>>): Promise<Findings> {
  const door = scene.here.cell.tenant(scene.tenant.name);
  const { model } = await scene.here.engine.runtime(scene.tenant.name);
  const notes: Record<string, number> = {};
  const steps: readonly Contender[][] = [[], [], []];
  for (const [name, { actor }] of Object.entries(readers)) {
    const load = (): ReturnType<typeof loadPerson> =>
      loadPerson(door, { model, userId: actor.userId ?? '', subjects: personWanted(model) });
    const person = await load();
    if (person === undefined) throw new TypeError('There is no such person.');
    const policy = compilePolicy(model, person);
    notes[`bytes of parameters, ${name}`] = JSON.stringify([policy.slots['owners:deal:read'], policy.slots['subjects']]).length;
    steps[0]?.push({ name: `person loaded, 11,000 people, ${name}`, work: load });
    steps[1]?.push({ name: `policy compiled, ${name}`, work: () => Promise.resolve(compilePolicy(model, person)) });
    steps[2]?.push({ name: `view made, ${name}`, work: () => Promise.resolve(viewOf(model, policy)) });
  }
  const figures: Figure[] = [];
  for (const step of steps) figures.push(...(await compared(step)));
  return { figures, notes };
}

async function run(): Promise<Findings> {
  const scene = await openAccessScene();
  try {
    const figures: Figure[] = [];
    for (const [name, request] of Object.entries(reads)) figures.push(...(await listFigures(scene, name, request, scene.readers)));
    const notes = await scene.seen();
    const { administrator, 'mid-level manager': middle } = scene.readers;
    if (administrator === undefined || middle === undefined) throw new TypeError('Two of the readers are missing.');
    const chief = await scene.chief();
    figures.push(...(await listFigures(scene, 'newest, 11,000 people', listOf(newest), { administrator, 'above 10,000': chief })));
    const made = await policyFigures(scene, { 'mid-level manager': middle, 'above 10,000': chief });
    return { figures: [...figures, ...made.figures], notes: { ...notes, ...made.notes } };
  } finally {
    await scene.close();
  }
}

export const benchmark: Benchmark = {
  description:
    'a list of 50 out of 200,000 private records, 1,000 people in six levels, ten sharing rules and 20,000 shares; ratios are to the first of a block, the administrator where there is one',
  limit: 2,
  run,
};

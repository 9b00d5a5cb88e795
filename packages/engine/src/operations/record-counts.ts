// How many records of a tenant a plan speaks of: what stricter rules refuse, and what is set aside.
import { TesseraError } from '@tessera/kernel';
import type { LayerPlan } from '@tessera/packs';
import type { Session } from '../engine-parts.ts';
import type { PlanStep, RefusedRecords } from '../types/metadata.ts';
import { readRecords } from './read.ts';
import { renamesIn } from './renames-in.ts';

/** Most ids that are told. */
export const sampled = 5;
/** Each is a count over a whole object. */
const mostCounted = 100;

export type Counted = Pick<RefusedRecords, 'sample' | 'query'> & { readonly count: number };

interface Found {
  readonly found: { readonly count: number; readonly nodes: readonly { readonly id: string }[] };
}

/** On the tables as they are; undefined where they do not tell: what it reads is known only with the change, or while a record is saved. */
export async function countedNow(session: Session, query: RefusedRecords['query']): Promise<Counted | undefined> {
  const { object, filter } = query;
  const id = { kind: 'field', as: 'id', field: 'id' } as const;
  const parts = [
    { kind: 'totalCount', as: 'count' },
    { kind: 'nodes', as: 'nodes', selections: [id] },
  ] as const;
  try {
    const list = { ...(filter === undefined ? {} : { filter }), page: { first: sampled } };
    const { found } = JSON.parse(await readRecords(session, { roots: [{ kind: 'list', as: 'found', object, list, parts }] })) as Found;
    return { count: found.count, sample: found.nodes.map((node) => node.id), query };
  } catch (error) {
    if (!(error instanceof TesseraError) || error.code === 'MODEL_CHANGED') throw error;
    return undefined;
  }
}

/** The steps of a plan; those that set something aside with the number of records that have it. */
export async function withRecords(session: Session, { changes }: LayerPlan, steps: readonly PlanStep[]): Promise<readonly PlanStep[]> {
  const names = renamesIn(changes);
  const counted: PlanStep[] = [];
  let asked = 0;
  for (const step of steps) {
    const { kind, risk, object, field } = step;
    const isLost = kind === 'setAside' && risk === 'losesData' && asked < mostCounted;
    if (isLost) asked += 1;
    const filter = field === undefined ? undefined : { '!': [{ isBlank: [{ var: field }] }] };
    const found = isLost ? await countedNow(session, { object: names(object).former, filter }) : undefined;
    counted.push(found === undefined ? step : { ...step, records: found.count });
  }
  return counted;
}

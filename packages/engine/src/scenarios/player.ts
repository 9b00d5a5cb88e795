// Somebody at work in a sandbox: each thing that a scenario does is the operation of every caller.
import { fail, failAll, type Context } from '@tessera/kernel';
import type {
  Answered,
  ApprovalAct,
  Chosen,
  Figures,
  ImportAct,
  Imported,
  Player,
  PoolAct,
  RecordRef,
  SubmitAction,
  Values,
  WriteChoice,
} from '@tessera/packs';
import type { Engine } from '../types/engine.ts';
import type { OperationInput, OperationName, OperationOutput } from '../operation-list.ts';
import type { WriteResult } from '../types/operation.ts';
import type { ActInput } from '../types/approval.ts';
import type { AggregateRequest, ListRequest, RootRequest, SelectionRequest } from '../read/request.ts';

/** Asks by GraphQL: handed in, since transports stand above. */
export type Graphql = (
  engine: Engine,
  context: Context,
  request: { readonly document: string; readonly variables: Values },
) => Promise<Answered>;

/** Longest list that is read. */
const most = 1_000;

const selected = (field: string): SelectionRequest => ({ kind: 'field', as: field, field });

/** The one record that was written. Throws what stands against it. */
function writtenIn({ results }: WriteResult): string {
  const [result] = results;
  if (result?.ok !== true) throw failAll('RECORDS_INVALID', result?.problems ?? []);
  return result.id;
}

const choiceOf = ({ allowDuplicates }: WriteChoice): { readonly allowDuplicates?: boolean } =>
  allowDuplicates === undefined ? {} : { allowDuplicates };

export class EnginePlayer implements Player {
  readonly #engine: Engine;
  readonly #context: Context;
  /** Who finds out which approval is meant: whoever acts need not see it beforehand. */
  readonly #platform: Context;
  readonly #graphql: Graphql | undefined;

  constructor(engine: Engine, context: Context, platform: Context, graphql: Graphql | undefined) {
    this.#engine = engine;
    this.#context = context;
    this.#platform = platform;
    this.#graphql = graphql;
  }

  #run<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationOutput<N>> {
    return this.#engine.run(name, this.#context, input);
  }

  async create(object: string, values: Values, choice: WriteChoice): Promise<string> {
    return writtenIn(await this.#run('records.create', { object, records: [values], ...choiceOf(choice) }));
  }

  async update({ object, id }: RecordRef, values: Values, choice: WriteChoice): Promise<void> {
    writtenIn(await this.#run('records.update', { object, records: [{ id, values }], ...choiceOf(choice) }));
  }

  async remove({ object, id }: RecordRef): Promise<void> {
    writtenIn(await this.#run('records.delete', { object, records: [{ id }] }));
  }

  async restore({ object, id }: RecordRef): Promise<void> {
    writtenIn(await this.#run('records.restore', { object, ids: [id] }));
  }

  async void({ object, id }: RecordRef): Promise<void> {
    writtenIn(await this.#run('records.void', { object, records: [{ id }] }));
  }

  async unvoid({ object, id }: RecordRef): Promise<void> {
    writtenIn(await this.#run('records.unvoid', { object, records: [{ id }] }));
  }

  async submit(record: RecordRef, action: SubmitAction): Promise<void> {
    await this.#run('approvals.submit', { ...record, ...action });
  }

  async approve(record: RecordRef, { of, action, ...act }: ApprovalAct): Promise<void> {
    const { approval: pending } = await this.#engine.run('approvals.pending', this.#platform, record);
    if (pending === null) throw fail('APPROVAL_NOT_FOUND', { approval: 'of this record that is pending' });
    const turn = of === undefined ? undefined : pending.tasks.find(({ assignee }) => assignee === of)?.turn;
    if (of !== undefined && turn === undefined) throw fail('APPROVAL_NOT_ASKED');
    await this.#run('approvals.act', { approval: pending.id, action: action as ActInput['action'], turn, ...act });
  }

  async press(automation: string, record: RecordRef | undefined, inputs: Values): Promise<void> {
    await this.#run('automations.start', { automation, ...record, inputs });
  }

  async changeOwner(record: RecordRef, act: PoolAct): Promise<void> {
    await this.#run('pools.change', { ...record, ...act });
  }

  async convert(record: RecordRef, conversion: string, choice: WriteChoice): Promise<ReadonlyMap<string, RecordRef>> {
    const { targets } = await this.#run('conversions.run', { ...record, conversion, ...choice });
    return new Map(targets.map(({ target, object, id }) => [target, { object, id }]));
  }

  async import({ object, mapping, content, by, allowDuplicates }: ImportAct): Promise<Imported> {
    const bytes = (async function* lines() {
      yield await Promise.resolve(Buffer.from(content));
    })();
    const more = { ...(by === undefined ? {} : { by }), ...(allowDuplicates === undefined ? {} : { allowDuplicates }) };
    const { created, updated, rejects } = await this.#run('records.import', { object, mapping, content: bytes, ...more });
    return { created, updated, refused: rejects.map(({ row, code, message, field }) => ({ line: row, code, message, field })) };
  }

  async query(document: string, variables: Values): Promise<Answered> {
    if (this.#graphql === undefined) throw new TypeError('Nobody answers GraphQL in this sandbox.');
    return this.#graphql(this.#engine, this.#context, { document, variables });
  }

  /** What one root answers. */
  async #ask<T>(root: RootRequest): Promise<T> {
    const answer = JSON.parse(await this.#run('records.read', { roots: [root] })) as Readonly<Record<string, T>>;
    return answer[root.as] as T;
  }

  async read({ object, id }: RecordRef, fields: readonly string[]): Promise<Values | undefined> {
    const root = { kind: 'record', as: 'r', object, by: { id }, selections: fields.map(selected) } as const;
    return (await this.#ask<Values | null>(root)) ?? undefined;
  }

  async list({ object, where }: Chosen, fields: readonly string[]): Promise<readonly Values[]> {
    const list: ListRequest = { orderBy: [{ path: 'id' }], page: { first: most }, ...(where === undefined ? {} : { filter: where }) };
    const parts = [{ kind: 'nodes', as: 'nodes', selections: fields.map(selected) }] as const;
    return (await this.#ask<{ readonly nodes: readonly Values[] }>({ kind: 'list', as: 'r', object, list, parts })).nodes;
  }

  async count({ object, where }: Chosen): Promise<number> {
    const list: ListRequest = { page: { first: 1 }, ...(where === undefined ? {} : { filter: where }) };
    const parts = [{ kind: 'totalCount', as: 'count' }] as const;
    return (await this.#ask<{ readonly count: number }>({ kind: 'list', as: 'r', object, list, parts })).count;
  }

  async aggregate({ object, where, groupBy, measures }: Figures): Promise<readonly Values[]> {
    const groups = Object.entries(groupBy).map(([name, group]) => ({ name, ...group }));
    const figures = Object.entries(measures).map(([name, { where: filter, ...measure }]) => ({
      name,
      ...measure,
      ...(filter === undefined ? {} : { filter }),
    }));
    const aggregate: AggregateRequest = {
      ...(where === undefined ? {} : { filter: where }),
      ...(groups.length === 0 ? {} : { groupBy: groups }),
      measures: figures,
      output: [
        ...groups.map(({ name }) => ({ kind: 'group' as const, as: name, name })),
        ...figures.map(({ name }) => ({ kind: 'measure' as const, as: name, name })),
      ],
    };
    return this.#ask<readonly Values[]>({ kind: 'aggregate', as: 'r', object, aggregate });
  }
}

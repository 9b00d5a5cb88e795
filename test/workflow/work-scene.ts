// A tenant that has runs, timers and effects, written as whatever makes them will write them.
import { createEngine, type Engine, type Handlers, type RunHandler, type TimerHandler } from '@tessera/engine';
import { silentLogger, uuidv7Source } from '@tessera/kernel';
import {
  insertEffects,
  insertRuns,
  keepDefinitions,
  saveRuns,
  setTimers,
  wakeStatement,
  type NewEffect,
  type NewRun,
  type NewTimer,
  type Run,
  type RunChange,
  type TenantTransaction,
  type WorkflowDoor,
} from '@tessera/storage';
import { pack, testEngine, type TestEngine, type TestEngineOptions, type TestTenant } from '../support/engine.ts';

export const newId = uuidv7Source(() => Date.now());

export const notePack = pack('notes', { note: { fields: { name: { type: 'text' }, body: { type: 'text' } } } });

export type RunInput = Partial<NewRun>;
export type TimerInput = Partial<NewTimer> & Pick<NewTimer, 'key'>;
export type EffectInput = Partial<NewEffect> & Pick<NewEffect, 'key' | 'kind'>;

const nobody = { object: null, recordId: null, actor: null, callerId: null, runId: null };

export const at = (ms = 0): string => new Date(Date.now() + ms).toISOString();

const runOf = (input: RunInput): NewRun => ({
  id: newId(),
  automation: 'greet',
  definition: 'd1',
  chain: [],
  position: 'first',
  variables: '{}',
  state: 'ready',
  dueAt: at(),
  ...nobody,
  ...input,
});

export interface Wanted {
  readonly runs?: readonly RunInput[];
  readonly timers?: readonly TimerInput[];
  readonly effects?: readonly EffectInput[];
}

/** Ends a run, or leaves it for later. */
export const changeOf = (run: Run, change: Partial<RunChange> = {}): RunChange => ({
  id: run.id,
  state: 'done',
  position: run.position,
  variables: run.variables,
  attempts: run.attempts,
  error: null,
  dueAt: run.dueAt,
  endedAt: at(),
  ...change,
});

export const doorIn = ({ transaction, target }: Parameters<TimerHandler>[0]): WorkflowDoor => ({
  schema: target.schema,
  query: (statement) => transaction.query(statement),
});

/** A handler of runs that ends them, after `step`. */
export function ending(step: (runs: readonly Run[], door: WorkflowDoor) => Promise<void> | void): RunHandler {
  return {
    advance: async (session, runs) => {
      const door = doorIn(session);
      await step(runs, door);
      await saveRuns(
        door,
        runs.map((run) => changeOf(run)),
      );
    },
    failed: () => Promise.resolve(),
  };
}

export interface WorkScene {
  readonly engine: TestEngine;
  /** Writes them in one transaction of the tenant, and wakes whoever works. Gives the ids of the runs. */
  write(tenant: TestTenant, wanted: Wanted, options?: { readonly wake?: boolean }): Promise<readonly string[]>;
  /** Rows of a table of the tenant. */
  rows(tenant: TestTenant, table: string, columns: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Another node of the same kind, beside this one. */
  another(): Promise<Engine>;
  close(): Promise<void>;
}

async function writeAll(transaction: TenantTransaction, schema: string, wanted: Wanted): Promise<readonly string[]> {
  const { runs = [], timers = [], effects = [] } = wanted;
  const door = { schema, query: transaction.query.bind(transaction) };
  const now = at();
  const made = runs.map(runOf);
  const definitions = [...new Set(made.map(({ definition }) => definition))];
  await keepDefinitions(
    door,
    definitions.map((hash) => ({ hash, kind: 'automation', name: 'greet', content: '{"b": 1, "a": 2}' })),
    now,
  );
  await insertRuns(door, made, now);
  const timed = timers.map((timer): NewTimer => ({ id: newId(), kind: 'test', dueAt: now, content: '{}', ...nobody, ...timer }));
  await setTimers(door, timed, now);
  const sent = effects.map((effect): NewEffect => ({ id: newId(), address: '', content: '{}', dueAt: now, ...nobody, ...effect }));
  await insertEffects(door, sent, now);
  return made.map(({ id }) => id);
}

/** The earliest that any of them is to be done at. */
function wakeUp({ runs = [], timers = [], effects = [] }: Wanted): ReturnType<typeof wakeStatement> {
  const due = [...runs, ...timers, ...effects].map(({ dueAt }) => dueAt ?? at()).sort();
  const kinds = [...(runs.length + timers.length > 0 ? (['work'] as const) : []), ...(effects.length > 0 ? (['send'] as const) : [])];
  return wakeStatement(kinds, due[0]);
}

export async function workScene(handlers: Handlers, options: TestEngineOptions = {}): Promise<WorkScene> {
  const engine = await testEngine({ ...options, engine: { handlers, ...options.engine } });
  return {
    engine,
    write: (tenant, wanted, { wake = true } = {}) =>
      engine.cell.tenant(tenant.name).transaction(async (transaction) => {
        const ids = await writeAll(transaction, tenant.schema, wanted);
        if (wake) await transaction.query(wakeUp(wanted));
        return ids;
      }),
    another: () => createEngine({ cell: engine.cell, log: silentLogger, secret: 'another', clock: engine.clock, workers: 2, handlers }),
    rows: (tenant, table, columns) => engine.sql(`select ${columns} from ${tenant.schema}.${table} order by id`),
    close: () => engine.close(),
  };
}

export const noTimers: Readonly<Record<string, TimerHandler>> = {};

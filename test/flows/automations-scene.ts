// The tenant of access-scene with automations: what each test adds, and what it asks of runs and timers.
import { accessScene, type AccessScene } from './access-scene.ts';
import type { Json } from '../support/http-client.ts';
import type { TestEngineOptions } from '../support/engine.ts';

/** An automation on accounts that starts when one is created; `rest` says otherwise. */
export const automation = (name: string, steps: Json, rest: Json = {}): Json => ({
  [`automations/${name}.json`]: { name, object: 'account', trigger: { type: 'record', on: ['create'] }, steps, ...rest },
});

export const on = (events: readonly string[], rest: Json = {}): Json => ({ trigger: { type: 'record', on: events, ...rest } });

export const system: Json = { runAs: 'system' };

/** Makes a task that says what was seen. */
export const task = (name: unknown, account: unknown = { var: '$record' }): Json => ({
  tell: { type: 'create', object: 'task', values: { name, account } },
});

export interface AutomationScene extends AccessScene {
  /** Does what is due by the clock of the scene, or at a time. */
  settle(at?: string): Promise<void>;
  /** Names of all tasks, in their order. */
  tasks(): Promise<readonly string[]>;
  /** Takes all tasks, runs and timers away. */
  clear(): Promise<void>;
  timers(kind?: string): Promise<readonly Json[]>;
  runs(): Promise<readonly Json[]>;
}

export async function automationScene(files: Json, options: TestEngineOptions = {}): Promise<AutomationScene> {
  const scene = await accessScene(files, options);
  const { schema } = scene.acme;
  return {
    ...scene,
    settle: async (at) => {
      const { settled } = await scene.engine.drain('acme', at === undefined ? undefined : Date.parse(at));
      if (!settled) throw new Error('There is always something to do.');
    },
    tasks: async () =>
      (await scene.sql(`select name from ${schema}.task where deleted_at is null order by id`)).map(({ name }) => String(name)),
    clear: async () => {
      for (const table of ['task', '_run', '_timer']) await scene.sql(`delete from ${schema}.${table}`);
    },
    timers: (kind) =>
      scene.sql(
        `select kind, key, to_char(due_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as due from ${schema}._timer where $1::text is null or kind = $1 order by due_at, key`,
        [kind ?? null],
      ),
    runs: () => scene.sql(`select automation, state, record_id, actor, chain, error from ${schema}._run order by id`),
  };
}

// A small pack in a folder of its own, a sandbox for its scenarios, and a way to play scenarios that a test writes down.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { graphqlAsker } from '@tessera/api';
import { atScenarioDesk, type EngineOptions, type Mismatch, type PackTest, type PackTested, type ScenarioDesk } from '@tessera/engine';
import { silentLogger } from '@tessera/kernel';
import { buildModel } from '@tessera/metadata';
import { pack, type Json, type TestEngine } from '../support/engine.ts';
import { platformFolder, readPack } from '../support/packs.ts';

const text: Json = { type: 'text' };

/** Deals that are won by stages, answered by a clock, turned into orders, approved; with automations of every moment. */
const objects: Readonly<Record<string, Json>> = {
  deal: {
    sharing: 'private',
    fields: {
      name: { type: 'text', required: true },
      amount: { type: 'currency', history: true },
      discount: { type: 'percent' },
      tags: { type: 'multiPicklist', options: { red: {}, blue: {} } },
      note: text,
      stage: {
        type: 'picklist',
        default: 'open',
        history: true,
        options: { open: { order: 10 }, offer: { order: 20 }, won: { order: 90 } },
      },
      closeDate: { type: 'date' },
      size: text,
      order: { type: 'lookup', to: 'order', inverse: 'deals' },
      efforts: { type: 'rollup', aggregate: { of: 'tasks', function: 'sum', value: { var: 'effort' } }, upkeep: 'schedule' },
    },
    validationRules: {
      positive: { refuseWhen: { '<': [{ var: 'amount' }, 0] }, at: 'amount', message: { en: 'The amount must not be negative.' } },
      never: { refuseWhen: { '==': [{ var: 'name' }, 'never'] }, message: { en: 'Never.' } },
    },
  },
  order: { sharing: 'publicRead', fields: { name: { type: 'text', required: true }, number: { type: 'autoNumber', format: 'O-{0000}' } } },
  task: {
    fields: {
      name: { type: 'text', required: true },
      deal: { type: 'lookup', to: 'deal', inverse: 'tasks' },
      effort: { type: 'number', precision: 15, scale: 0 },
    },
  },
};

const task = (name: unknown): Json => ({ type: 'create', object: 'task', values: { name, deal: { var: '$record' } } });
const onDeals = (on: readonly string[], more: Json = {}): Json => ({ object: 'deal', trigger: { type: 'record', on, ...more } });

const automations: Readonly<Record<string, Json>> = {
  measure: {
    ...onDeals(['create', 'update'], { moment: 'beforeSave' }),
    steps: {
      size: {
        type: 'branch',
        cases: {
          big: { when: { '>=': [{ var: 'amount' }, 1000] }, steps: { say: { type: 'set', values: { size: 'big' } } } },
          small: {
            when: { and: [{ '>=': [{ var: 'amount' }, 0] }, { '<': [{ var: 'amount' }, 10] }] },
            steps: { say: { type: 'set', values: { size: 'small' } } },
          },
        },
      },
    },
  },
  greet: { ...onDeals(['create']), runAs: 'system', when: { '==': [{ var: 'note' }, 'greet'] }, steps: { task: task('hello') } },
  tell: {
    ...onDeals(['update'], { changed: ['stage'] }),
    runAs: 'system',
    steps: {
      owner: { order: 10, type: 'notify', template: 'moved', to: { owner: { field: 'owner' } }, channels: ['inApp', 'email'] },
      hook: { order: 20, type: 'webhook', address: 'https://hooks.example/moved', values: { deal: { var: 'name' } } },
      heard: { order: 30, ...task({ concat: ['answered ', { text: { var: '$steps.hook.status' } }] }) },
    },
  },
  daily: {
    runAs: 'system',
    trigger: { type: 'schedule', cron: '0 7 * * *' },
    steps: { task: { type: 'create', object: 'task', values: { name: 'morning' } } },
  },
  closing: {
    object: 'deal',
    runAs: 'system',
    trigger: { type: 'atTime', before: 'P1D', of: 'closeDate', at: '09:00' },
    steps: { task: task('closing') },
  },
  inbound: {
    runAs: 'system',
    trigger: { type: 'webhook', inputs: { title: { type: 'text' } } },
    steps: { task: { type: 'create', object: 'task', values: { name: { var: '$inputs.title' } } } },
  },
  nudge: {
    object: 'deal',
    trigger: { type: 'button', label: { en: 'Nudge' }, inputs: { why: { type: 'text' } } },
    steps: { task: task({ var: '$inputs.why' }) },
  },
  lateDeal: {
    object: 'deal',
    runAs: 'system',
    trigger: { type: 'clock', clock: 'answer', threshold: 'half' },
    steps: { task: task('half') },
  },
};

const files: Json = {
  ...Object.fromEntries(Object.entries(automations).map(([name, content]) => [`automations/${name}.json`, { name, ...content }])),
  'templates/moved.json': {
    name: 'moved',
    object: 'deal',
    label: { en: 'Moved' },
    inApp: { subject: { en: '{{ name }} has moved' }, body: { en: 'Look.' } },
    email: { subject: { en: '{{ name }} has moved' }, body: { en: 'Look.' } },
  },
  'stageFlows/stages.json': {
    name: 'stages',
    object: 'deal',
    field: 'stage',
    stages: {
      open: { moves: { offer: {} } },
      offer: {
        moves: { won: {}, open: {} },
        enter: { priced: { refuseWhen: { isBlank: { var: 'amount' } }, at: 'amount', message: { en: 'What is it worth?' } } },
      },
      won: { kind: 'won' },
    },
  },
  'clocks/answer.json': {
    name: 'answer',
    object: 'deal',
    start: { '==': [{ var: 'stage' }, 'open'] },
    stop: { '!=': [{ var: 'stage' }, 'open'] },
    target: 'P2D',
    thresholds: { half: { at: 0.5 } },
  },
  'approvalProcesses/check.json': {
    name: 'check',
    object: 'deal',
    on: ['submit'],
    steps: {
      boss: { order: 10, type: 'approval', approvers: { boss: { managerOf: 'submitter' } }, allow: ['transfer', 'return'] },
      bySize: {
        order: 20,
        type: 'branch',
        cases: {
          big: {
            when: { '>=': [{ var: 'amount' }, 1000] },
            steps: { watchers: { type: 'approval', approvers: { all: { role: 'watcher' } } } },
          },
        },
      },
    },
    onApproved: { set: { note: 'agreed' } },
  },
  'conversions/toOrder.json': {
    name: 'toOrder',
    object: 'deal',
    targets: { order: { object: 'order', values: { name: { var: 'name' } }, link: 'order' } },
  },
  'matchingRules/sameOrder.json': { name: 'sameOrder', object: 'order', criteria: { name: { fields: { name: {} } } } },
  'duplicateRules/oneOrder.json': { name: 'oneOrder', object: 'order', matching: 'sameOrder', action: 'block' },
  'roles/seller.json': {
    name: 'seller',
    label: { en: 'Seller' },
    objects: {
      deal: { create: true, read: true, update: true, delete: true, import: true, fields: { '*': 'edit' } },
      task: { create: true, read: true, fields: { '*': 'edit' } },
      order: { create: true, read: true, fields: { '*': 'edit' } },
    },
  },
  'roles/watcher.json': { name: 'watcher', label: { en: 'Watcher' }, objects: { deal: { read: true, fields: { '*': 'read' } } } },
  'sharingRules/bigOnes.json': {
    name: 'bigOnes',
    label: { en: 'Big ones' },
    object: 'deal',
    records: { when: { '==': [{ var: 'size' }, 'big'] } },
    to: { watchers: { role: 'watcher' } },
  },
};

export const people: Json = {
  lin: { roles: ['seller'], manager: 'boss' },
  tom: { roles: ['seller'] },
  boss: { roles: ['seller'] },
  wu: { roles: ['watcher'] },
};
export const deal: Json = { type: 'create', as: 'lin', object: 'deal', values: { name: 'Deal', amount: 5 } };

export type Steps = Readonly<Record<string, Json>>;

export interface ScenarioScene {
  readonly folder: string;
  readonly desk: ScenarioDesk;
  write(files: Json): Promise<void>;
  /** Plays scenarios with these steps, by their order; `given` has people unless it says so. */
  play(scenarios: Readonly<Record<string, Steps>>, given?: Json, more?: Omit<PackTest, 'folder'>): Promise<PackTested>;
  /** What is wrong with one scenario; nothing where it passes. */
  wrong(steps: Steps, given?: Json): Promise<readonly Mismatch[]>;
  close(): Promise<void>;
}

const inOrder = (steps: Steps): Json =>
  Object.fromEntries(Object.entries(steps).map(([key, step], i) => [key, { order: i * 10, ...step }]));

/** @param more files beside those of the pack, or null for those that it is to lack */
export async function scenarioScene(lab: TestEngine, more: Json = {}): Promise<ScenarioScene> {
  const folder = await mkdtemp(join(tmpdir(), 'tessera-scenarios-'));
  const write = async (written: Json): Promise<void> => {
    for (const [path, content] of Object.entries(written)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      if (content === null) await rm(join(folder, path), { force: true });
      else await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
    }
  };
  const shop = pack('shop', objects, files);
  // A mistake in it is found sooner by its place.
  const { problems } = buildModel([readPack(platformFolder), shop]);
  if (problems.length > 0) throw new Error(JSON.stringify(problems, null, 2));
  await write({ ...shop.files, ...more });
  const options: EngineOptions = { cell: lab.cell, log: silentLogger, secret: 'a secret of these tests, long enough', clock: lab.clock };
  const [lent, over] = [Promise.withResolvers<ScenarioDesk>(), Promise.withResolvers<undefined>()];
  const ended = atScenarioDesk(options, graphqlAsker(), async (own) => {
    lent.resolve(own);
    await over.promise;
  });
  ended.catch(lent.reject);
  const desk = await lent.promise;
  const play: ScenarioScene['play'] = async (scenarios, given = {}, rest = {}) => {
    await rm(join(folder, 'tests'), { recursive: true, force: true });
    const all = Object.entries(scenarios).map(([name, steps], order) => [
      `tests/${name}.json`,
      { name, order, given: { people, ...given }, steps: inOrder(steps) },
    ]);
    await write(Object.fromEntries(all) as Json);
    return desk.test({ folder, ...rest });
  };
  return {
    folder,
    desk,
    write,
    play,
    wrong: async (steps, given) => (await play({ one: steps }, given)).results[0]?.failure?.mismatches ?? [],
    close: async () => {
      over.resolve(undefined);
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

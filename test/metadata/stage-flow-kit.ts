// A deal with a flow over its stages, for tests of stage flows.
import type { Model } from '@tessera/metadata';
import { object, objects, pack, problems, type Json } from './layer-kit.ts';

export const v = (name: string): Json => ({ var: name });
export const label = { en: 'x' };
export const options = (...names: readonly string[]): Json => Object.fromEntries(names.map((name, i) => [name, { order: (i + 1) * 10 }]));

export const deal = object(
  'deal',
  {
    stage: { type: 'picklist', label: { en: 'Stage', 'zh-CN': '阶段' }, options: options('a', 'b', 'c', 'won', 'lost') },
    other: { type: 'picklist', options: options('x', 'y') },
    amount: { type: 'number' },
    note: { type: 'text' },
    twice: { type: 'formula', returns: 'number', formula: { '*': [v('amount'), 2] } },
  },
  { label: { en: 'Deal', 'zh-CN': '商机' }, recordTypes: { one: {}, two: {} } },
);
export const flow: Json = {
  name: 'sales',
  object: 'deal',
  field: 'stage',
  stages: { a: { probability: 0.1 }, b: {}, c: {}, won: { kind: 'won' }, lost: { kind: 'lost' } },
};
export const world = (change: Json = {}, more: Json = {}) =>
  pack('crm', {
    ...objects(deal, object('visit', { deal: { type: 'lookup', to: 'deal', inverse: 'visits' }, kept: { type: 'boolean' } })),
    'parameters/days.json': { name: 'days', type: 'number', value: 10 },
    'parameters/word.json': { name: 'word', type: 'text', value: 'x' },
    'stageFlows/sales.json': { ...flow, ...change },
    ...more,
  });
export const movesOf = (built: Model): Json => {
  const stages = Object.values(built.stageFlows['sales']?.stages ?? {});
  return Object.fromEntries(stages.map(({ name, moves }) => [name, Object.keys(moves)]));
};
export const wrong = (change: Json): string[] => problems(world(change));
export const stage = (entry: Json): Json => ({ stages: { ...(flow['stages'] as Json), a: entry } });
export const at = 'crm/stageFlows/sales.json#';

// Stage flows in layers: changed part by part, translated, renamed.
import { describe, expect, it } from '@jest/globals';
import { buildModel } from '@tessera/metadata';
import { model, object, objects, pack, platform, problems, tenant, type Json } from './layer-kit.ts';
import { v, label, flow, world, movesOf } from './stage-flow-kit.ts';

describe('layers over a stage flow', () => {
  it('change it part by part, and translate its texts', () => {
    const extension = {
      extends: 'sales',
      kind: 'stageFlow',
      back: { message: { en: 'No way back.' } },
      stages: { a: { probability: 0.3, moves: { c: {} } }, c: null },
    };
    const texts = {
      language: 'zh-CN',
      stageFlows: { sales: { label: '销售', back: { message: '不能退回' }, stages: { b: { tasks: { one: { label: '拜访' } } } } } },
    };
    const { stages } = flow as { readonly stages: Json };
    const below = world({
      label: { en: 'Sales' },
      back: { when: { '==': [v('amount'), 1] } },
      stages: { ...stages, b: { tasks: { one: { type: 'check', label } } } },
    });
    const built = model(
      below,
      tenant({
        'extensions/sales.json': { ...extension, stages: { a: { probability: 0.3, moves: { b: {} } }, c: null } },
        'translations/zh-CN.json': texts,
      }),
    );
    const sales = built.stageFlows['sales'];
    expect(movesOf(built)).toEqual({ a: ['b'], b: ['a', 'won', 'lost'], won: [], lost: [] });
    expect(sales?.label).toEqual({ en: 'Sales', 'zh-CN': '销售' });
    expect(sales?.stages['b']?.moves['a']?.message).toEqual({ en: 'No way back.', 'zh-CN': '不能退回' });
    expect(sales?.stages['b']?.tasks[0]?.label).toEqual({ en: 'x', 'zh-CN': '拜访' });
    expect(problems(below, tenant({ 'extensions/sales.json': extension }))).toEqual([
      `METADATA_REFERENCE_MISSING tenant/extensions/sales.json#/stages/a/moves/c`,
    ]);
  });

  it('mark what they add to it as theirs', () => {
    const added = (name: string): Json => ({
      stages: {
        a: { tasks: { [name]: { type: 'check', label } }, enter: { [name]: { refuseWhen: { '==': [v('amount'), 1] }, message: label } } },
      },
    });
    const over = (name: string): string[] =>
      problems(world(), tenant({ 'extensions/sales.json': { extends: 'sales', kind: 'stageFlow', ...added(name) } }));
    expect(over('mine__c')).toEqual([]);
    expect(over('mine')).toEqual(
      ['enter', 'tasks'].map((part) => `METADATA_NAMESPACE tenant/extensions/sales.json#/stages/a/${part}/mine`),
    );
  });

  it('follow renames of the object, its fields, options and record types, and of what is kept', () => {
    const renamed = objects(
      object(
        'chance',
        {
          phase: { type: 'picklist', renamedFrom: ['stage'], options: { start: { order: 1, renamedFrom: ['a'] }, b: { order: 2 } } },
          sum: { type: 'number', renamedFrom: ['amount'] },
        },
        { renamedFrom: ['deal'], recordTypes: { single: { renamedFrom: ['one'] } } },
      ),
    );
    const mine: Json = {
      'stageFlows/mine__c.json': {
        name: 'mine__c',
        object: 'deal',
        field: 'stage',
        recordTypes: ['one'],
        stages: {
          a: { required: ['amount'], moves: { b: { when: { '==': [v('$old.stage'), 'a'] } } } },
          b: {
            enter: { one: { refuseWhen: { '<': [v('amount'), 1] }, at: 'amount', message: label } },
            moves: { a: {} },
            tasks: { f: { type: 'fields', label, fields: ['amount'] } },
          },
        },
      },
    };
    const built = buildModel([platform, pack('crm', renamed), tenant(mine)]);
    expect(built.problems).toEqual([]);
    expect(built.model?.stageFlows['mine__c']).toMatchObject({
      object: 'chance',
      field: 'phase',
      recordTypes: ['single'],
      since: 'phaseSince',
      history: 'chanceStageChange',
      stages: {
        start: { required: ['sum'], moves: { b: {} } },
        b: { enter: [{ at: 'sum' }], moves: { start: {} }, tasks: [{ fields: ['sum'] }] },
      },
    });
    expect(built.model?.objects['chanceStageChange']?.renamedFrom).toEqual(['dealStageChange']);
    expect(built.model?.objects['chance']?.fields['phaseSince']?.renamedFrom).toEqual(['stageSince']);
    // A layer above may name what is kept by its former name.
    const view = { name: 'v__c', object: 'deal', label, columns: { stageSince: {} }, filter: { '==': [v('stage'), 'a'] } };
    const kept = { ...(mine['stageFlows/mine__c.json'] as Json), name: 'flow' };
    const crm = pack('crm', {
      ...renamed,
      'stageFlows/flow.json': { ...kept, object: 'chance', field: 'phase', recordTypes: ['single'], stages: { start: {}, b: {} } },
    });
    expect(problems(crm, tenant({ 'listViews/v__c.json': view }))).toEqual([]);
  });
});

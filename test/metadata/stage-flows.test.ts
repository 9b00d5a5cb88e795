// Stage flows as metadata: what they become, what they bring beside their object, and every mistake at its place.
import { describe, expect, it } from '@jest/globals';
import { diff } from '@tessera/metadata';
import { fieldOf, messages, model, object, objectOf, objects, pack, problems, tenant, type Json } from './layer-kit.ts';
import { v, label, options, flow, world, movesOf, wrong, stage, at } from './stage-flow-kit.ts';

describe('a stage flow', () => {
  it('leads forward one by one, to what is lost, and from the last to what is won', () => {
    expect(movesOf(model(world()))).toEqual({ a: ['b', 'lost'], b: ['c', 'lost'], c: ['won', 'lost'], won: [], lost: [] });
  });

  it('leads further where it says so', () => {
    expect(movesOf(model(world({ skip: {}, back: {}, reopen: {} })))).toEqual({
      a: ['b', 'c', 'won', 'lost'],
      b: ['a', 'c', 'won', 'lost'],
      c: ['a', 'b', 'won', 'lost'],
      won: ['a', 'b', 'c'],
      lost: ['a', 'b', 'c'],
    });
    expect(movesOf(model(world({ skip: {}, ...stage({ moves: { won: {} } }) })))['a']).toEqual(['won']);
    const { stages } = flow as { readonly stages: Json };
    expect(movesOf(model(world({ stages: { ...stages, a: { order: 99 } } })))).toMatchObject({
      b: ['c', 'lost'],
      c: ['lost', 'a'],
      a: ['won', 'lost'],
    });
  });

  it('brings fields that read the stage, as far as its stages say something', () => {
    const built = model(
      world(stage({ probability: 0.1, forecast: 'commit', allowedDays: { param: 'days' }, tasks: { call: { type: 'check', label } } })),
    );
    const names = Object.keys(objectOf(built, 'deal').fields).filter((name) => name.startsWith('stage'));
    expect(names).toEqual(['stage', 'stageSince', 'stageProbability', 'stageForecast', 'stageStalled', 'stageDone']);
    expect(fieldOf(built, 'deal', 'stageSince')).toMatchObject({
      readOnly: true,
      origin: 'platform',
      label: { en: 'Stage since', 'zh-CN': '阶段开始时间' },
    });
    expect(fieldOf(built, 'deal', 'stageStalled').formula?.live).toBe(true);
    expect(Object.keys(fieldOf(built, 'deal', 'stageDone').options ?? {})).toEqual(['a_call']);
    const bare = model(world({ stages: { a: {}, b: {} } }));
    expect(Object.keys(objectOf(bare, 'deal').fields).filter((name) => name.startsWith('stage'))).toEqual(['stage', 'stageSince']);
  });

  it('brings one history for an object, whatever flows it has, which belongs to its record', () => {
    const second = { ...flow, name: 'others', field: 'other', stages: { x: {}, y: {} } };
    const built = model(world({}, { 'stageFlows/others.json': second }));
    expect(objectOf(built, 'dealStageChange')).toMatchObject({
      keptOf: 'deal',
      appendOnly: true,
      sharing: 'controlledByParent',
      label: { en: 'Deal stage change', 'zh-CN': '商机阶段变更' },
      allows: { create: false, export: true },
    });
    expect(Object.keys(fieldOf(built, 'dealStageChange', 'field').options ?? {})).toEqual(['stage', 'other']);
    expect(Object.keys(fieldOf(built, 'dealStageChange', 'to').options ?? {}).toSorted()).toEqual(['a', 'b', 'c', 'lost', 'won', 'x', 'y']);
    expect(objectOf(built, 'deal').relations['stageChanges']).toEqual({ name: 'stageChanges', object: 'dealStageChange', by: 'record' });
    expect(Object.keys(model(world({ active: false })).objects)).not.toContain('dealStageChange');
  });

  it('changes the Model’s hash and is told apart in a comparison', () => {
    const [before, after] = [model(world()), model(world({ ...stage({ probability: 0.2 }), back: {} }))];
    expect(after.hash).not.toBe(before.hash);
    const changes = diff(before, after).filter(({ kind }) => kind === 'stageFlow');
    expect(changes.map(({ path, change }) => [path.join('.'), change])).toEqual([
      ['stages.a.probability', 'changed'],
      ['back', 'added'],
    ]);
  });
});

describe('what sets grant', () => {
  const granted = (fields: Json) => {
    const role = { name: 'rep', label, objects: { deal: { read: true, update: true, create: true, export: true, fields } } };
    return model(world(stage({ tasks: { call: { type: 'check', label } } }), { 'roles/rep.json': role })).roles['rep']?.objects;
  };

  it('of a record holds for its history, and of a stage for all that tells of it', () => {
    expect(granted({ '*': 'edit' })).toMatchObject({
      deal: { fields: { stageSince: 'read', stageDone: 'edit' } },
      dealStageChange: { read: true, create: false, update: false, export: true, fields: { '*': 'read', to: 'read', name: 'read' } },
    });
    expect(granted({ '*': 'edit', stage: 'none' })).toMatchObject({
      deal: { fields: { stageSince: 'none', stageDone: 'none' } },
      dealStageChange: { fields: { from: 'none', to: 'none', name: 'none' } },
    });
  });
});

describe('a mistake in a stage flow', () => {
  it.each([
    [{ object: 'nothing' }, ['METADATA_REFERENCE_MISSING', '/object']],
    [{ field: 'nothing' }, ['METADATA_REFERENCE_MISSING', '/field']],
    [{ field: 'amount' }, ['METADATA_REFERENCE_UNFIT', '/field']],
    [{ field: 'lifeStatus' }, ['METADATA_REFERENCE_UNFIT', '/field']],
    [{ recordTypes: ['nothing'] }, ['METADATA_REFERENCE_MISSING', '/recordTypes/0']],
    [{ stages: { a: {}, z: {} } }, ['METADATA_REFERENCE_MISSING', '/stages/z']],
    [{ stages: { won: { kind: 'won' } } }, ['METADATA_REFERENCE_UNFIT', '/stages']],
    [{ back: { when: { '==': [v('nothing'), 1] } } }, ['RULE_NAME_UNKNOWN', '/back/when']],
    [stage({ moves: { z: {} } }), ['METADATA_REFERENCE_MISSING', '/stages/a/moves/z']],
    [stage({ moves: { a: {} } }), ['METADATA_REFERENCE_UNFIT', '/stages/a/moves/a']],
    [stage({ required: ['twice'] }), ['METADATA_REFERENCE_UNFIT', '/stages/a/required/0']],
    [stage({ required: ['nothing'] }), ['METADATA_REFERENCE_MISSING', '/stages/a/required/0']],
    [stage({ probability: 2 }), ['METADATA_REFERENCE_UNFIT', '/stages/a/probability']],
    [stage({ allowedDays: { param: 'word' } }), ['RULE_TYPE', '/stages/a/allowedDays']],
    [
      stage({ enter: { one: { refuseWhen: { '==': [1, 1] }, message: label, at: 'nothing' } } }),
      ['METADATA_REFERENCE_MISSING', '/stages/a/enter/one/at'],
    ],
    [
      stage({ tasks: { one: { type: 'fields', label, fields: ['nothing'] } } }),
      ['METADATA_REFERENCE_MISSING', '/stages/a/tasks/one/fields/0'],
    ],
    [
      stage({ tasks: { one: { type: 'create', label, relation: 'nothing' } } }),
      ['METADATA_REFERENCE_MISSING', '/stages/a/tasks/one/relation'],
    ],
    [stage({ approval: 'boss' }), ['METADATA_REFERENCE_MISSING', '/stages/a/approval']],
    [stage({ tasks: { one: { type: 'check', label, fields: ['note'] } } }), ['METADATA_MISPLACED_PROPERTY', '/stages/a/tasks/one/fields']],
  ])('is told where it stands: %j', (change, [code, pointer]) => {
    expect(wrong(change).map((found) => found.replace(/(#\/(back\/when|stages\/a\/allowedDays)).*/, '$1'))).toEqual([
      `${String(code)} ${at}${String(pointer)}`,
    ]);
  });

  it('is told of conditions over children and of a second flow for the same records', () => {
    const where = (rule: Json): string[] => wrong(stage({ tasks: { one: { type: 'create', label, relation: 'visits', where: rule } } }));
    expect(where({ '==': [v('kept'), true] })).toEqual([]);
    expect(where({ '==': [v('amount'), 1] })[0]).toContain(`${at}/stages/a/tasks/one/where`);
    const second = (recordTypes: readonly string[]): Json => ({ 'stageFlows/second.json': { ...flow, name: 'second', recordTypes } });
    expect(problems(world({}, second(['one'])))).toEqual([]);
    expect(problems(world({ recordTypes: ['one', 'two'] }, second(['two'])))).toHaveLength(1);
    expect(problems(world({}, { 'stageFlows/second.json': { ...flow, name: 'second' } }))).toHaveLength(1);
  });

  it('is told of an approval that is not of the object, or switched off', () => {
    const asks = { ask: { type: 'approval', approvers: { boss: { managerOf: 'submitter' } } } };
    const process = (more: Json): Json => ({
      'approvalProcesses/boss.json': { name: 'boss', object: 'deal', on: ['submit'], steps: asks, ...more },
    });
    const asking = (more: Json) => world(stage({ approval: 'boss' }), process(more));
    expect(problems(asking({}))).toEqual([]);
    expect(model(asking({})).stageFlows['sales']?.stages['a']?.approval).toBe('boss');
    expect(problems(asking({ object: 'visit' }))).toEqual([`METADATA_REFERENCE_UNFIT ${at}/stages/a/approval`]);
    expect(problems(asking({ active: false }))).toEqual([`METADATA_REFERENCE_MISSING ${at}/stages/a/approval`]);
  });

  it('is told of names that are taken', () => {
    const taken = world({}, objects(object('dealStageChange')));
    expect(messages(taken)).toEqual([
      'The stage flow sales keeps what happens in the object dealStageChange, which crm has already. Give that one another name.',
    ]);
    const field = tenant({ 'extensions/deal.json': { extends: 'deal', fields: { stageSince__c: { type: 'date' } } } });
    expect(problems(world(), field)).toEqual([]);
    const clash = pack('crm', {
      ...objects(object('deal', { stage: { type: 'picklist', options: options('a') }, stageSince: { type: 'date' } })),
      'stageFlows/sales.json': { ...flow, stages: { a: {} } },
    });
    expect(problems(clash)).toEqual([`METADATA_REFERENCE_UNFIT ${at}/field`]);
    const plural = world({}, objects(object('thing', {}, { plural: 'dealStageChanges' })));
    expect(problems(plural).some((found) => found.startsWith('METADATA_NAME_CLASH'))).toBe(true);
  });
});

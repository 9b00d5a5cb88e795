// A partner's pack is upgraded over a customer's changes and running work, and nothing is lost; the way back gives what was.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Model } from '@tessera/metadata';
import { modelOf, readPack } from '@tessera/packs';
import { renderPlan } from '../../packages/server/src/cli/plan-text.ts';
import { testEngine, type TestEngine, type TestTenant } from '../support/engine.ts';
import { failureOf } from '../support/failures.ts';
import { exampleFolder } from '../support/packs.ts';
import { driftOf, storedLayers } from './life-cycle-scene.ts';
import { customisations, lostIn } from './saas-customisations.ts';
import { choicesOf11, choicesOf20, conflictsIn, conflictsOf11, conflictsOf20 } from './saas-upgrade-decisions.ts';
import { saasCustomer, tablesOf, untilMonday, type SaasCustomer } from './saas-upgrade-scene.ts';
import { customisedFiles, saasVersions, type SaasVersions } from './saas-versions-kit.ts';

let versions: SaasVersions;
let engine: TestEngine;
let tenant: TestTenant;
let scene: SaasCustomer;
beforeAll(async () => {
  versions = await saasVersions();
  engine = await testEngine();
  engine.clock.ahead = untilMonday(Date.now());
  const below = await Promise.all(['crm-base', 'hightech'].map((name) => readPack(exampleFolder(name))));
  tenant = await engine.tenant('yunfeng', [...below, await versions.layer('1.0')]);
  await tenant.apply(await customisedFiles());
  scene = await saasCustomer(engine, tenant);
}, 400_000);
afterAll(async () => {
  await engine.close();
  await versions.remove();
});

const model = async (): Promise<Model> => modelOf(await storedLayers(engine.cell, tenant.name));
const drifted = (): Promise<readonly unknown[]> => driftOf(engine.cell, tenant.name, tenant.schema);
const versionNow = async (): Promise<number> => (await tenant.run('metadata.versions', {}))[0]?.number ?? 0;

/**
 * What is in force, and every row: before and after a way there and back these are to be the same. The approval that a process has moved
 * stays where it is, as what people have done since would.
 */
async function all(): Promise<unknown> {
  await scene.drain();
  return { model: (await model()).hash, tables: await tablesOf(engine, tenant.schema, [scene.expense]), drift: await drifted() };
}

/** Who is asked just now about a record, by step. */
async function asked(id: string): Promise<readonly unknown[]> {
  const rows = await engine.sql(
    `select t.step, u.name from ${tenant.schema}.approval_task t join ${tenant.schema}."user" u on u.id = t.assignee_id
     where t.about_id = $1 and t.kind = 'approve' and t.state = 'open'`,
    [id],
  );
  return rows.map(({ step, name }) => [step, name]);
}

async function approve(who: 'mei' | 'fay' | 'gao', object: string, id: string): Promise<void> {
  const { approval } = await tenant.run('approvals.pending', { object, id });
  await scene.run(who, 'approvals.act', { approval: approval?.id ?? '', action: 'approve' });
}

const v10 = 2;
let v11 = 0;
let v20 = 0;

describe('1.0', () => {
  it('has every kind of change of a customer in force', async () => {
    expect(customisations.length).toBeGreaterThanOrEqual(60);
    expect(new Set(customisations.map(({ at }) => at)).size).toBe(customisations.length);
    const { source } = await model();
    expect(Object.keys(source).filter((kind) => !customisations.some(({ at }) => at.startsWith(`${kind}/`)))).toEqual([]);
    expect(lostIn(await model(), '1.0')).toEqual([]);
    expect(await versionNow()).toBe(v10);
    expect([await asked(scene.discounted), await asked(scene.expense), await asked(scene.leaving)]).toEqual([
      [['manager', 'mei']],
      [['manager', 'mei']],
      [['manager', 'mei']],
    ]);
  });
});

describe('1.1', () => {
  it('is planned with exactly the expected conflicts, each with its three values, and refused while they are open', async () => {
    const { files } = await versions.layer('1.1');
    const plan = await tenant.run('packs.plan', { files });
    expect(conflictsIn(plan)).toEqual(conflictsOf11);
    expect(Object.keys(choicesOf11).sort()).toEqual(conflictsOf11.map(([id]) => id).sort());
    expect([plan.findings, plan.refused, plan.kept]).toEqual([[], undefined, undefined]);
    expect(plan.migrations).toMatchObject([{ name: 'risk', object: 'dueRenewal', rows: 70 }]);
    expect(plan.work).toEqual([
      { kind: 'automation', name: 'renewalBegins', change: 'changed', count: 80 },
      { kind: 'approvalProcess', name: 'discountApproval', change: 'changed', count: 1 },
      { kind: 'approvalProcess', name: 'expenseApproval', change: 'changed', count: 1 },
    ]);
    expect((await failureOf(tenant.run('packs.apply', { files }))).code).toBe('PLAN_CONFLICTS');
  });

  it('leads there, back to the same Model and the same rows, and there again', async () => {
    const { files } = await versions.layer('1.1');
    const before = await all();
    await tenant.run('packs.apply', { files, choices: choicesOf11 });
    const after = await all();
    expect(after).toMatchObject({ drift: [] });
    expect(lostIn(await model(), '1.1')).toEqual([]);
    await tenant.run('metadata.rollback', { version: v10 });
    expect(await all()).toEqual(before);
    await tenant.run('packs.apply', { files, choices: choicesOf11 });
    expect(await all()).toEqual(after);
    v11 = await versionNow();
  }, 400_000);

  it('leaves an approval the version that it began with, and moves the one whose process says so', async () => {
    expect([await asked(scene.discounted), await asked(scene.expense)]).toEqual([[['manager', 'mei']], [['lead', 'mei']]]);
    await approve('mei', 'expense', scene.expense);
    expect(await asked(scene.expense)).toEqual([['controlling', 'fay']]);
    // What begins by now goes the new way.
    const id = scene.deals[5] ?? '';
    await scene.run('lin', 'records.update', { object: 'opportunity', records: [{ id, values: { discount: 0.2 } }] });
    await approve('mei', 'opportunity', id);
    expect(await asked(id)).toEqual([['desk', 'fay']]);
  });
});

describe('2.0', () => {
  beforeAll(async () => {
    // The customer has got used to a field that 2.0 splits in two.
    const used11 = { extends: 'dueRenewal', kind: 'layout', sections: { facts: { fields: { contactLine: { order: 5 } } } } };
    await tenant.apply({ 'extensions/contactInLayout.json': used11 });
    v11 = await versionNow();
    const records = scene.dues
      .slice(8, 28)
      .map((id, i) => ({ id, values: { contactLine: i === 19 ? 'Name 19' : `Name ${i}, name${i}@there.example`, nextMove: `Call ${i}` } }));
    const system = tenant.systemContext();
    await engine.engine.run('records.update', system, { object: 'dueRenewal', records });
    const used = scene.usage.slice(0, 30).map((id, i) => ({ id, values: { lineNumber: `SUB-${i}` } }));
    await engine.engine.run('records.update', system, { object: 'usageRecord', records: used });
    await scene.drain();
  });

  it('is planned with exactly the expected conflicts, under the new names, and what stays with its users; in Chinese too', async () => {
    const { files } = await versions.layer('2.0');
    const plan = await tenant.run('packs.plan', { files });
    expect(conflictsIn(plan)).toEqual(conflictsOf20);
    expect(Object.keys(choicesOf20)).toEqual(conflictsOf20.map(([id]) => id));
    expect(plan.kept?.map(({ kind, name, removedIn, users }) => [kind, name, removedIn, users])).toEqual([
      ['listView', 'healthWarnings', '2.0.0', ['apps/office__c.json#/items/warnings/listView', 'extensions/healthWarnings.json#']],
      ['automation', 'renewalIn60Days', '2.0.0', ['extensions/renewalIn60Days.json#']],
      ['layout', 'dueRenewal', '2.0.0', ['extensions/contactInLayout.json#/sections/facts/fields/contactLine']],
      ['object', 'dueRenewal', '2.0.0', ['layouts/dueRenewal#/sections/facts/fields/contactLine']],
    ]);
    expect(plan.migrations?.map(({ name, object, fields, rows }) => [name, object, fields.join(), rows])).toEqual([
      ['contacts', 'dueRenewal', 'contactName,contactEmail', 20],
      ['reasons', 'dueRenewal', 'lostReason', 3],
      ['stages', 'opportunity', 'stage', 6],
      ['lineNumbers', 'orderLine', 'externalNumber', 80],
      ['lineNumbers', 'usageRecord', 'lineNumber', 30],
    ]);
    expect(plan.refused?.map(({ object, rule, sample }) => [object, rule, sample])).toEqual([
      ['dueRenewal', 'contactHasAddress', [scene.dues[27]]],
    ]);
    const csm = plan.access?.rights.filter(({ sample }) => sample.includes('cora@yunfeng.example'));
    expect(csm?.map(({ object, fields }) => [object, fields.map(({ field }) => field)])).toEqual([
      ['dueRenewal', ['contactName', 'contactEmail']],
    ]);
    expect([plan.findings, plan.work?.map(({ kind, name, count }) => [kind, name, count])]).toEqual([
      [],
      [
        ['automation', 'renewalBegins', 80],
        ['approvalProcess', 'renewalLoss__c', 1],
        ['clock', 'firstCall__c', 70],
      ],
    ]);
    const told = renderPlan(plan, { language: 'zh-CN', format: 'markdown' });
    const parts = [
      '方案包',
      '租户与方案包都改动了的属性',
      '元数据变更',
      '方案包已移除、因租户仍在使用而保留的部分',
      '数据表变更',
      '记录变更',
      '权限变更',
    ];
    expect([...told.matchAll(/^## (.*)$/gm)].map(([, title]) => title)).toEqual([...parts, '受影响的进行中事项', '下次保存会被拒绝的记录']);
    expect(told).toContain(
      'objects/dueRenewal#/fields/startOn/label/en: 原值 "Work on it from" · 方案包 "Start on" · 租户 "Call from" [未决定]',
    );
    expect(told).toContain('automation renewalIn60Days, 自 2.0.0 起移除，使用者：extensions/renewalIn60Days.json#');
    expect(told).toContain('saas 2.0.0 contacts：dueRenewal（contactName、contactEmail），20 条记录');
    expect(told).toContain('**无法应用：还有 3 处冲突未决定。**');
  }, 400_000);

  it('leads there, back to the same Model and the same rows, and there again', async () => {
    const { files } = await versions.layer('2.0');
    const before = await all();
    await tenant.run('packs.apply', { files, choices: choicesOf20 });
    v20 = await versionNow();
    const after = await all();
    expect(after).toMatchObject({ drift: [] });
    expect(lostIn(await model(), '2.0')).toEqual([]);
    await tenant.run('metadata.rollback', { version: v11 });
    expect(await all()).toEqual(before);
    await tenant.run('metadata.rollback', { version: v20 });
    expect(await all()).toEqual(after);
  }, 400_000);

  it('has brought the records along', async () => {
    const due = scene.dues[8] ?? '';
    expect(await tenant.read('dueRenewal', due, 'contactName', 'contactEmail', 'contactLine', 'nextMove', 'riskNote__c')).toEqual({
      ...{ contactName: 'Name 0', contactEmail: 'name0@there.example', contactLine: 'Name 0, name0@there.example' },
      ...{ nextMove: 'Call 0', riskNote__c: 'Note 8' },
    });
    const line = await engine.sql(`select external_number, kind from ${tenant.schema}.order_line order by external_number limit 1`);
    expect(line).toEqual([{ external_number: 'L-SUB-0', kind: 'new' }]);
    expect(await tenant.read('usageRecord', scene.usage[0] ?? '', 'lineNumber')).toEqual({ lineNumber: 'L-SUB-0' });
    const stages = await engine.sql(`select stage, count(*)::integer from ${tenant.schema}.opportunity group by 1 order by 1`);
    expect(stages.map(({ stage, count }) => [stage, count])).toEqual([
      ['engaging', 6],
      ['proposal', 12],
      ['prospecting', 6],
      ['trial', 6],
    ]);
    const reasons = await engine.sql(
      `select lost_reason as reason, count(*)::integer from ${tenant.schema}.due_renewal group by 1 order by 1`,
    );
    expect(reasons.map(({ reason, count }) => [reason, count])).toEqual([
      ['budget__c', 2],
      ['other', 3],
      ['price', 3],
      ['usage', 2],
      [null, 70],
    ]);
  });

  it('leaves the customer’s rules, automations, rights, approvals and waiting runs at work, under the new names', async () => {
    const due = scene.dues[10] ?? '';
    const late = await failureOf(tenant.update('dueRenewal', due, { startOn: '2099-01-01' }));
    expect(late.problems.map(({ code, pointer }) => [code, pointer])).toEqual([['VALIDATION_FAILED', expect.stringContaining('startOn')]]);
    const day = new Date(engine.clock.now() + 86_400_000).toISOString().slice(0, 10);
    await tenant.update('dueRenewal', due, { startOn: day });
    await approve('mei', 'opportunity', scene.discounted);
    await approve('mei', 'dueRenewal', scene.leaving);
    // Nobody says so by hand: an order does.
    const signed = [{ id: scene.signing, values: { status: 'renewed' } }];
    await engine.engine.run('records.update', tenant.systemContext(), { object: 'dueRenewal', records: signed });
    await scene.drain();
    expect([
      await tenant.read('dueRenewal', due, 'riskNote__c'),
      await tenant.read('opportunity', scene.discounted, 'discount'),
      await tenant.read('dueRenewal', scene.leaving, 'riskNote__c'),
    ]).toEqual([{ riskNote__c: `Moved to ${day}` }, { discount: 0.2 }, { riskNote__c: 'Loss accepted' }]);
    const { runs } = await tenant.run('runs.list', { automation: 'signing__c' });
    expect(runs.map(({ state }) => state)).toEqual(['done']);
    const asLin = (field: string): Promise<string> =>
      scene.run('lin', 'records.read', {
        roots: [{ kind: 'record', as: 'r', object: 'dueRenewal', by: { id: due }, selections: [{ kind: 'field', as: 'x', field }] }],
      });
    expect(JSON.parse(await asLin('amountDue'))).toEqual({ r: { x: 11_000 } });
    expect(await failureOf(asLin('startOn'))).toMatchObject({ code: 'FIELD_UNKNOWN' });
  });

  it('does what comes with time: what the customer added to the pack’s automations, what the pack took away, clocks', async () => {
    const told = async (table: string, where: string): Promise<number> =>
      Number((await engine.sql(`select count(*) from ${tenant.schema}.${table} where ${where}`))[0]?.['count']);
    for (const days of [32, 13]) {
      engine.clock.ahead += days * 86_400_000;
      await scene.drain();
    }
    // All but the one that was renewed meanwhile, of which every other is strategic.
    expect([await told('activity', `name like 'Renewal · %'`), await told('renewal_visit__c', 'result__c is null')]).toEqual([69, 30]);
    // Of the automation that stays for the customer, with the customer's priority.
    expect(await told('activity', `name like 'Renewal, 60 days%' and priority = 'normal'`)).toBe(69);
    // By the clock of the customer's own, and by the run that waited for the signature.
    expect(await told('notification', `name ~ '^Customer [0-9]+: '`)).toBe(70);
    const { runs } = await engine.engine.run('runs.list', tenant.systemContext(), { state: 'failed' });
    expect(runs).toEqual([]);
  }, 400_000);
});

// Pools and assignment rules: what they refuse, what they are in the Model, and what the platform keeps for them.
import { describe, expect, it } from '@jest/globals';
import { diff, rewriteRenames } from '@tessera/metadata';
import { model, pack, platform, problems, tenant, type Json } from './layer-kit.ts';
import { label, leadPool, missing, routing, unfit, world, wrongPool, wrongRouting } from './pool-kit.ts';

const unknown = (pointer: string): string => `RULE_NAME_UNKNOWN ${pointer}`;

describe('a pool', () => {
  it('has its parts in the Model', () => {
    const pool = model(world()).pools['leadPool'];
    expect(pool?.members).toEqual([
      { kind: 'role', role: 'rep' },
      { kind: 'department', code: 'east', below: true },
    ]);
    expect([pool?.limits.perDay, pool?.limits.held, pool?.coolDown, pool?.assign]).toEqual([5, 20, 'P7D', 'routing']);
    expect(pool?.reasons).toEqual([{ name: 'noAnswer', label: { en: 'No answer' } }]);
    expect(pool?.recycle.map(({ name, after, since, warn }) => ({ name, after, since, warn }))).toEqual([
      {
        name: 'idle',
        after: { duration: 'P14D', calendar: undefined },
        since: ['touchedAt'],
        warn: { before: { duration: 'P2D', calendar: undefined }, template: 'goesBack' },
      },
    ]);
    expect(Object.isFrozen(pool?.recycle)).toBe(true);
  });

  it('names what is there', () => {
    expect(wrongPool({ object: 'nothing' })).toEqual(expect.arrayContaining([missing('/object')]));
    expect(wrongPool({ members: { reps: { role: 'rap' } } })).toEqual([missing('/members/reps/role')]);
    expect(wrongPool({ administrators: { boss: { role: 'bos' } } })).toEqual([missing('/administrators/boss/role')]);
    expect(wrongPool({ assign: 'nobody' })).toEqual([missing('/assign')]);
    expect(wrongPool({ enter: { var: 'sorce' } })).toEqual([unknown('/enter/var')]);
    expect(wrongPool({ limits: { held: 1, counts: { var: 'name' } } })).toEqual(['RULE_TYPE /limits/counts']);
    expect(wrongPool({ limits: { counts: { '==': [1, 1] } } })).toEqual([unfit('/limits/counts')]);
    expect(wrongPool({ coolDown: 'P0D' })).toEqual([unfit('/coolDown')]);
    expect(wrongPool({ limits: { perDay: 0 } })).toEqual([expect.stringContaining('/limits/perDay')]);
  });

  it('looks at activity that is stored, and warns by a message about its records', () => {
    const idle = (change: Json): string[] => wrongPool({ recycle: { idle: { after: 'P14D', ...change } } });
    expect(idle({})).toEqual([]);
    expect(idle({ since: ['touchd'] })).toEqual([missing('/recycle/idle/since/0')]);
    expect(idle({ since: ['size'] })).toEqual([unfit('/recycle/idle/since/0')]);
    expect(idle({ since: ['touchedAt', 'seen'] })).toEqual([unfit('/recycle/idle/since/1')]);
    expect(idle({ calendar: 'office' })).toEqual([missing('/recycle/idle/calendar')]);
    expect(idle({ warn: 'P1D' })).toEqual([unfit('/recycle/idle/warn')]);
    expect(idle({ template: 'goesBack' })).toEqual([unfit('/recycle/idle/template')]);
    expect(idle({ warn: 'P1D', template: 'ofAccount' })).toEqual([unfit('/recycle/idle/template')]);
    expect(wrongPool({ recycle: { noAnswer: { after: 'P1D' } } })).toEqual([unfit('/recycle/noAnswer')]);
  });

  it('keeps fields, a history and who sees what beside the object', () => {
    const { objects, sharingRules } = model(world());
    expect(Object.keys(objects['lead']?.fields['pool']?.options ?? {})).toEqual(['leadPool']);
    expect(objects['lead']?.fields['pooledAt']?.readOnly).toBe(true);
    expect(objects['leadOwnerChange']?.keptOf).toBe('lead');
    expect(Object.keys(objects['leadOwnerChange']?.fields['reason']?.options ?? {})).toEqual(['noAnswer', 'idle']);
    expect([sharingRules['leadPoolMembers']?.access, sharingRules['leadPoolAdministrators']?.access]).toEqual(['read', 'edit']);
    const taken = {
      'sharingRules/leadPoolMembers.json': {
        name: 'leadPoolMembers',
        object: 'lead',
        label,
        records: { when: { '==': [1, 1] } },
        to: { a: { role: 'rep' } },
      },
    };
    expect(problems(world(taken))).toEqual(['METADATA_REFERENCE_UNFIT crm/pools/leadPool.json#/members']);
  });

  it('opens nothing that is open anyway, and has no details', () => {
    const open = (sharing: string): Json => ({ 'extensions/lead.json': { extends: 'lead', sharing } });
    expect(Object.keys(model(world(open('publicRead'))).sharingRules)).toEqual(['leadPoolAdministrators']);
    expect(Object.keys(model(world(open('publicReadWrite'))).sharingRules)).toEqual([]);
    expect(wrongPool({ object: 'line' })).toEqual(expect.arrayContaining([unfit('/object')]));
  });
});

describe('an assignment rule', () => {
  it('has its rules in their order, after what it looks up', () => {
    const found = model(world()).assignmentRules['routing'];
    expect(found?.rules.map(({ name, method, absent, label: said }) => [name, method, absent, said])).toEqual([
      ['big', 'first', 'pass', { en: 'big' }],
      ['others', 'leastLoad', 'standIn', { en: 'In turn' }],
    ]);
    expect([found?.decide?.table, Object.keys(found?.decide?.values ?? {})]).toEqual(['regions', ['city']]);
  });

  it('names what is there', () => {
    const one = (rule: Json, more: Json = {}): string[] =>
      wrongRouting({ rules: { one: { to: { r: { role: 'rep' } }, ...rule } }, load: undefined, ...more });
    expect(one({})).toEqual([]);
    expect(one({ to: { r: { role: 'rap' } } })).toEqual([missing('/rules/one/to/r/role')]);
    expect(one({ to: { r: { user: { var: '$steps.decision.bos' } } } })).toEqual([unknown('/rules/one/to/r/user/var')]);
    expect(one({ to: { r: { managerOf: 'submitter' } } })).toEqual([unfit('/rules/one/to/r/managerOf')]);
    expect(one({ when: { var: 'nam' } })).toEqual([unknown('/rules/one/when/var')]);
    expect(one({}, { load: { '==': [1, 1] } })).toEqual([unfit('/load')]);
    expect(one({ active: false })).toEqual([unfit('/rules')]);
    expect(one({}, { decide: { table: 'regons', values: {} } })).toEqual([missing('/decide/table')]);
    expect(one({}, { decide: { table: 'regions', values: {} } })).toEqual([unfit('/decide/values')]);
    expect(one({}, { object: 'account' })).toEqual(expect.arrayContaining(['METADATA_REFERENCE_UNFIT crm/pools/leadPool.json#/assign']));
  });
});

describe('layers', () => {
  it('change entries of pools and rules, and take them away', () => {
    const extended = tenant({
      'extensions/leadPool.json': {
        kind: 'pool',
        extends: 'leadPool',
        limits: { held: 30 },
        members: { east: null, all__c: { group: 'sales' } },
      },
      'extensions/routing.json': {
        kind: 'assignmentRule',
        extends: 'routing',
        rules: { big: null, others: { method: 'roundRobin' } },
        load: null,
      },
    });
    const { pools, assignmentRules } = model(world(), extended);
    expect(pools['leadPool']?.limits).toEqual({ ...model(world()).pools['leadPool']?.limits, held: 30 });
    expect(pools['leadPool']?.members).toEqual([
      { kind: 'role', role: 'rep' },
      { kind: 'group', code: 'sales' },
    ]);
    expect(assignmentRules['routing']?.rules.map(({ name, method }) => [name, method])).toEqual([['others', 'roundRobin']]);
  });

  it('mark what they add', () => {
    const added = tenant({ 'extensions/leadPool.json': { kind: 'pool', extends: 'leadPool', reasons: { busy: { label } } } });
    expect(problems(world(), added)).toEqual([expect.stringMatching(/^METADATA_NAMESPACE .*#\/reasons\/busy$/)]);
  });

  it('translate labels, and tell changes apart', () => {
    const german = pack('german', {
      'translations/de.json': { language: 'de', pools: { leadPool: { label: 'Topf', reasons: { noAnswer: 'Stumm' } } } },
    });
    expect(model(world(), german).pools['leadPool']?.reasons[0]?.label).toEqual({ en: 'No answer', de: 'Stumm' });
    const changes = diff(model(world()), model(world({ 'pools/leadPool.json': { ...leadPool, limits: { held: 1 }, coolDown: 'P1D' } })));
    expect(changes.filter(({ kind }) => kind === 'pool').map(({ path, change }) => [path.join('/'), change])).toEqual(
      expect.arrayContaining([
        ['coolDown', 'changed'],
        ['limits/held', 'changed'],
        ['limits/perDay', 'removed'],
      ]),
    );
  });

  it('follow what is renamed below them', () => {
    const above = pack('more', {
      'pools/other.json': { ...leadPool, name: 'other', assign: 'second', enter: { '==': [{ var: 'city' }, 'Bern'] } },
      'assignmentRules/second.json': { ...routing, name: 'second', load: { '==': [{ var: 'city' }, 'x'] } },
    });
    const renamed = world({}, (name) => (name === 'city' ? 'town' : name === 'touchedAt' ? 'lastTouch' : name));
    const files = rewriteRenames([platform, { ...renamed, files: { ...renamed.files } }, above]).at(-1)?.files;
    expect(files?.['pools/other.json']).toMatchObject({
      enter: { '==': [{ var: 'town' }, 'Bern'] },
      recycle: { idle: { since: ['lastTouch'] } },
    });
    expect(files?.['assignmentRules/second.json']).toMatchObject({
      load: { '==': [{ var: 'town' }, 'x'] },
      decide: { values: { city: { var: 'town' } } },
    });
  });
});

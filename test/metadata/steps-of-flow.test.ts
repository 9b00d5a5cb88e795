// Steps that say how it goes on, and those that call out: what each takes, what it refuses and where.
import { describe, expect, it } from '@jest/globals';
import { automation, built, label, stepOf, world, wrong } from './automation-kit.ts';
import { problems, type Json } from './layer-kit.ts';

const unfit = (pointer: string): string => `METADATA_REFERENCE_UNFIT ${pointer}`;
const missing = (pointer: string): string => `METADATA_REFERENCE_MISSING ${pointer}`;
const one = (step: Json, rest: Json = {}): string[] => wrong({ s: step }, rest).map((found) => found.replace('/steps/s', ''));

const renewal: Json = { contract: { var: '$record' }, period: '2026-01-31' };
const create: Json = { type: 'create', object: 'renewal', values: renewal };

describe('branch', () => {
  const when = { '==': [{ var: 'status' }, 'active'] };

  it('has its cases in their order, and a path for each step', () => {
    const board = { type: 'let', values: { x: 1 } };
    const step = {
      type: 'branch',
      cases: { small: { order: 20, when, steps: { board } }, big: { order: 10, when, steps: { board } }, off: { active: false, when } },
      otherwise: { board },
    };
    const { cases, otherwise } = stepOf(built({ bySize: step }).steps, 'branch');
    expect(cases.map(({ name, steps }) => [name, steps[0]?.path])).toEqual([
      ['big', 'bySize/big/board'],
      ['small', 'bySize/small/board'],
    ]);
    expect(otherwise[0]?.path).toBe('bySize/otherwise/board');
  });

  it('asks for conditions, and keeps the word of what is otherwise', () => {
    expect(one({ type: 'branch', cases: { a: { when: { var: 'note' } }, otherwise: { when } } })).toEqual([
      'METADATA_NAME_RESERVED /cases/otherwise',
      'RULE_TYPE /cases/a/when',
    ]);
  });
});

describe('let', () => {
  it('works out values that later steps know by their types', () => {
    const values = { total: { '+': [{ var: 'count' }, 1] }, boss: { var: 'csm' }, word: 'x' };
    const next = (path: string): string[] =>
      wrong({ vars: { order: 1, type: 'let', values }, s: { order: 2, type: 'set', values: { count: { var: path } } } });
    expect(next('$steps.vars.total')).toEqual([]);
    expect(next('$steps.vars.word')).toEqual(['RULE_TYPE /steps/s/values/count']);
    expect(next('$steps.vars.boss.name')).toEqual(['RULE_TYPE /steps/s/values/count']);
    expect(next('$steps.vars.other')).toEqual(['RULE_NAME_UNKNOWN /steps/s/values/count/var']);
    expect(next('$steps.vars')).toEqual(['RULE_NAME_UNKNOWN /steps/s/values/count/var']);
    expect(next('$steps.vars.word.length')).toEqual(['RULE_NAME_UNKNOWN /steps/s/values/count/var']);
    expect(one({ type: 'let', values: { x: null } })).toEqual([unfit('/values/x')]);
  });
});

describe('wait', () => {
  it('is for a time, until an instant, for a condition or an event', () => {
    const step = {
      type: 'wait',
      for: { param: 'notice' },
      until: { var: 'endDate' },
      condition: { '==': [{ var: 'status' }, 'ended'] },
      event: 'paid',
    };
    expect(built({ s: step }).steps[0]).toMatchObject({
      for: { duration: 'P90D', calendar: undefined },
      until: { type: { kind: 'date' } },
      event: 'paid',
    });
    expect(one({ type: 'wait', for: 'PT4H', calendar: 'office' })).toEqual([]);
    expect(one({ type: 'wait', for: 'PT4H', calendar: 'shop' })).toEqual([missing('/calendar')]);
    expect(one({ type: 'wait', for: { cat: ['P1', 'D'] } })).toEqual([unfit('/for')]);
    expect(one({ type: 'wait', until: { var: 'note' } })).toEqual([unfit('/until')]);
    expect(one({ type: 'wait', condition: { var: 'note' } })).toEqual(['RULE_TYPE /condition']);
  });

  it('tells which came first', () => {
    const steps = (reason: string): string[] =>
      wrong({
        w: { order: 1, type: 'wait', for: 'P1D', event: 'paid' },
        l: { order: 2, type: 'let', when: { '==': [{ var: '$steps.w.reason' }, reason] }, values: { x: 1 } },
      });
    expect(steps('event')).toEqual([]);
    expect(steps('until')).toEqual(['RULE_TYPE /steps/l/when/==/1']);
  });
});

describe('notify', () => {
  const notify: Json = { type: 'notify', to: { boss: { user: { var: 'csm' } } }, template: 'dueSoon' };

  it('fills its template from a record of the template’s object', () => {
    expect(stepOf(built({ s: notify }).steps, 'notify')).toMatchObject({ channels: ['inApp'], about: { steps: [{ field: 'id' }] } });
    expect(one({ ...notify, template: 'hello' })).toEqual([]);
    expect(one({ ...notify, template: 'nothing' })).toEqual([missing('/template')]);
    expect(one({ ...notify, about: { var: 'account' } })).toEqual([unfit('/about')]);
    expect(one({ ...notify, template: 'hello', about: { var: 'account' } })).toEqual([unfit('/about')]);
    expect(one({ ...notify, channels: ['inApp', 'email'] })).toEqual([missing('/channels/1')]);
  });

  it('names people in the one vocabulary', () => {
    const to = (person: Json): string[] => one({ ...notify, to: { p: person } }).map((found) => found.replace('/to/p', ''));
    const right: readonly Json[] = [
      { role: 'rep', in: 'department' },
      { group: 'sales' },
      { managerOf: 'owner', levels: 2 },
      { managerOf: 'account.owner2', levels: { upTo: 'director' } },
      { headOf: 'department' },
      { team: 'helper' },
      { field: 'account.owner' },
      { rule: { aggregate: { of: 'renewals', function: 'list', value: { var: 'owner' } } } },
      { managerOf: 'actor' },
    ];
    expect(right.map(to)).toEqual(right.map(() => []));
    expect(to({ user: { var: 'account' } })).toEqual(['RULE_TYPE /user']);
    expect(to({ role: 'nobody' })).toEqual([missing('/role')]);
    expect(to({ team: 'nobody' })).toEqual([missing('/team')]);
    expect(to({ managerOf: 'actor', levels: { upTo: 'emperor' } })).toEqual([missing('/levels/upTo')]);
    expect(to({ field: 'account' })).toEqual(['RULE_TYPE /field']);
    expect(to({ managerOf: 'note' })).toEqual(['RULE_TYPE /managerOf']);
    expect(to({ managerOf: 'submitter' })).toEqual([unfit('/managerOf')]);
    expect(to({ chosen: 'first' })).toEqual([unfit('/chosen')]);
    expect(to({ rule: { var: 'note' } })).toEqual([unfit('/rule')]);
    expect(to({ user: { var: 'csm' }, role: 'rep' })).toEqual(['METADATA_MISPLACED_PROPERTY /role']);
  });
});

describe('webhook', () => {
  it('posts values to an address of the web', () => {
    const found = stepOf(
      built({ s: { type: 'webhook', address: 'https://erp.example/orders', values: { id: { var: 'id' }, kind: 'contract' } } }).steps,
      'webhook',
    );
    expect(found).toMatchObject({ address: { value: 'https://erp.example/orders' }, values: { kind: { value: 'contract' } } });
    expect(one({ type: 'webhook', address: { param: 'word' } })).toEqual([unfit('/address')]);
    expect(one({ type: 'webhook', address: 'ftp://erp.example' })).toEqual([unfit('/address')]);
    expect(one({ type: 'webhook', address: { var: 'count' } })).toEqual(['RULE_TYPE /address']);
  });

  it('gives status and body', () => {
    const steps = {
      s: { order: 1, type: 'webhook', address: 'https://erp.example' },
      t: { order: 2, type: 'let', when: { '>': [{ var: '$steps.s.status' }, 299] }, values: { b: { var: '$steps.s.body' } } },
    };
    expect(wrong(steps)).toEqual([]);
  });
});

describe('call', () => {
  const call: Json = { type: 'call', automation: 'helper', values: { reason: 'x' } };

  it('gives the inputs of an automation that may be called', () => {
    expect(stepOf(built({ s: call }).steps, 'call')).toMatchObject({
      wait: true,
      record: { node: 'path' },
      values: { reason: { value: 'x' } },
    });
    expect(one({ ...call, automation: 'nothing' })).toEqual([missing('/automation')]);
    expect(one({ ...call, automation: 'a' })).toEqual([unfit('/automation')]);
    expect(one({ ...call, values: {} })).toEqual([unfit('/values')]);
    expect(one({ ...call, values: { reason: { var: 'count' }, why: 1 } })).toEqual(['RULE_TYPE /values/reason', missing('/values/why')]);
    expect(one({ ...call, record: { var: 'account' } })).toEqual([unfit('/record')]);
  });

  it('calls nobody who acts as a person where there is none', () => {
    expect(one(call, { runAs: 'system', trigger: { type: 'atTime', of: 'endDate' } })).toEqual([unfit('/automation')]);
  });
});

describe('fail', () => {
  it('speaks at a field before the save only', () => {
    const before = { trigger: { type: 'record', on: ['create'], moment: 'beforeSave' } };
    expect(one({ type: 'fail', message: label, at: 'nothing' }, before)).toEqual([missing('/at')]);
    expect(one({ type: 'fail', message: label, at: 'note' })).toEqual([unfit('/at')]);
  });
});

describe('atomic', () => {
  it('locks the records of a query', () => {
    const step = {
      type: 'atomic',
      lock: { object: 'renewal', where: { '==': [{ var: 'contract' }, { var: '$record' }] } },
      steps: { c: create },
    };
    expect(built({ s: step }).steps[0]).toMatchObject({ lock: { object: 'renewal', frame: 1, sort: [] }, steps: [{ path: 's/c' }] });
    expect(one({ ...step, lock: { object: 'nothing' } })).toEqual([missing('/lock/object')]);
  });
});

describe('decide', () => {
  const decide: Json = { type: 'decide', table: 'limits', values: { region: 'north', size: { var: 'count' } } };

  it('looks a table up by all its inputs', () => {
    expect(one({ ...decide, asOf: { var: 'start' } })).toEqual([]);
    expect(one({ ...decide, table: 'nothing' })).toEqual([missing('/table')]);
    expect(one({ ...decide, values: { region: 'west', size: 1, other: 2 } })).toEqual([
      'RULE_TYPE /values/region',
      missing('/values/other'),
    ]);
    expect(one({ ...decide, values: { region: 'north' } })).toEqual([unfit('/values')]);
    expect(one({ ...decide, asOf: { var: '$now' } })).toEqual(['RULE_TYPE /asOf']);
  });

  it('gives the outputs', () => {
    const after = (path: string): string[] =>
      wrong({ d: { ...decide, order: 1 }, s: { order: 2, type: 'set', values: { csm: { var: path } } } });
    expect(after('$steps.d.boss')).toEqual([]);
    expect(after('$steps.d.percent')).toEqual(['RULE_TYPE /steps/s/values/csm']);
  });
});

describe('assign and pool', () => {
  const rules = { name: 'leads', object: 'contract', rules: { reps: { to: { reps: { role: 'rep' } } } } };
  const components = {
    'assignmentRules/leads.json': rules,
    'assignmentRules/others.json': { ...rules, name: 'others', object: 'account' },
    'pools/open.json': { name: 'open', object: 'contract', members: { reps: { role: 'rep' } } },
  };
  const wrongHere = (step: Json): string[] =>
    problems(world({ ...components, 'automations/a.json': automation({ one: step }) })).map((told) =>
      told.replace('crm/automations/a.json#/steps/one', ''),
    );

  it('name people, rules and pools of the record', () => {
    expect(wrongHere({ type: 'assign', to: { p: { role: 'rep' } } })).toEqual([]);
    expect(wrongHere({ type: 'assign', assignmentRule: 'leads' })).toEqual([]);
    expect(wrongHere({ type: 'pool', pool: 'open' })).toEqual([]);
    expect(wrongHere({ type: 'assign', assignmentRule: 'others' })).toEqual([unfit('/assignmentRule')]);
    expect(wrongHere({ type: 'assign', assignmentRule: 'lead' })).toEqual(['METADATA_REFERENCE_MISSING /assignmentRule']);
    expect(wrongHere({ type: 'pool', pool: 'public' })).toEqual(['METADATA_REFERENCE_MISSING /pool']);
    expect(wrongHere({ type: 'pool', pool: 'open', record: { var: 'note' } })).toEqual([unfit('/record')]);
  });

  it('give what was decided', () => {
    const after = (path: string): string[] =>
      problems(
        world({
          ...components,
          'automations/a.json': automation({
            give: { order: 1, type: 'assign', assignmentRule: 'leads' },
            say: { order: 2, type: 'set', values: { csm: { var: path } } },
          }),
        }),
      );
    expect(after('$steps.give.to')).toEqual([]);
    expect(after('$steps.give.rule')).toEqual([expect.stringContaining('RULE_TYPE')]);
  });
});

describe('submit', () => {
  const step: Json = { type: 'submit' };
  const process = (more: Json = {}): Json => ({
    'approvalProcesses/check.json': {
      name: 'check',
      object: 'contract',
      on: ['submit'],
      steps: { boss: { type: 'approval', approvers: { boss: { managerOf: 'submitter' } } } },
      ...more,
    },
  });
  const inWorld = (steps: Json, rest: Json = {}, more: Json = {}): string[] =>
    problems(world({ ...process(more), 'automations/a.json': automation(steps, rest) })).map((found) => found.replace(/ crm.*#/, ' '));

  it('hands a record in, and gives the approval and how it stands', () => {
    const after = { say: { order: 2, type: 'set', values: { note: { var: '$steps.in.status' } } } };
    expect(inWorld({ in: { order: 1, ...step, process: 'check' }, ...after })).toEqual([]);
    expect(one({ ...step, record: { var: 'note' } })).toEqual([unfit('/record')]);
    expect(one({ ...step, process: 'nothing' })).toEqual(['METADATA_REFERENCE_MISSING /process']);
    expect(inWorld({ in: { ...step, process: 'check' } }, {}, { on: ['create'] })).toEqual([unfit('/steps/in/process')]);
    expect(inWorld({ in: { ...step, process: 'check' } }, {}, { object: 'account' })).toEqual([unfit('/steps/in/process')]);
  });

  it('says who does where nobody acts, and only as the system', () => {
    const daily = { runAs: 'system', trigger: { type: 'atTime', of: 'endDate' } };
    expect(inWorld({ in: step }, daily)).toEqual([unfit('/steps/in')]);
    expect(inWorld({ in: { ...step, submitter: { var: 'csm' } } }, daily)).toEqual([]);
    expect(inWorld({ in: { ...step, submitter: { var: 'note' } } }, daily)).toEqual(['RULE_TYPE /steps/in/submitter']);
    expect(inWorld({ in: { ...step, submitter: { var: 'csm' } } })).toEqual([unfit('/steps/in/submitter')]);
  });
});

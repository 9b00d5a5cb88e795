// Migrations of packs against the Model: each mistake is told with its place and what to do.
import { describe, expect, it } from '@jest/globals';
import { buildModel, resolveMigrations, type Layer } from '@tessera/metadata';
import { messages, model, object, objects, pack, platform, problems, tenant, type Json } from './layer-kit.ts';

const grade = { type: 'picklist', options: { a: {}, b: {} } };
const crm = objects(
  object('company', {
    code: { type: 'text', unique: true },
    size: { type: 'number' },
    total: { type: 'formula', returns: 'number', formula: { '+': [{ var: 'size' }, 1] } },
    secret: { type: 'secret' },
    notes: { type: 'richText' },
    about: { type: 'lookup', to: ['company', 'contact'] },
    grade,
    spare: { type: 'text', active: false },
  }),
  object('contact', {
    company: { type: 'lookup', to: 'company', inverse: 'contacts' },
    companyCode: { type: 'text' },
    size: { type: 'number' },
  }),
);

const withMigration = (content: Json): Layer =>
  pack('crm', { ...crm, 'migrations/one.json': { name: 'one', version: '1.0.0', object: 'company', ...content } });
/** `CODE pointer` of each mistake. */
const mistakes = (content: Json): readonly string[] =>
  problems(withMigration(content)).map((found) => found.replace('crm/migrations/one.json#', ''));

const missing = 'METADATA_REFERENCE_MISSING';
const unfit = 'METADATA_REFERENCE_UNFIT';

describe('a migration', () => {
  it('is resolved with its rules, its former fields and what is switched off', () => {
    const layers = [
      platform,
      withMigration({
        former: { sizeText: { type: 'text', names: ['size', 'bulk'] } },
        where: { isBlank: { var: 'sizeText' } },
        set: { spare: { concat: [{ var: 'sizeText' }, { var: 'spare' }] }, sizeText: 'x' },
        options: { grade: { old: 'a', worse: null } },
        reKey: { code: { value: { upper: { var: 'code' } }, follow: { contact: ['companyCode'] } } },
      }),
    ];
    const { migrations, problems: found } = resolveMigrations(layers, model(...layers.slice(1)));
    expect(found).toEqual([]);
    expect(migrations).toMatchObject([
      {
        ...{ pack: 'crm', name: 'one', version: '1.0.0', object: 'company' },
        former: { sizeText: { names: ['size', 'bulk'], field: { ruleType: { kind: 'text' } } } },
        where: { node: 'call', operator: 'isBlank' },
        set: { spare: { node: 'call' }, sizeText: { node: 'literal', value: 'x' } },
        options: { grade: { old: 'a', worse: null } },
        reKey: { code: { follow: [{ object: 'contact', field: 'companyCode' }] } },
      },
    ]);
  });

  it('changes nothing of the Model: the hash is of what is in force', () => {
    expect(model(withMigration({ set: { size: 1 } })).hash).toBe(model(pack('crm', crm)).hash);
  });

  const cases: readonly (readonly [what: string, content: Json, found: readonly string[]])[] = [
    ['an object that is not there', { object: 'firm', set: { size: 1 } }, [`${missing} /object`]],
    ['a version that is none', { version: 'two', set: { size: 1 } }, ['METADATA_VALUE_UNKNOWN /version']],
    ['nothing to do', {}, [`${unfit} `]],
    ['a field that is not there', { set: { bulk: 1 } }, [`${missing} /set/bulk`]],
    ['a field that is worked out', { set: { total: 1 } }, [`${unfit} /set/total`]],
    ['what the platform keeps', { set: { version: 1, owner: null } }, [`${unfit} /set/version`, `${unfit} /set/owner`]],
    ['secrets and formatted text', { set: { secret: 'x', notes: 'x' } }, [`${unfit} /set/secret`, `${unfit} /set/notes`]],
    ['a lookup of several targets', { set: { about: null } }, [`${unfit} /set/about`]],
    ['a constant of another type', { set: { size: 'big' } }, ['VALUE_TYPE /set/size']],
    ['a rule of another type', { set: { size: { var: 'code' } } }, ['RULE_TYPE /set/size']],
    ['a rule over what is not there', { where: { isBlank: { var: 'gone' } }, set: { size: 1 } }, ['RULE_NAME_UNKNOWN /where/isBlank/var']],
    ['a rule about who acts', { where: { '==': [{ var: '$user.id' }, null] }, set: { size: 1 } }, ['RULE_NAME_UNKNOWN /where/==/0/var']],
    ['a field that is changed twice', { set: { grade: 'a' }, options: { grade: { old: 'b' } } }, [`${unfit} /options/grade`]],
    ['options of what has none', { options: { size: { old: 'a' } } }, [`${unfit} /options/size`]],
    [
      'options that are none, and that stay',
      { options: { grade: { old: 'c', b: 'b' } } },
      [`${missing} /options/grade/old`, `${unfit} /options/grade/b`],
    ],
    ['a key that is none', { reKey: { size: { value: { '+': [1, 1] } } } }, [`${unfit} /reKey/size`]],
    [
      'followers that cannot follow',
      { reKey: { code: { value: { var: 'name' }, follow: { contact: ['size', 'code'], firm: ['code'] } } } },
      [`${unfit} /reKey/code/follow/contact/0`, `${missing} /reKey/code/follow/contact/1`, `${missing} /reKey/code/follow/firm`],
    ],
    ['a former field that is there now', { former: { size: { type: 'text' } }, set: { grade: 'a' } }, [`${unfit} /former/size`]],
    [
      'a former lookup to nothing, and what is no lookup to something',
      {
        former: { to: { type: 'lookup' }, bulk: { type: 'text', to: 'contact' }, where: { type: 'lookup', to: 'firm' } },
        set: { grade: 'a' },
      },
      [`${unfit} /former/to`, `${unfit} /former/bulk/to`, `${missing} /former/where/to`],
    ],
    ['a property that is unknown', { when: true, set: { size: 1 } }, ['METADATA_UNKNOWN_PROPERTY /when']],
  ];
  for (const [what, content, found] of cases) {
    it(`is refused with ${what}`, () => {
      expect(mistakes(content)).toEqual(found);
    });
  }

  it('says what to do', () => {
    expect(messages(withMigration({ former: { size: { type: 'text' } }, set: { grade: 'a' } }))).toEqual([
      expect.stringContaining('"names": ["size"]'),
    ]);
  });

  it('is no matter of tenants', () => {
    const own = tenant({ 'migrations/one.json': { name: 'one', version: '1.0.0', object: 'company', set: { size: 1 } } });
    expect(buildModel([platform, pack('crm', crm), own]).problems.map(({ code, file }) => [code, file])).toEqual([
      [unfit, 'tenant/migrations/one.json'],
    ]);
  });
});

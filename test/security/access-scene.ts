// A small tenant for tests of permissions: a Model with every kind of sharing, people with grants, and the tables with rows in them.
import { bind, sql, toStatement, type Sql } from '@tessera/kernel';
import type { FieldLevel, GrantSetModel, Model, ObjectGrant, ObjectModel, SharingRuleModel, SubjectModel } from '@tessera/metadata';
import { compilePolicy, policySlots, restrict, type Policy } from '@tessera/security';
import { compileRead, type Person, type RootQuery } from '@tessera/storage';
import pg from 'pg';
import { shareTables } from '../../packages/storage/src/system/share-tables.ts';
import { call, childrenAggregate, literal, modelOf, pathOf, tableStatements, type ObjectSpec } from '../support/model-fixture.ts';
import { testDatabase } from '../support/postgres.ts';

export const schema = 't_scene';
const text = { kind: 'text' } as const;
const number = { kind: 'number' } as const;

const inverse = (object: string, by: string): { readonly object: string; readonly by: string } => ({ object, by });

/** Computed fields need paths of the Model without them. */
function specs(computed: Readonly<Record<'account' | 'deal', ObjectSpec['fields']>>): Readonly<Record<string, ObjectSpec>> {
  return {
    user: {
      fields: {
        email: { type: 'email' },
        active: { type: 'boolean' },
        roles: { type: 'multiPicklist', options: ['seller', 'boss'] },
        permissionSets: { type: 'multiPicklist', options: [] },
        manager: { type: 'lookup', to: ['user'] },
        department: { type: 'lookup', to: ['department'] },
      },
    },
    department: {
      fields: { code: { type: 'text' }, parent: { type: 'lookup', to: ['department'] }, head: { type: 'lookup', to: ['user'] } },
    },
    userGroup: { fields: { code: { type: 'text' } } },
    userGroupMember: { fields: { group: { type: 'lookup', to: ['userGroup'] }, user: { type: 'lookup', to: ['user'] } } },
    account: {
      fields: {
        recordType: { type: 'picklist', options: ['small', 'big'], system: true },
        industry: { type: 'picklist', options: ['retail', 'saas'] },
        phone: { type: 'phone', columns: [{ name: 'phone', type: { kind: 'text' } }], ruleType: text, wire: 'text' },
        token: { type: 'secret' },
        parent: { type: 'lookup', to: ['account'] },
        ...computed.account,
      },
      relations: { deals: inverse('deal', 'account'), subsidiaries: inverse('account', 'parent') },
      keys: {
        byIndustry: { name: 'byIndustry', fields: ['name', 'industry'], unique: true, where: undefined, message: undefined },
        byPhone: { name: 'byPhone', fields: ['phone'], unique: true, where: undefined, message: undefined },
      },
    },
    deal: {
      fields: {
        account: { type: 'lookup', to: ['account'] },
        about: { type: 'lookup', to: ['account', 'product'] },
        amount: { type: 'number' },
        stage: { type: 'picklist', options: ['open', 'won'] },
        ...computed.deal,
      },
      relations: { lines: inverse('line', 'deal') },
    },
    line: {
      fields: { deal: { type: 'masterDetail', to: ['deal'] }, product: { type: 'lookup', to: ['product'] }, price: { type: 'number' } },
      relations: { notes: inverse('note', 'line') },
    },
    note: { fields: { line: { type: 'masterDetail', to: ['line'] }, body: { type: 'textarea' } } },
    product: { fields: { list: { type: 'number' } } },
    tag: { fields: {} },
  };
}

const bare = modelOf(specs({ account: {}, deal: {} }));
const deal = (path: string, frame = 0): ReturnType<typeof pathOf> => pathOf(bare, 'deal', path, frame);
const formula = (expression: NonNullable<ObjectSpec['fields'][string]['formula']>['expression']): ObjectSpec['fields'][string] => ({
  type: 'formula',
  ruleType: expression.type,
  wire: expression.type.kind === 'number' ? 'decimal' : 'text',
  formula: { live: false, expression },
});
const rollup = (rest: Parameters<typeof childrenAggregate>[3]): ObjectSpec['fields'][string] => ({
  type: 'rollup',
  ruleType: number,
  wire: 'decimal',
  rollup: { upkeep: 'live', aggregate: childrenAggregate(bare, 'account', 'deals', rest) },
});

const doubled = formula(call('*', deal('amount'), literal(number, '2')));
const chained = modelOf(specs({ account: {}, deal: { doubled } }));

const full = modelOf(
  specs({
    account: {
      dealTotal: rollup({ function: 'sum', value: deal('amount', 1) }),
      seenTotal: formula(childrenAggregate(bare, 'account', 'deals', { function: 'sum', value: deal('amount', 1) })),
    },
    deal: {
      doubled,
      fourfold: formula(call('*', pathOf(chained, 'deal', 'doubled'), literal(number, '2'))),
      accountName: { type: 'quote', ruleType: text, wire: 'text', quote: { path: deal('account.name') } },
      accountParent: {
        type: 'quote',
        ruleType: { kind: 'reference', to: ['account'] },
        wire: 'reference',
        quote: { path: deal('account.parent') },
      },
      ownerMail: formula(pathOf(bare, 'deal', 'owner.email')),
      bossMail: formula(pathOf(bare, 'user', 'manager.email', '$user')),
    },
  }),
);

const sharing: Readonly<Record<string, ObjectModel['sharing']>> = {
  user: 'publicRead',
  department: 'publicRead',
  userGroup: 'publicRead',
  userGroupMember: 'publicRead',
  account: 'private',
  deal: 'private',
  line: 'controlledByParent',
  note: 'controlledByParent',
  product: 'publicRead',
  tag: 'publicReadWrite',
};

export interface ModelParts {
  readonly roles?: Readonly<Record<string, GrantSetModel>>;
  readonly permissionSets?: Readonly<Record<string, GrantSetModel>>;
  readonly sharingRules?: Readonly<Record<string, SharingRuleModel>>;
  readonly departmentHeads?: Model['settings']['departmentHeads'];
}

/** The Model with these roles, permission sets and sharing rules. */
export function sceneModel({ departmentHeads = 'withBelow', ...parts }: ModelParts = {}): Model {
  const objects = Object.fromEntries(
    Object.entries(full.objects).map(([name, object]) => [name, { ...object, sharing: sharing[name] ?? object.sharing }]),
  );
  return { ...full, objects, settings: { ...full.settings, departmentHeads }, ...parts };
}

type Fields = Readonly<Record<string, FieldLevel>>;

const noGrant: ObjectGrant = {
  create: false,
  read: false,
  update: false,
  delete: false,
  viewAll: false,
  modifyAll: false,
  import: false,
  export: false,
  changeOwner: false,
  seeDeleted: false,
  recordTypes: undefined,
  fields: {},
};

export const grant = (rest: Partial<ObjectGrant>): ObjectGrant => ({ ...noGrant, ...rest });
export const reading = (fields: Fields = { '*': 'read' }): ObjectGrant => grant({ read: true, fields });

export function grantSet(
  name: string,
  objects: Readonly<Record<string, ObjectGrant>>,
  rest: Partial<GrantSetModel> = {},
): Readonly<Record<string, GrantSetModel>> {
  return { [name]: { name, label: { en: name }, administrator: false, everyone: false, objects, ...rest } };
}

export const ownedBy = (
  object: string,
  owners: SubjectModel,
  to: readonly SubjectModel[],
  access: 'read' | 'edit' = 'read',
): SharingRuleModel => ({
  name: `${object}${access}`,
  object,
  label: { en: object },
  records: { kind: 'ownedBy', owners },
  to,
  access,
});

/** `idOf(7)` is somebody's or something's id. */
export const idOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** A person of whom nothing is known but what is said. */
export function person(rest: Partial<Person> = {}): Person {
  return {
    userId: idOf(1),
    active: true,
    email: 'anna@acme.example',
    roles: ['seller'],
    permissionSets: [],
    department: null,
    departments: [],
    groups: [],
    managed: [],
    headed: [],
    owners: {},
    ...rest,
  };
}

/** The policy of somebody whose one role grants this. */
export function policyOf(objects: Readonly<Record<string, ObjectGrant>>, rest: ModelParts = {}, who: Partial<Person> = {}): Policy {
  return compilePolicy(sceneModel({ ...rest, roles: grantSet('seller', objects) }), person(who));
}

export interface Scene {
  readonly client: pg.Client;
  readonly door: {
    readonly schema: string;
    readonly query: (statement: {
      readonly text: string;
      readonly values: readonly unknown[];
    }) => Promise<{ rows: Record<string, unknown>[]; rowCount: number }>;
  };
  run(statement: Sql, slots?: Readonly<Record<string, unknown>>): Promise<readonly Readonly<Record<string, unknown>>[]>;
  insert(table: string, ...rows: readonly Readonly<Record<string, unknown>>[]): Promise<void>;
  /** What a person gets for these roots: restricted, compiled, run. */
  read(model: Model, policy: Policy, roots: readonly RootQuery[]): Promise<Readonly<Record<string, unknown>>>;
  close(): Promise<void>;
}

export const now = '2026-06-01T12:00:00.000Z';

/** Values of all slots that a statement under a policy may have. */
export const slotsOf = (policy: Policy): Readonly<Record<string, unknown>> => ({
  now,
  zone: 'Europe/Berlin',
  modelHash: 'fixture',
  access: '7',
  ...policySlots(policy),
});

export async function openScene(): Promise<Scene> {
  const database = await testDatabase();
  const client = new pg.Client({ connectionString: database.url, application_name: 'access scene' });
  await client.connect();
  const model = sceneModel();
  for (const statement of tableStatements(model, schema)) await client.query(statement);
  for (const table of shareTables(schema)) await client.query(toStatement(table).text);
  const query: Scene['door']['query'] = async ({ text: statement, values }) => {
    const answer = await client.query<Record<string, unknown>>(statement, [...values]);
    return { rows: answer.rows, rowCount: answer.rowCount ?? 0 };
  };
  const run: Scene['run'] = async (statement, slots = {}) => (await query(bind(toStatement(statement), { ...slots }))).rows;
  return {
    client,
    door: { schema, query },
    run,
    insert: async (table, ...rows) => {
      for (const row of rows) {
        const names = Object.keys(row);
        await client.query(
          `insert into ${schema}.${table} (${names.join(', ')}) values (${names.map((_, i) => `$${String(i + 1)}`).join(', ')})`,
          Object.values(row),
        );
      }
    },
    read: async (whole, policy, roots) => {
      const restricted = restrict({ model: whole, policy }, roots);
      const [row] = await run(sql`${compileRead({ model: whole, schema }, restricted)}`, slotsOf(policy));
      const answer = row?.['answer'];
      if (typeof answer !== 'string') throw new TypeError('The guard has refused.');
      return JSON.parse(answer) as Readonly<Record<string, unknown>>;
    },
    close: async () => {
      await client.end();
      await database.drop();
    },
  };
}

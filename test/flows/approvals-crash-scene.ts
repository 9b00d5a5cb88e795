// Deals that two checkers and then their chief approve, at nodes that are killed: new ones, changed ones and some that are handed in.
import type { Answer } from '../api/rest-scene.ts';
import type { Json } from '../support/http-client.ts';
import type { Random } from '../support/random.ts';
import { openCrashNodes, patient, type CrashNodes, type Keyed } from './crash-nodes.ts';

export const people = ['clerk', 'alice', 'bert', 'chief', 'boss'] as const;
export type Name = (typeof people)[number];

/** So long after being asked checkers are reminded; their chief is reminded, and as long again after that the boss is asked instead. */
export const reminderSeconds = 2;
/** What is more than that is asked about. */
const small = 10;
export const large = 5_000;

const label = (en: string): Json => ({ en });
const text = (more: Json = {}): Json => ({ type: 'text', label: label('Text'), ...more });
const count: Json = { type: 'number', scale: 0, default: 0, label: label('Number') };
const v = (name: string): Json => ({ var: name });
const after = `PT${String(reminderSeconds)}S`;

const steps: Json = {
  checkers: { type: 'approval', order: 10, approvers: { both: { role: 'checker__c', need: 'all' } }, timeout: { after, do: 'remind' } },
  tell: { type: 'automation', order: 20, automation: 'tell__c' },
  chief: {
    type: 'approval',
    order: 30,
    approvers: { chief: { role: 'chief__c' } },
    timeout: { after, do: 'remind', then: { after, do: 'escalate' } },
  },
};

const process = (name: string, on: readonly string[], more: Json = {}): Json => ({
  [`approvalProcesses/${name}.json`]: {
    name,
    label: label('Deals'),
    object: 'deal__c',
    on,
    steps,
    // Whoever ends an approval twice counts to two.
    onApproved: { set: { wins: { '+': [v('wins'), 1] } } },
    onRejected: { set: { losses: { '+': [v('losses'), 1] } } },
    ...more,
  },
});

const role = (name: string, granted: Json): Json => ({
  [`roles/${name}.json`]: { name, label: label(name), objects: { deal__c: { read: true, fields: { '*': 'edit' }, ...granted } } },
});

const files: Json = {
  'objects/deal__c.json': {
    name: 'deal__c',
    plural: 'deals__c',
    label: label('Deal'),
    sharing: 'private',
    fields: { name: text({ unique: true }), address: text({ maxLength: 1000 }), amount: count, wins: count, losses: count },
  },
  'objects/parcel__c.json': { name: 'parcel__c', plural: 'parcels__c', label: label('Parcel'), fields: { name: text(), status: count } },
  ...process('large__c', ['create', 'update'], { entry: { '>': [v('amount'), 1_000] } }),
  ...process('handIn__c', ['submit']),
  // The last step reads what the receiver has answered: the run waits for that, and the approval for the run.
  'automations/tell__c.json': {
    name: 'tell__c',
    object: 'deal__c',
    runAs: 'system',
    trigger: { type: 'called', inputs: {} },
    steps: {
      post: { type: 'webhook', order: 10, address: v('address'), values: { deal: v('name') } },
      pack: { type: 'create', order: 20, object: 'parcel__c', values: { name: v('$record.name'), status: v('$steps.post.status') } },
    },
  },
  ...role('clerk__c', { create: true, update: true }),
  ...role('checker__c', {}),
  ...role('chief__c', {}),
  ...role('boss__c', {}),
};

const roles: Readonly<Record<Name, readonly string[]>> = {
  clerk: ['clerk__c'],
  alice: ['checker__c'],
  bert: ['checker__c'],
  chief: ['chief__c'],
  boss: ['boss__c'],
};

const events = ['create', 'update', 'submit'] as const;
export type Event = (typeof events)[number];

export interface Deal {
  readonly name: string;
  readonly event: Event;
  readonly address: string;
  /** Undefined where it is to be created. */
  readonly id: string | undefined;
}

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly token: string;
}

export interface ApprovalCrashScene extends CrashNodes {
  readonly persons: Readonly<Record<Name, Person>>;
  readonly deals: readonly Deal[];
  /** How often a request had to be sent again, and the seconds that it took at most, from the first time that it was sent. */
  readonly again: { times: number; longest: number };
  /** Sends a request at one node or the other, again and again under its key until it is answered. */
  ask(who: Name, request: Omit<Keyed, 'token'>): Promise<Answer>;
}

async function makePeople(nodes: CrashNodes): Promise<Readonly<Record<Name, Person>>> {
  const [credential] = await nodes.sql('select hash from $schema._credential');
  const found: Partial<Record<Name, Person>> = {};
  for (const name of people.toReversed()) {
    const email = `${name}@acme.example`;
    const body = { name, email, active: true, roles: roles[name], ...(name === 'chief' ? { manager: found.boss?.id } : {}) };
    const { status, json, text: said } = await nodes.send({ token: nodes.token, method: 'POST', path: '/api/v1/records/user', body });
    if (status !== 201) throw new Error(`${name} was not created: ${said}`);
    const { id } = json as { readonly id: string };
    // The same password as the administrator's: hashing it again for everybody takes long.
    await nodes.sql('insert into $schema._credential (user_id, email, hash) values ($1, $2, $3)', [id, email, credential?.['hash']]);
    found[name] = { id, email, token: await nodes.signIn(email) };
  }
  return found as Readonly<Record<Name, Person>>;
}

/** Two of three deals are there, and small. */
async function makeDeals(nodes: CrashNodes, { token }: Person, wanted: number): Promise<readonly Deal[]> {
  const deals = Array.from({ length: wanted }, (_, i) => ({
    name: `deal-${String(i).padStart(3, '0')}`,
    event: events[i % events.length] ?? 'create',
    address: nodes.hooks[i % nodes.hooks.length]?.url ?? '',
  }));
  const there = deals.filter(({ event }) => event !== 'create');
  const records = there.map(({ name, address }) => ({ name, address, amount: small }));
  const {
    status,
    json,
    text: said,
  } = await nodes.send({
    token,
    method: 'POST',
    path: '/api/v1/records/deal__c/bulk',
    body: { action: 'create', records },
  });
  if (status !== 200) throw new Error(`The deals were not created: ${said}`);
  const ids = (json as { readonly results: readonly { readonly id: string }[] }).results.map(({ id }) => id);
  return deals.map((deal) => ({ ...deal, id: ids[there.findIndex(({ name }) => name === deal.name)] }));
}

export async function openApprovalCrashScene(chance: Random, wanted: number): Promise<ApprovalCrashScene> {
  const nodes = await openCrashNodes(chance, files);
  const persons = await makePeople(nodes);
  const again = { times: 0, longest: 0 };
  return {
    ...nodes,
    persons,
    deals: await makeDeals(nodes, persons.clerk, wanted),
    again,
    ask: async (who, request) => {
      const since = performance.now();
      let tries = 0;
      const answer = await patient(async () => {
        tries += 1;
        const given = await nodes.send({ ...request, token: persons[who].token });
        if (given.status >= 500) throw new Error(`${request.method} ${request.path}: ${given.text}`);
        return given;
      });
      if (tries > 1) {
        again.times += 1;
        again.longest = Math.max(again.longest, (performance.now() - since) / 1_000);
      }
      return answer;
    },
  };
}

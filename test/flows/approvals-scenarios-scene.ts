// Papers that are handed in for approval: scenarios over HTTP, written down as who does what and who is asked then.
import type { Json } from '../support/http-client.ts';
import type { Person } from './access-scene.ts';
import { automationScene, type AutomationScene } from './automations-scene.ts';

/** Ann hands in; above her stand bob, cat, dan and eve, in this order, below her fay. Bob, cat and dan are the board. */
export const names = ['eve', 'dan', 'cat', 'bob', 'ann', 'fay'] as const;
export type Name = (typeof names)[number];

export const v = (name: string): Json => ({ var: name });
/** Approvers, one after another. */
export const by = (...people: readonly Name[]): Json => Object.fromEntries(people.map((name, i) => [name, { order: i, user: v(name) }]));
/** The same people where no order of theirs counts. */
export const them = (...people: readonly Name[]): Json => Object.fromEntries(people.map((name) => [name, { user: v(name) }]));
/** A step that asks these people. */
export const asks = (approvers: Json, more: Json = {}): Json => ({ type: 'approval', approvers, ...more });
/** Steps in their order. */
export const steps = (all: Readonly<Record<string, Json>>): Json =>
  Object.fromEntries(Object.entries(all).map(([name, step], i) => [name, { order: (i + 1) * 10, ...step }]));
/** Steps that each ask the one whose name they have. */
export const inTurn = (...people: readonly Name[]): Json => steps(Object.fromEntries(people.map((name) => [name, asks(by(name))])));

export interface Scenario {
  readonly steps: Json;
  /** What else the process says. */
  readonly process?: Json;
  readonly values?: Json;
  /** Ann unless somebody else hands in. */
  readonly submitter?: Name;
  /** Whom the submitter chooses. */
  readonly chosen?: readonly Name[];
  /**
   * The first line is who is asked in the beginning, each further one what somebody does and what comes of it: who is asked then, how
   * it has ended, or why it is refused. Names say to whom, `+` who is chosen, `@` a step, `=` a value to edit, other words the comment.
   */
  readonly lines: readonly string[];
}
export type Scenarios = Readonly<Record<string, Scenario>>;
/** What else may be done in a scenario, by its first word. */
export type Deeds = Readonly<Record<string, (words: readonly string[], paper: string) => Promise<void>>>;

const full = { create: true, read: true, update: true, delete: true, import: true, fields: { '*': 'edit' } };
const role = (name: string, objects: Json): Json => ({ [`roles/${name}.json`]: { name, label: { en: name }, objects } });

const paper: Json = {
  name: 'paper',
  plural: 'papers',
  label: { en: 'Paper' },
  sharing: 'publicReadWrite',
  fields: {
    amount: { type: 'number', scale: 2 },
    note: { type: 'text', history: true },
    code: { type: 'text', unique: true },
    ...Object.fromEntries(['nobody', ...names].map((name) => [name, { type: 'lookup', to: 'user' }])),
  },
};

export const process = (name: string, content: Json): Json => ({
  [`approvalProcesses/${name}.json`]: { name, object: 'paper', on: ['submit'], ...content },
});

const files = (scenarios: Scenarios): Json => ({
  'objects/paper.json': paper,
  ...role('worker', { paper: full, absence: full, user: { read: true, viewAll: true, fields: { '*': 'read' } } }),
  ...role('board', {}),
  ...Object.fromEntries(
    Object.values(scenarios).flatMap((one, i) => Object.entries(process(`p${String(i)}`, { ...one.process, steps: one.steps }))),
  ),
});

export interface PaperScene extends AutomationScene {
  readonly people: Readonly<Record<Name | 'admin', Person>>;
  nameOf(id: unknown): string;
  /** A paper in force that names everybody. */
  paper(values?: Json, who?: Name): Promise<string>;
  path(id: string, rest?: string): string;
  /** Hands a paper in; gives the approval, else why not. */
  handIn(id: string, process: string, who?: Name, more?: Json): Promise<string>;
  /** How an approval stands: who is asked, else how it has ended. */
  stands(approval: string): Promise<string>;
  /** Does what a line says up to its arrow; gives the line as it came out. */
  does(approval: string, line: string): Promise<string>;
  /** Plays a scenario; gives its lines as they came out. */
  play(title: string, deeds?: Deeds): Promise<readonly string[]>;
}

type Task = { readonly assignee: string; readonly inNameOf: string | null };

/** What the words of a line say of an act. */
function bodyOf(words: readonly string[], idOf: (name: string) => string | undefined): Json {
  const to = words.flatMap((word) => idOf(word) ?? []);
  const chosen = words.flatMap((word) => (word.startsWith('+') ? (idOf(word.slice(1)) ?? []) : []));
  const step = words.find((word) => word.startsWith('@'))?.slice(1);
  const pick = (...known: readonly string[]): string | undefined => words.find((word) => known.includes(word));
  const [place, then] = [pick('before', 'after'), pick('rerun', 'straight')];
  const edits: Json = Object.fromEntries(words.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]));
  const rest = words.filter((word) => idOf(word) === undefined && !/^[@+]|=/.test(word) && word !== place && word !== then);
  return {
    ...(to.length === 0 ? {} : { to }),
    ...(chosen.length === 0 ? {} : { chosen }),
    ...(step === undefined ? {} : { step }),
    ...(place === undefined ? {} : { place }),
    ...(then === undefined ? {} : { then: then === 'straight' ? 'return' : then }),
    ...(Object.keys(edits).length === 0 ? {} : { edits }),
    ...(rest.length === 0 ? {} : { comment: rest.join(' ') }),
  };
}

async function peopleOf(scene: AutomationScene): Promise<PaperScene['people']> {
  const found: Record<string, Person> = { admin: scene.admin };
  let manager: string | undefined;
  for (const name of names) {
    const roles = ['bob', 'cat', 'dan'].includes(name) ? ['worker', 'board'] : ['worker'];
    const one = await scene.person(name, { roles, ...(manager === undefined ? {} : { manager }) });
    manager = one.id;
    found[name] = one;
  }
  return found as PaperScene['people'];
}

export async function paperScene(scenarios: Scenarios = {}, more: Json = {}): Promise<PaperScene> {
  const scene = await automationScene({ ...files(scenarios), ...more });
  const people = await peopleOf(scene);
  const who = new Map<string, Person>(Object.entries(people));
  const ids = new Map([...who].map(([name, { id }]) => [id, name]));
  const nameOf = (id: unknown): string => ids.get(String(id)) ?? String(id);
  const path = (id: string, rest = ''): string => `/api/v1/records/paper/${id}${rest}`;
  const everybody = Object.fromEntries(names.map((name) => [name, people[name].id]));
  const stands = async (approval: string): Promise<string> => {
    const { json, text } = await scene.admin.http.get(`/api/v1/approvals/${approval}`);
    if (json['status'] !== 'running') return typeof json['status'] === 'string' ? json['status'] : text;
    const tasks = (json['tasks'] as readonly Task[]).map(
      ({ assignee, inNameOf }) => nameOf(assignee) + (inNameOf === null ? '' : ` for ${nameOf(inNameOf)}`),
    );
    return tasks.sort().join(', ');
  };
  const make: PaperScene['paper'] = (values = {}, name = 'ann') => people[name].create('paper', { name: 'P', ...everybody, ...values });
  const handIn: PaperScene['handIn'] = async (id, name, submitter = 'ann', body = {}) => {
    const { json, status } = await people[submitter].http.post(path(id, '/approval'), { process: name, ...body });
    return String(status === 201 ? json['approval'] : json['code']);
  };
  const does: PaperScene['does'] = async (approval, line) => {
    const [deed = ''] = line.split(' → ');
    const [person = '', action = '', ...words] = deed.split(' ');
    const body = bodyOf(words, (name) => who.get(name)?.id);
    const answer = await who.get(person)?.http.post(`/api/v1/approvals/${approval}/${action}`, body);
    return `${deed} → ${answer?.status === 200 ? await stands(approval) : String(answer?.json['code'])}`;
  };
  const play: PaperScene['play'] = async (title, deeds = {}) => {
    const scenario = scenarios[title];
    if (scenario === undefined) throw new Error(`There is no scenario ${title}.`);
    const id = await make(scenario.values, scenario.submitter);
    const chosen = scenario.chosen === undefined ? {} : { chosen: scenario.chosen.map((name) => people[name].id) };
    const approval = await handIn(id, `p${String(Object.keys(scenarios).indexOf(title))}`, scenario.submitter, chosen);
    if (approval.startsWith('APPROVAL')) return [approval];
    const came = [await stands(approval)];
    for (const line of scenario.lines.slice(1)) {
      const [deed = ''] = line.split(' → ');
      const [first = '', ...words] = deed.split(' ');
      const special = deeds[first];
      await special?.(words, id);
      came.push(special === undefined ? await does(approval, line) : `${deed} → ${await stands(approval)}`);
    }
    return came;
  };
  return { ...scene, people, nameOf, path, paper: make, handIn, stands, does, play };
}

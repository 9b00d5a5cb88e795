// Readers and writers at two nodes while the metadata changes under them, ten times: nobody is answered by a Model that has gone.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../storage/cell-support.ts';
import type { Answer, HttpClient, Json } from '../support/http-client.ts';
import { random } from '../support/random.ts';
import { openNodes, textField, type Nodes } from './nodes-scene.ts';

const chance = random();
let nodes: Nodes;
let callers: readonly HttpClient[];

beforeAll(async () => {
  nodes = await openNodes();
  const [first, second] = await Promise.all([nodes.start(), nodes.start()]);
  const caller = await nodes.signIn(first);
  callers = [caller, caller.at(second.url)];
});
afterAll(() => nodes.close());

/** One version of the object under test: what it has, and what it asks of a record. */
interface Version {
  /** The number's name: it is renamed, and its values go with it. */
  readonly number: string;
  readonly note: boolean;
  readonly codeRequired: boolean;
  readonly cap: boolean;
}

/** Ten changes, one after the other. */
const versions: readonly Version[] = [
  { number: 'amount__c', note: false, codeRequired: false, cap: false },
  { number: 'amount__c', note: true, codeRequired: false, cap: false },
  { number: 'amount__c', note: true, codeRequired: true, cap: false },
  { number: 'price__c', note: true, codeRequired: true, cap: false },
  { number: 'price__c', note: false, codeRequired: true, cap: false },
  { number: 'price__c', note: false, codeRequired: true, cap: true },
  { number: 'price__c', note: true, codeRequired: false, cap: true },
  { number: 'total__c', note: true, codeRequired: false, cap: true },
  { number: 'total__c', note: true, codeRequired: true, cap: false },
  { number: 'total__c', note: false, codeRequired: true, cap: true },
  { number: 'amount__c', note: true, codeRequired: true, cap: true },
];

const largest = 100;
/** Requests of each version whose answer is known for sure, at least. */
const certainEach = 60;

function filesOf({ number, note, codeRequired, cap }: Version, before?: string): Json {
  const renamed = before === undefined || before === number ? {} : { renamedFrom: [before] };
  const rule = { refuseWhen: { '>': [{ var: number }, largest] }, at: number, message: { en: 'That is too much.' } };
  const object = {
    name: 'ticket__c',
    plural: 'tickets__c',
    label: { en: 'Ticket' },
    fields: {
      name: textField('Name', { required: true }),
      code__c: textField('Code', { required: codeRequired }),
      [number]: { type: 'number', scale: 0, label: { en: 'Number' }, ...renamed },
      ...(note ? { note__c: textField('Note') } : {}),
    },
    ...(cap ? { validationRules: { notTooMuch__c: rule } } : {}),
  };
  return { 'objects/ticket__c.json': object };
}

const path = '/api/v1/records/ticket__c';

/** What all callers know: the version in force; undefined while an apply is under way. */
class Present {
  version: Version | undefined;
  count = 0;

  leave(): void {
    this.version = undefined;
    this.count += 1;
  }
}

interface Tally {
  created: number;
  requests: number;
  /** Answered with a version known for sure from beginning to end. */
  certain: number;
  readonly statuses: Map<number, number>;
  readonly wrong: string[];
  /** What was created, by its name: the number that was written. */
  readonly values: Map<string, number>;
}

type Verdict = (version: Version) => number;

async function request(present: Present, tally: Tally, what: string, send: () => Promise<Answer>, due: Verdict): Promise<Answer> {
  const { count, version } = present;
  const answer = await send();
  const { status, text } = answer;
  tally.requests += 1;
  tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
  if (status >= 500) tally.wrong.push(`${what}: ${text}`);
  if (version === undefined || present.count !== count) return answer;
  tally.certain += 1;
  if (status !== due(version)) tally.wrong.push(`${what} under ${JSON.stringify(version)}: ${status} ${text}`);
  return answer;
}

async function write(present: Present, tally: Tally, caller: HttpClient, name: string): Promise<void> {
  const known = present.version;
  const number = known?.number ?? chance.pick(versions).number;
  const value = chance.below(2 * largest);
  // Left out only where that must be refused: a record without it would stand in the way of making it required.
  const code = known?.codeRequired === true && chance.below(2) === 0 ? {} : { code__c: name };
  const note = chance.below(3) === 0 ? { note__c: 'n' } : {};
  const accepted: Verdict = (version) => {
    const refused =
      ('note__c' in note && !version.note) || (version.codeRequired && !('code__c' in code)) || (version.cap && value > largest);
    return refused || number !== version.number ? 422 : 201;
  };
  const body = { name, [number]: value, ...code, ...note };
  const answer = await request(present, tally, `create ${JSON.stringify(body)}`, () => caller.post(`${path}?fields=id`, body), accepted);
  if (answer.status !== 201) return;
  tally.created += 1;
  tally.values.set(name, value);
}

async function read(present: Present, tally: Tally, caller: HttpClient): Promise<void> {
  const number = present.version?.number ?? chance.pick(versions).number;
  const fields = ['name', number, ...(chance.below(2) === 0 ? ['note__c'] : [])];
  const there: Verdict = (version) => (number === version.number && (version.note || !fields.includes('note__c')) ? 200 : 422);
  const list = `${path}?first=20&sort=-${number}&fields=${fields.join(',')}`;
  await request(present, tally, `read ${list}`, () => caller.get(list), there);
  const query = `{ tickets__c(first: 20) { nodes { ${fields.join(' ')} } } }`;
  await request(present, tally, `read ${query}`, () => graphql(caller, query), there);
}

/** With the status that its errors would have in REST. */
async function graphql(caller: HttpClient, query: string): Promise<Answer> {
  const answer = await caller.post('/graphql', { query });
  if (answer.json['errors'] === undefined) return answer;
  const status = answer.text.includes('GRAPHQL_INVALID') ? 422 : answer.text.includes('MODEL_CHANGED') ? 409 : 500;
  return { ...answer, status };
}

/** Four callers at each node, who write and read until they are told to stop. */
async function load(present: Present, tally: Tally, stop: AbortSignal): Promise<void> {
  const loops = Array.from({ length: 8 }, async (_, i) => {
    const caller = callers[i % 2];
    for (let round = 0; caller !== undefined && !stop.aborted; round += 1) {
      await write(present, tally, caller, `${i}-${round}`);
      if (round % 3 === i % 3) await read(present, tally, caller);
    }
  });
  await Promise.all(loops);
}

async function applyNext(present: Present, files: Json, next: Version): Promise<void> {
  present.leave();
  const answer = await chance.pick(callers).apply(files);
  expect(answer).toMatchObject({ status: 200 });
  present.version = next;
}

describe(`ten changes of an object that eight callers use (seed ${chance.seed})`, () => {
  it('leave no request to an older Model, fail none, and lose nothing', async () => {
    const present = new Present();
    const tally: Tally = { created: 0, requests: 0, certain: 0, statuses: new Map(), wrong: [], values: new Map() };
    const stop = new AbortController();
    const [start, ...rest] = versions;
    if (start === undefined) throw new TypeError('There is no version to start with.');
    await applyNext(present, filesOf(start), start);
    const loading = load(present, tally, stop.signal);
    /** Of each version some, that no apply was beside. */
    const enough = async (): Promise<void> => {
      const known = tally.certain;
      await until('requests of the version in force', () => tally.certain >= known + certainEach, 60_000);
    };
    let before = start;
    for (const next of rest) {
      await enough();
      await applyNext(present, filesOf(next, before.number), next);
      before = next;
    }
    await enough();
    stop.abort();
    await loading;

    expect(tally.wrong.slice(0, 5)).toEqual([]);
    expect([...tally.statuses.keys()].filter((status) => ![200, 201, 409, 422].includes(status))).toEqual([]);
    // Renamed three times, and each value is where it was.
    const rows = await nodes.sql('select name, amount__c as value from t_acme.ticket__c');
    expect(new Map(rows.map(({ name, value }) => [name, Number(value)]))).toEqual(tally.values);
    expect(await nodes.check()).toMatchObject({ drift: [], problems: [] });
    const documents = await Promise.all(callers.map(async (caller) => (await caller.get('/api/v1/objects/ticket__c')).text));
    expect(documents[0]).toBe(documents[1]);
  }, 300_000);
});

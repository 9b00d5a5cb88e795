// What there is before anything is done: fixtures, people, departments, records.
import { fail } from '@tessera/kernel';
import type { ScenarioJson, ScenarioPersonJson, ScenarioRecordJson } from '@tessera/metadata';
import { people, refIn } from '../given-values.ts';
import type { DataSet } from '../seeds/sets.ts';
import { demoSetsOf } from './data.ts';
import { Play } from './play.ts';
import { entriesOf, ordered, type Fixture, type Scenario } from './read.ts';
import type { RecordRef, Sandbox, Values } from './sandbox.ts';

/** A Monday morning. */
const defaultClock = '2026-01-05T09:00:00Z';

/** People belong to these, and these may belong to people. */
const departments = 'department';

type Records = Readonly<Record<string, ScenarioRecordJson>>;

const refsIn = ({ values }: ScenarioRecordJson): readonly string[] => entriesOf(values).flatMap(([, value]) => refIn(value) ?? []);

/** Each behind those that it refers to. @throws METADATA_CYCLE */
function byReference(records: Records): readonly (readonly [string, ScenarioRecordJson])[] {
  const own = new Map(ordered(records));
  const done: (readonly [string, ScenarioRecordJson])[] = [];
  const seen = new Set<string>();
  const visit = (name: string, record: ScenarioRecordJson, chain: readonly string[]): void => {
    if (chain.includes(name)) throw fail('METADATA_CYCLE', { chain: [...chain, name].join(' → ') });
    if (seen.has(name)) return;
    for (const ref of refsIn(record)) {
      const needed = own.get(ref);
      if (needed !== undefined && ref !== name) visit(ref, needed, [...chain, name]);
    }
    seen.add(name);
    done.push([name, record]);
  };
  for (const [name, record] of own) visit(name, record, []);
  return done;
}

const isDepartment = ({ object }: ScenarioRecordJson): boolean => object === departments;

const pick = (records: Records, wanted: (record: ScenarioRecordJson) => boolean): Records =>
  Object.fromEntries(entriesOf(records).filter(([, record]) => wanted(record)));

async function putRecords(play: Play, records: Records): Promise<void> {
  for (const [name, { object, values }] of byReference(records)) {
    const id = await play.sandbox.put(object, play.withFixtures(object, play.values(object, values)));
    play.call(name, { object, id });
  }
}

/** What fixtures give to records of each object; what they refer to themselves is made for it. */
async function fixtureValues(play: Play, fixtures: readonly Fixture[]): Promise<ReadonlyMap<string, Values>> {
  const found = new Map<string, Values>();
  for (const { content } of fixtures) {
    const { object, values, records = {} } = content;
    // A fixture for what the tested packs do not have is of no use to them.
    if (play.sandbox.model.objects[object] === undefined) continue;
    const names = new Map<string, RecordRef>();
    for (const [name, record] of byReference(records)) {
      const id = await play.sandbox.put(record.object, play.values(record.object, record.values, names));
      names.set(name, { object: record.object, id });
    }
    found.set(object, { ...found.get(object), ...play.values(object, values, names) });
  }
  return found;
}

/** Values that are what they are, and those that refer to somebody or something. */
function parted(values: Values): { readonly plain: Values; readonly referring: Values } {
  const refers = ([, value]: readonly [string, unknown]): boolean => refIn(value) !== undefined;
  const entries = entriesOf(values);
  return {
    plain: Object.fromEntries(entries.filter((entry) => !refers(entry))),
    referring: Object.fromEntries(entries.filter(refers)),
  };
}

async function putPerson(play: Play, key: string, person: ScenarioPersonJson): Promise<void> {
  const { name = key, email = `${key.toLowerCase()}@scenario.example`, roles = [], permissionSets = [], values = {} } = person;
  const plain = play.values(people, parted(values).plain);
  const id = await play.sandbox.put(people, play.withFixtures(people, { active: true, ...plain, name, email, roles, permissionSets }));
  play.call(key, { object: people, id });
}

/** Where somebody belongs, when all are there. */
async function placePerson(play: Play, key: string, { department, manager, values = {} }: ScenarioPersonJson): Promise<void> {
  const { object, id } = play.record(key);
  const placed = {
    // People own themselves: whoever makes them is the platform, which is nobody.
    owner: id,
    ...(department === undefined ? {} : { department: play.record(department).id }),
    ...(manager === undefined ? {} : { manager: play.person(manager) }),
    ...play.values(people, parted(values).referring),
  };
  await play.sandbox.put(object, placed, id);
}

async function putPeople(play: Play, given: NonNullable<ScenarioJson['given']>): Promise<void> {
  const { people: persons, records = {} } = given;
  const all = typeof persons === 'string' ? [] : entriesOf(persons);
  for (const [key, person] of all) await putPerson(play, key, person);
  await putRecords(play, pick(records, isDepartment));
  for (const [key, person] of all) await placePerson(play, key, person);
}

/** Empties the sandbox and fills it with what a scenario begins with. Throws what stands against it. */
export async function begin(
  sandbox: Sandbox,
  scenario: Scenario,
  { fixtures, data }: { readonly fixtures: readonly Fixture[]; readonly data: readonly DataSet[] },
): Promise<Play> {
  const { given = {} } = scenario.content;
  const { clock = defaultClock, language = 'en', answers = {}, records = {} } = given;
  await sandbox.reset(Date.parse(clock), {
    language,
    answers: entriesOf(answers).map(([, { address, status = 200, body = null }]) => ({ address, status, body })),
    data: demoSetsOf(scenario.content, data, sandbox.model),
  });
  const play = new Play(sandbox, scenario, sandbox.player(undefined));
  play.useSeeds(await sandbox.seeds());
  play.useFixtures(await fixtureValues(play, fixtures));
  await putPeople(play, given);
  await putRecords(
    play,
    pick(records, (record) => !isDepartment(record)),
  );
  return play;
}

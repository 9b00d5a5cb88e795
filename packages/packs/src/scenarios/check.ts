// Checks scenarios and fixtures against a Model: every name that they say must be known where it is said.
import { problem, type Problem } from '@tessera/kernel';
import type {
  Model,
  ScenarioExpectationJson,
  ScenarioJson,
  ScenarioPersonJson,
  ScenarioRecordJson,
  ScenarioStepJson,
} from '@tessera/metadata';
import { people, refIn } from '../given-values.ts';
import { knownNames } from '../known-names.ts';
import { isCalled, type DataSet } from '../seeds/sets.ts';
import { demoSetsOf, KnownSeeds } from './data.ts';
import { entriesOf, ordered, type Fixture, type Scenario } from './read.ts';

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

/** Kinds of components that scenarios name. */
const folders = {
  role: 'roles',
  'permission set': 'permissionSets',
  automation: 'automations',
  conversion: 'conversions',
  pool: 'pools',
  'approval process': 'approvalProcesses',
} as const;

type Named = keyof typeof folders;
type Kind = 'person' | 'record';

class Check {
  readonly problems: Problem[] = [];
  readonly model: Model;
  readonly #file: string;
  /** What has been made so far, by name. `person` is a record too. */
  readonly #names = new Map<string, Kind>();
  /** What the packs' data call theirs. */
  #data: KnownSeeds | undefined;
  /** Steps whose conversions make records under names of their own. */
  readonly #converting = new Map<string, string>();

  constructor(model: Model, file: string) {
    this.model = model;
    this.#file = file;
  }

  missing(kind: string, name: string, at: string, known: readonly string[]): void {
    const params = { kind, name, where: '', known: knownNames(name, known) };
    this.problems.push(problem('METADATA_REFERENCE_MISSING', params, { file: this.#file, pointer: at }));
  }

  call(name: string, kind: Kind, at: string): void {
    if (this.#names.has(name)) this.problems.push(problem('SCENARIO_NAME_REPEATED', { name }, { file: this.#file, pointer: at }));
    this.#names.set(name, kind);
  }

  object(name: string, at: string): void {
    const { objects } = this.model;
    if (!Object.hasOwn(objects, name)) this.missing('object', name, at, Object.keys(objects));
  }

  component(kind: Named, name: string | undefined, at: string): void {
    if (name === undefined) return;
    const known = this.model[folders[kind]];
    if (!Object.hasOwn(known, name)) this.missing(kind, name, at, Object.keys(known));
  }

  know(layer: string, sets: readonly DataSet[]): void {
    this.#data = new KnownSeeds(layer, sets);
  }

  person(name: string | undefined, at: string): void {
    if (name === undefined || this.#names.get(name) === 'person') return;
    if (!this.#names.has(name) && this.#data?.mayBe(name, people) === true) return;
    this.missing(
      'person',
      name,
      at,
      this.#known((kind) => kind === 'person'),
    );
  }

  people(names: readonly string[] | undefined, at: string): void {
    names?.forEach((name, i) => {
      this.person(name, `${at}/${String(i)}`);
    });
  }

  record(name: string | undefined, at: string): void {
    if (name === undefined || this.#names.has(name) || this.#data?.mayBe(name) === true) return;
    const [step = '', target = ''] = name.split('.');
    const conversion = this.model.conversions[this.#converting.get(step) ?? ''];
    if (conversion?.targets.some((each) => each.name === target) === true) return;
    this.missing(
      'record',
      name,
      at,
      this.#known(() => true),
    );
  }

  converts(step: string, conversion: string): void {
    this.#converting.set(step, conversion);
  }

  #known(wanted: (kind: Kind) => boolean): readonly string[] {
    return [...this.#names].flatMap(([name, kind]) => (wanted(kind) ? [name] : []));
  }

  /** Every `{ "ref": … }` in a value or rule. */
  refs(value: unknown, at: string): void {
    if (typeof value !== 'object' || value === null) return;
    const ref = refIn(value);
    if (ref !== undefined) this.record(ref, `${at}/ref`);
    else for (const [key, each] of Object.entries(value)) this.refs(each, `${at}/${escaped(key)}`);
  }

  /** Values by field. Nested records stand under the name of their relation. */
  values(object: string | undefined, values: Readonly<Record<string, unknown>> | undefined, at: string): void {
    const model = object === undefined ? undefined : this.model.objects[object];
    for (const [field, value] of entriesOf(values)) {
      const place = `${at}/${escaped(field)}`;
      const known = model === undefined || Object.hasOwn(model.fields, field) || Object.hasOwn(model.relations, field);
      if (!known) this.missing('field', field, place, Object.keys(model.fields));
      this.refs(value, place);
    }
  }
}

/** The object of a record that a step has made; undefined where only a run tells. */
type Objects = Map<string, string>;

function checkPerson(check: Check, person: ScenarioPersonJson, at: string): void {
  person.roles?.forEach((name, i) => {
    check.component('role', name, `${at}/roles/${String(i)}`);
  });
  person.permissionSets?.forEach((name, i) => {
    check.component('permission set', name, `${at}/permissionSets/${String(i)}`);
  });
  check.person(person.manager, `${at}/manager`);
  check.record(person.department, `${at}/department`);
  check.values('user', person.values, `${at}/values`);
}

function checkRecord(check: Check, { object, values }: ScenarioRecordJson, at: string): void {
  check.object(object, `${at}/object`);
  check.values(object, values, `${at}/values`);
}

function checkGiven(check: Check, objects: Objects, { people: given, records = {} }: NonNullable<ScenarioJson['given']>): void {
  const persons = typeof given === 'string' ? {} : given;
  for (const [name] of entriesOf(persons)) check.call(name, 'person', `/given/people/${escaped(name)}`);
  for (const [name, { object }] of entriesOf(records)) {
    check.call(name, 'record', `/given/records/${escaped(name)}`);
    objects.set(name, object);
  }
  for (const [name, person] of entriesOf(persons)) checkPerson(check, person, `/given/people/${escaped(name)}`);
  for (const [name, record] of entriesOf(records)) checkRecord(check, record, `/given/records/${escaped(name)}`);
}

/** The sets whose records are there. */
function checkData(check: Check, scenario: ScenarioJson, all: readonly DataSet[]): readonly DataSet[] {
  const { given = {} } = scenario;
  const known = all.map(({ name }) => name);
  const wrong = (given.data ?? []).map((name, i) => {
    const isThere = all.some(isCalled(name));
    if (!isThere) check.missing('data set', name, `/given/data/${String(i)}`, known);
    return isThere;
  });
  const demo = wrong.includes(false) ? [] : demoSetsOf(scenario, all, check.model);
  return [...all.filter(({ owner }) => owner !== 'demo'), ...demo];
}

function checkExpected(check: Check, objects: Objects, step: ScenarioExpectationJson, at: string): void {
  for (const [name, expected] of entriesOf(step.records)) {
    const place = `${at}/records/${escaped(name)}`;
    check.record(name, place);
    check.person(expected.as, `${place}/as`);
    check.values(objects.get(name), expected.values, `${place}/values`);
    check.refs(expected.holds, `${place}/holds`);
    for (const ask of ['visibleTo', 'hiddenFrom', 'editableBy', 'notEditableBy'] as const) check.people(expected[ask], `${place}/${ask}`);
    check.people(expected.approval?.pendingWith, `${place}/approval/pendingWith`);
    check.component('approval process', expected.approval?.process, `${place}/approval/process`);
    for (const [key, change] of entriesOf(expected.history)) check.person(change.by, `${place}/history/${escaped(key)}/by`);
  }
  for (const [name, { object, where, as }] of entriesOf(step.counts)) {
    const place = `${at}/counts/${escaped(name)}`;
    check.object(object, `${place}/object`);
    check.refs(where, `${place}/where`);
    check.person(as, `${place}/as`);
  }
  for (const [name, { to, about }] of entriesOf(step.notifications)) {
    check.person(to, `${at}/notifications/${escaped(name)}/to`);
    check.record(about, `${at}/notifications/${escaped(name)}/about`);
  }
  for (const [name, { to, about }] of entriesOf(step.sent)) {
    check.person(to, `${at}/sent/${escaped(name)}/to`);
    check.record(about, `${at}/sent/${escaped(name)}/about`);
  }
}

type StepOf<T extends ScenarioStepJson['type']> = Extract<ScenarioStepJson, { type: T }>;
type Checker<S> = (check: Check, objects: Objects, step: S, at: string) => void;

/** What only steps of a type name. */
const checks: { readonly [T in ScenarioStepJson['type']]?: Checker<StepOf<T>> } = {
  create: (check, _, { object, values }, at) => {
    check.values(object, values, `${at}/values`);
  },
  update: (check, objects, { record, values }, at) => {
    check.values(objects.get(record), values, `${at}/values`);
  },
  submit: (check, _, { process, chosen }, at) => {
    check.component('approval process', process, `${at}/process`);
    check.people(chosen, `${at}/chosen`);
  },
  approval: (check, objects, { record, to, of, chosen, edits }, at) => {
    check.people(to, `${at}/to`);
    check.person(of, `${at}/of`);
    check.people(chosen, `${at}/chosen`);
    check.values(objects.get(record), edits, `${at}/edits`);
  },
  pool: (check, _, { to, pool }, at) => {
    check.person(to, `${at}/to`);
    check.component('pool', pool, `${at}/pool`);
  },
  convert: (check, _, { conversion }, at) => {
    check.component('conversion', conversion, `${at}/conversion`);
  },
  query: (check, _, { variables, answer }, at) => {
    check.values(undefined, variables, `${at}/variables`);
    check.refs(answer, `${at}/answer`);
  },
  expect: checkExpected,
};

function checkNamed(check: Check, objects: Objects, step: ScenarioStepJson, at: string): void {
  if ('record' in step) check.record(step.record, `${at}/record`);
  if ('object' in step) check.object(step.object, `${at}/object`);
  if ('automation' in step) check.component('automation', step.automation, `${at}/automation`);
  if ('where' in step) check.refs(step.where, `${at}/where`);
  if ('inputs' in step) check.values(undefined, step.inputs, `${at}/inputs`);
  // The table has for each type the check of just that type, which no union can say.
  const more = checks[step.type] as Checker<ScenarioStepJson> | undefined;
  more?.(check, objects, step, at);
}

function checkStep(check: Check, objects: Objects, key: string, step: ScenarioStepJson, within = ''): void {
  const at = `${within}/steps/${escaped(key)}`;
  if (step.type === 'atOnce') {
    for (const [name, each] of entriesOf(step.steps)) checkStep(check, objects, name, each, at);
    return;
  }
  if ('as' in step) check.person(step.as, `${at}/as`);
  checkNamed(check, objects, step, at);
  if (step.type === 'convert') check.converts(key, step.conversion);
  // One that must be refused makes nothing.
  if (step.type !== 'find' && (step.type !== 'create' || step.refused !== undefined)) return;
  check.call(key, 'record', at);
  objects.set(key, step.object);
}

/** Everything that is wrong with scenarios and fixtures beyond their schemas, with its place and remedy. */
export function checkScenarios(
  model: Model,
  scenarios: readonly Scenario[],
  { fixtures, data }: { readonly fixtures: readonly Fixture[]; readonly data: readonly DataSet[] },
): readonly Problem[] {
  const ofScenarios = scenarios.flatMap(({ file, layer, content }) => {
    const check = new Check(model, file);
    const objects: Objects = new Map();
    check.know(layer, checkData(check, content, data));
    if (content.given !== undefined) checkGiven(check, objects, content.given);
    for (const [key, step] of ordered(content.steps)) checkStep(check, objects, key, step);
    return check.problems;
  });
  const ofFixtures = fixtures.flatMap(({ file, content: { object, values, records = {} } }) => {
    const check = new Check(model, file);
    for (const [name] of entriesOf(records)) check.call(name, 'record', `/records/${escaped(name)}`);
    for (const [name, record] of entriesOf(records)) checkRecord(check, record, `/records/${escaped(name)}`);
    check.object(object, '/object');
    check.values(object, values, '/values');
    return check.problems;
  });
  return [...ofScenarios, ...ofFixtures];
}

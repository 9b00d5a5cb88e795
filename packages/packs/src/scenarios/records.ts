// What is expected of a record: its values, who sees it, whose decision it waits for, what has become of it.
import { TesseraError } from '@tessera/kernel';
import type { ScenarioApprovalExpectationJson, ScenarioChangeJson, ScenarioRecordExpectationJson } from '@tessera/metadata';
import { difference, isLike, sameMembers, type Mismatch } from './compare.ts';
import { approvalsOf } from './kept.ts';
import { refIn } from '../given-values.ts';
import type { Play } from './play.ts';
import { entriesOf } from './read.ts';
import type { RecordRef, Values } from './sandbox.ts';

/** A value that is said, instead of a rule that gives it. */
const isSaid = (value: unknown): boolean =>
  typeof value !== 'object' || value === null || refIn(value) !== undefined || Object.hasOwn(value, 'literal');

const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every((each) => typeof each === 'string');

/** Chosen options have no order of their own. */
function differs(expected: unknown, found: unknown): boolean {
  if (isTexts(expected) && isTexts(found)) return !sameMembers(expected, found);
  return difference(expected, found) !== undefined;
}

async function holds(play: Play, { object, id }: RecordRef, rule: unknown): Promise<boolean> {
  const where = { and: [{ '==': [{ var: 'id' }, id] }, play.rule(rule)] };
  return (await (await play.as(undefined)).count({ object, where })) === 1;
}

async function values(play: Play, name: string, { as, values: expected }: ScenarioRecordExpectationJson): Promise<readonly Mismatch[]> {
  const record = play.record(name);
  const all = entriesOf(expected);
  if (all.length === 0) return [];
  const fields = all.map(([field]) => field);
  const found = await (await play.as(as)).read(record, fields);
  if (found === undefined) return [{ what: name, expected: 'a record', found: `none that ${as ?? 'the platform'} sees` }];
  const said = play.values(record.object, Object.fromEntries(all.filter(([, value]) => isSaid(value))));
  const wrong = Object.entries(said).filter(([field, value]) => differs(value, found[field] ?? null));
  const mismatches = wrong.map(([field, value]): Mismatch => ({
    what: `${name}.${field}`,
    expected: value,
    found: shown(play, found[field]),
  }));
  for (const [field, rule] of all.filter(([, value]) => !isSaid(value))) {
    if (!(await holds(play, record, { '==': [{ var: field }, rule] })))
      mismatches.push({ what: `${name}.${field}`, expected: rule, found: shown(play, found[field]) });
  }
  return mismatches;
}

/** Ids by the names that the scenario has for them. */
function shown(play: Play, value: unknown): unknown {
  if (typeof value === 'string') {
    const name = play.nameOf(value);
    return name === value ? value : `${name} (${value})`;
  }
  return value ?? null;
}

type Ask = 'visibleTo' | 'hiddenFrom' | 'editableBy' | 'notEditableBy';

const asks: Readonly<Record<Ask, { readonly verb: 'read' | 'edit'; readonly is: boolean; readonly yes: string; readonly no: string }>> = {
  visibleTo: { verb: 'read', is: true, yes: 'sees it', no: 'does not see it' },
  hiddenFrom: { verb: 'read', is: false, yes: 'sees it', no: 'does not see it' },
  editableBy: { verb: 'edit', is: true, yes: 'may change it', no: 'may not change it' },
  notEditableBy: { verb: 'edit', is: false, yes: 'may change it', no: 'may not change it' },
};

/** By a read like any other; of an object that does not exist for a person nothing is seen. */
async function sees(play: Play, person: string, record: RecordRef): Promise<boolean> {
  try {
    return (await (await play.as(person)).read(record, ['id'])) !== undefined;
  } catch (error) {
    if (error instanceof TesseraError && error.code === 'OBJECT_UNKNOWN') return false;
    throw error;
  }
}

async function sight(play: Play, name: string, expected: ScenarioRecordExpectationJson): Promise<readonly Mismatch[]> {
  const record = play.record(name);
  const found: Mismatch[] = [];
  for (const [ask, { verb, is, yes, no }] of Object.entries(asks) as readonly (readonly [Ask, (typeof asks)[Ask]])[]) {
    for (const person of expected[ask] ?? []) {
      const seen = await play.sandbox.sight(record, play.person(person));
      for (const rule of seen.rules) play.reached.add(`sharingRule ${rule}`);
      // What is told of why is held against what a read really gives.
      const read = await sees(play, person, record);
      const has = verb === 'read' ? read : read && seen.edit;
      if (has !== is) found.push({ what: `${name} for ${person}`, expected: is ? yes : no, found: has ? yes : no });
    }
  }
  return found;
}

const task = 'approvalTask';

async function approval(play: Play, name: string, expected: ScenarioApprovalExpectationJson): Promise<readonly Mismatch[]> {
  const { pendingWith, status, process } = expected;
  const { object, id } = play.record(name);
  const platform = await play.as(undefined);
  const about = [{ '==': [{ var: 'aboutObject' }, object] }, { '==': [{ var: 'aboutId' }, id] }];
  const open = [{ '==': [{ var: 'kind' }, 'approve'] }, { '==': [{ var: 'state' }, 'open'] }];
  const found: Mismatch[] = [];
  if (pendingWith !== undefined) {
    const tasks = await platform.list({ object: task, where: { and: [...about, ...open] } }, ['assignee']);
    const asked = [...new Set(tasks.map(({ assignee }) => play.nameOf(typeof assignee === 'string' ? assignee : null)))];
    if (!sameMembers(pendingWith, asked)) found.push({ what: `${name}: who is asked`, expected: pendingWith, found: asked });
  }
  if (status === undefined && process === undefined) return found;
  const kept = approvalsOf(play.sandbox.model, object);
  const where = { '==': [{ var: 'record' }, id] };
  const latest = kept === undefined ? undefined : (await platform.list({ object: kept, where }, ['state', 'process'])).at(-1);
  const stands = { status: latest?.['state'] ?? 'none', process: latest?.['process'] ?? null };
  for (const [what, wanted] of [
    ['status', status],
    ['process', process],
  ] as const)
    if (wanted !== undefined && stands[what] !== wanted)
      found.push({ what: `${name}: ${what} of the approval`, expected: wanted, found: stands[what] });
  return found;
}

async function history(play: Play, name: string, expected: Readonly<Record<string, ScenarioChangeJson>>): Promise<readonly Mismatch[]> {
  const record = play.record(name);
  const changes = await play.sandbox.changes(record);
  const valueOf = (field: string, value: unknown): unknown => play.values(record.object, { [field]: value })[field];
  return entriesOf(expected).flatMap(([, { field, from, to, by }]): readonly Mismatch[] => {
    const own = changes.filter((change) => change.field === field);
    const meant = own.some(
      (change) =>
        (from === undefined || isLike(valueOf(field, from), change.old)) &&
        (to === undefined || isLike(valueOf(field, to), change.new)) &&
        (by === undefined || change.by === play.person(by)),
    );
    const wanted: Values = {
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(by === undefined ? {} : { by }),
    };
    const found = own.map((change) => ({ from: change.old, to: change.new, by: play.nameOf(change.by) }));
    return meant ? [] : [{ what: `history of ${name}.${field}`, expected: wanted, found }];
  });
}

export async function expectRecord(play: Play, name: string, expected: ScenarioRecordExpectationJson): Promise<readonly Mismatch[]> {
  const record = play.record(name);
  const { holds: rule, deleted } = expected;
  const found: Mismatch[] = [];
  if (deleted !== undefined && (await play.sandbox.isDeleted(record)) !== deleted)
    found.push({ what: name, expected: deleted ? 'it is in the bin' : 'it is not in the bin', found: deleted ? 'it is not' : 'it is' });
  found.push(...(await values(play, name, expected)));
  if (rule !== undefined && !(await holds(play, record, rule)))
    found.push({ what: name, expected: { holds: rule }, found: 'it does not hold' });
  found.push(...(await sight(play, name, expected)));
  if (expected.approval !== undefined) found.push(...(await approval(play, name, expected.approval)));
  if (expected.history !== undefined) found.push(...(await history(play, name, expected.history)));
  return found;
}

// The order in which a set of records is written: a visible list.
import { isUuid } from '@tessera/kernel';
import type { ObjectModel } from '@tessera/metadata';
import { mayFailApart, writeApart } from './apart.ts';
import { noFacts } from './rules/facts.ts';
import type { WriteSession } from './session.ts';
import { beforeSave } from './steps/before-save.ts';
import { begin } from './steps/begin.ts';
import { checkLookups } from './steps/check-lookups.ts';
import { coerce } from './steps/coerce.ts';
import { defaults } from './steps/defaults.ts';
import { duplicates } from './steps/duplicates.ts';
import { checkFiles, claimFiles } from './steps/files.ts';
import { hide } from './steps/hide.ts';
import { hold } from './steps/hold.ts';
import { joinTeam } from './steps/join-team.ts';
import { keepLocked } from './steps/keep-locked.ts';
import { keepWithMaster, withMastersOf } from './steps/keep-with-master.ts';
import { lock } from './steps/lock.ts';
import { askVoidRules, markCounting, markVoid } from './steps/mark.ts';
import { matchKeys } from './steps/match-keys.ts';
import { notePeople } from './steps/note-people.ts';
import { number } from './steps/number.ts';
import { permit } from './steps/permit.ts';
import { permitValues } from './steps/permit-values.ts';
import { refuse } from './steps/refuse.ts';
import { rollUps } from './steps/roll-ups.ts';
import { searchValue } from './steps/search-value.ts';
import { see } from './steps/see.ts';
import { stageHistory } from './steps/stage-history.ts';
import { beginStages, stages } from './steps/stages.ts';
import { tell } from './steps/tell.ts';
import { validate, validateMarked } from './steps/validate.ts';
import { write } from './steps/write.ts';
import { writeInSight } from './steps/write-in-sight.ts';
import { withProblem, type Step, type WriteItem, type WriteSet } from './write-set.ts';

/** What is checked and worked out. */
const preparing: readonly Step[] = [
  permit,
  lock,
  see,
  coerce,
  // Before anything is worked out from what lookups lead to: that would tell of records which the person does not see.
  checkLookups,
  defaults,
  beginStages,
  permitValues,
  keepLocked,
  keepWithMaster,
  // Over whole records, with what defaults give, and past the person's rights; what it sets is checked with the rest.
  withMastersOf(beforeSave),
  validate,
  stages,
  checkFiles,
  // Of records of which nothing else is wrong, with all their values.
  duplicates,
  hide,
  refuse,
  // What can be written as it is, and is not before somebody has agreed.
  hold,
  refuse,
  number,
  searchValue,
  matchKeys,
];

/** What is written, and what follows it. */
const writing: readonly Step[] = [writeInSight, hide, refuse, claimFiles, joinTeam, rollUps, stageHistory, notePeople, tell, begin];

/** What makes records void: no rule of saves stops it. */
const voiding: readonly Step[] = [
  permit,
  lock,
  see,
  markVoid,
  keepLocked,
  keepWithMaster,
  withMastersOf(beforeSave),
  validateMarked,
  askVoidRules,
  hide,
  refuse,
  hold,
  refuse,
  searchValue,
  matchKeys,
];

/** What lets them count again: as what comes back from the bin, they are no duplicates of others. */
const counting: readonly Step[] = [
  permit,
  lock,
  see,
  markCounting,
  keepLocked,
  keepWithMaster,
  withMastersOf(beforeSave),
  validateMarked,
  duplicates,
  hide,
  refuse,
  searchValue,
  matchKeys,
];

/** What clears a lookup whose target goes: nobody is asked, so no rule of another record stops a delete. */
const releaseSteps: readonly Step[] = [lock, keepLocked, coerce, matchKeys, write, refuse, rollUps, notePeople];

/** What has lookups lead elsewhere, past rights and rules: what waits for an approval, or belongs to what does, is not moved. */
const moveSteps: readonly Step[] = [lock, keepLocked, coerce, keepWithMaster, matchKeys, write, refuse, rollUps, notePeople];

/** What clears a lookup of a record that comes back: no roll-up has counted it yet, so none takes it away. */
const uncountedReleaseSteps: readonly Step[] = [lock, coerce, matchKeys, write, refuse];

async function run(set: WriteSet, list: readonly Step[]): Promise<WriteSet> {
  let result = set;
  for (const step of list) {
    const next = step(result);
    result = 'items' in next ? next : await next;
  }
  return result;
}

/** Runs a set through all steps. Formulas are worked out where they are read; commit checks come at the end of the transaction. */
export async function runPipeline(set: WriteSet): Promise<WriteSet> {
  const prepared = await run(set, set.mark === undefined ? preparing : set.mark === 'void' ? voiding : counting);
  return mayFailApart(prepared) ? writeApart(prepared, (some) => run(some, writing)) : run(prepared, writing);
}

/** Begins what the records of a set wait for, now that all of them is written. */
export const runBegin = (set: WriteSet): Promise<WriteSet> => run({ ...set, unfinished: false }, [begin]);

export const runRelease = (set: WriteSet): Promise<WriteSet> => run(set, releaseSteps);

export const runMove = (set: WriteSet): Promise<WriteSet> => run(set, moveSteps);

export const runUncountedRelease = (set: WriteSet): Promise<WriteSet> => run(set, uncountedReleaseSteps);

export interface NewRecord {
  readonly pointer: string;
  /** Given by the caller's own bookkeeping (imports, restores of backups); else a new one is made. */
  readonly id?: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface ChangedRecord {
  readonly pointer: string;
  readonly id: string;
  readonly expected?: number | undefined;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface SetOptions {
  readonly allOrNone: boolean;
  readonly internal?: boolean;
  /** More of the records is to be written (`runBegin` then begins what they wait for). */
  readonly unfinished?: boolean;
}

export function createSet(
  session: WriteSession,
  object: ObjectModel,
  records: readonly NewRecord[],
  { allOrNone, internal = false, unfinished = false }: SetOptions,
): WriteSet {
  const items = records.map(({ pointer, id, input }, index): WriteItem => ({
    index,
    pointer,
    id: id ?? session.context.newId(),
    input,
    expected: undefined,
    old: undefined,
    values: {},
    facts: noFacts,
    problems: [],
    written: undefined,
  }));
  const set: WriteSet = { kind: 'create', session, object, items, allOrNone, internal, unfinished };
  if (object.kept !== true || internal) return set;
  return { ...set, items: items.map((item) => withProblem(item, 'OBJECT_KEPT', { object: object.name })) };
}

export function updateSet(
  session: WriteSession,
  object: ObjectModel,
  records: readonly ChangedRecord[],
  { allOrNone, internal = false }: SetOptions,
): WriteSet {
  const items = records.map(({ pointer, id, expected, input }, index): WriteItem => {
    const item: WriteItem = {
      index,
      pointer,
      id: id.toLowerCase(),
      input,
      expected,
      old: undefined,
      values: {},
      facts: noFacts,
      problems: [],
      written: undefined,
    };
    return isUuid(id) ? item : withProblem(item, 'RECORD_NOT_FOUND', { object: object.name, id });
  });
  const set: WriteSet = { kind: 'update', session, object, items, allOrNone, internal };
  const refused = internal ? undefined : object.appendOnly ? 'OBJECT_APPEND_ONLY' : object.kept === true ? 'OBJECT_KEPT' : undefined;
  if (refused === undefined) return set;
  return { ...set, items: items.map((item) => withProblem(item, refused, { object: object.name })) };
}

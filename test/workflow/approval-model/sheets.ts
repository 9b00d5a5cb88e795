// Voting sheets of the reference model: who sits at a step, what each has said, and what that comes to, counted anew every time.
import type { AskSpec, World } from '../approval-scene.ts';

export interface Seat {
  person: string;
  assignee: string;
  /** Asked on purpose: not passed over for having approved before. */
  readonly chosen: boolean;
  fired: number;
  said: 'yes' | 'no' | undefined;
  /** Who said so; undefined where it came by itself. */
  by: string | undefined;
  /** Whether it counts as the person's own approval. */
  own: boolean;
}

export interface Row {
  readonly name: string;
  /** One of them is enough, since they sit here instead of nobody. */
  readonly any: boolean;
  /** Each chair has one vote, which those who share it give one after another. */
  chairs: Seat[][];
}

export interface Sheet {
  rows: Row[];
  readonly before: readonly string[];
  /** An administrator let it pass. */
  waived: boolean;
}

const SUBMITTER = 'sam';

/** Who has it to do for somebody. */
export function standIn(person: string, spec: AskSpec, { standIns = {} }: World): string {
  const chain = [person];
  for (let next = standIns[person]; next !== undefined; next = standIns[next]) {
    if (chain.includes(next)) return person;
    chain.push(next);
  }
  const end = chain.at(-1) ?? person;
  return end === SUBMITTER && (spec.sameAsSubmitter ?? 'skip') !== 'keep' ? person : end;
}

export const seat = (person: string, spec: AskSpec, world: World, more: { chosen?: boolean; fired?: number } = {}): Seat => ({
  person,
  assignee: standIn(person, spec, world),
  chosen: more.chosen ?? false,
  fired: more.fired ?? 0,
  said: undefined,
  by: undefined,
  own: false,
});

/** What is back with whoever handed it in may always be withdrawn. */
export const mayRecall = ({ recall }: World, status: string, decided: boolean): boolean =>
  status === 'returned' || (recall !== 'never' && !(recall === 'untouched' && decided));

export const adminsOf = ({ administrators = ['root'] }: World): readonly string[] => administrators;

/** Who sits in the place of nobody; undefined: it must not go on. */
export function instead(spec: AskSpec, world: World): readonly string[] | undefined {
  const what = spec.nobody?.do ?? 'administrator';
  if (what === 'pass') return [];
  if (what === 'refuse') return undefined;
  const fit = (some: readonly string[]): readonly string[] =>
    some.filter((person) => person !== SUBMITTER || spec.sameAsSubmitter === 'keep');
  const named = what === 'ask' ? fit(world.instead ?? []) : [];
  const all = named.length > 0 ? named : adminsOf(world);
  const free = fit(all);
  const people = free.length > 0 ? free : all;
  return people.length > 0 ? people : undefined;
}

const needOf = (spec: AskSpec, row: Row): unknown => {
  const entry = spec.entries[row.name];
  return row.any || entry === undefined || !('need' in entry) ? 'any' : entry.need;
};
export const inSequence = (spec: AskSpec, row: Row): boolean => needOf(spec, row) === 'sequence';
const everyone = (need: unknown): boolean => need === 'all' || need === 'sequence';

/** A sheet for a step; `pass`: nobody sits there; `refuse`: nobody does, and somebody must. */
export function openSheet(spec: AskSpec, before: readonly string[], world: World): Sheet | 'pass' | 'refuse' {
  const manager = world.managers?.[SUBMITTER];
  const same = spec.sameAsSubmitter ?? 'skip';
  const found = Object.entries(spec.entries).map(([name, entry]) => {
    const people = [...new Set('people' in entry ? entry.people : entry)];
    const without = people.filter((person) => same === 'keep' || person !== SUBMITTER);
    const left = without.length < people.length;
    const boss = left && same === 'manager' && manager !== undefined && manager !== SUBMITTER && !people.includes(manager);
    return {
      name,
      people: boss ? people.map((person) => (person === SUBMITTER ? manager : person)) : without,
      excused: left && same === 'skip',
    };
  });
  const empty = found.filter(({ people, excused }) => people.length === 0 && !excused);
  const counts = everyone(spec.need ?? 'all') || found.every(({ people }) => people.length === 0);
  const others = empty.length > 0 && counts ? instead(spec, world) : [];
  if (others === undefined) return 'refuse';
  const rows = found.map(({ name, people, excused }): Row => {
    const any = people.length === 0 && !excused;
    return { name, any, chairs: (any ? others : people).map((person) => [seat(person, spec, world)]) };
  });
  const taken = rows.filter(({ chairs }) => chairs.length > 0);
  return taken.length === 0 ? 'pass' : { rows: taken, before, waived: false };
}

type Result = 'yes' | 'no' | undefined;

const chairResult = (chair: readonly Seat[]): Result =>
  chair.some(({ said }) => said === 'no') ? 'no' : chair.every(({ said }) => said === 'yes') ? 'yes' : undefined;

/** So many parts, so many for and so many against. */
function counted(need: unknown, results: readonly Result[]): Result {
  const yes = results.filter((each) => each === 'yes').length;
  const no = results.filter((each) => each === 'no').length;
  const size = results.length;
  if (everyone(need)) return yes + no < size ? undefined : yes > 0 ? 'yes' : 'no';
  const wanted = need as 'any' | { readonly of: number } | { readonly share: number };
  let enough = 1;
  if (wanted !== 'any' && 'of' in wanted) enough = wanted.of > size ? size : wanted.of;
  if (wanted !== 'any' && 'share' in wanted) while (enough < wanted.share * size - 1e-9) enough += 1;
  return yes >= enough ? 'yes' : size - no < enough ? 'no' : undefined;
}

export const rowResult = (spec: AskSpec, row: Row): Result => counted(needOf(spec, row), row.chairs.map(chairResult));

export function sheetResult(spec: AskSpec, { rows, waived }: Sheet): Result {
  if (waived) return 'yes';
  const chairs = rows.flatMap((row) => row.chairs.map(chairResult));
  const no = chairs.filter((each) => each === 'no').length;
  const limit = { one: 1, all: chairs.length, majority: Math.floor(chairs.length / 2) + 1 }[spec.reject ?? 'one'];
  if (no >= limit) return 'no';
  return counted(
    spec.need ?? 'all',
    rows.map((row) => rowResult(spec, row)),
  );
}

/** Whose turn it is. */
export function turnsOn(spec: AskSpec, sheet: Sheet): readonly { readonly row: Row; readonly chair: Seat[]; readonly seat: Seat }[] {
  if (sheetResult(spec, sheet) !== undefined) return [];
  const rows = sheet.rows.filter((row) => rowResult(spec, row) === undefined);
  return rows.slice(0, spec.need === 'sequence' ? 1 : rows.length).flatMap((row) => {
    const chairs = row.chairs.filter((chair) => chairResult(chair) === undefined);
    return chairs.slice(0, inSequence(spec, row) ? 1 : chairs.length).flatMap((chair) => {
      const next = chair.find(({ said }) => said === undefined);
      return next === undefined ? [] : [{ row, chair, seat: next }];
    });
  });
}

/** Gives the votes of those who approved the step before. */
export function repeatVotes(spec: AskSpec, sheet: Sheet): void {
  if (spec.repeated === 'keep' || (spec.editable ?? []).length > 0) return;
  for (;;) {
    const turn = turnsOn(spec, sheet).find(({ seat: each }) => !each.chosen && sheet.before.includes(each.person));
    if (turn === undefined) return;
    Object.assign(turn.seat, { said: 'yes', own: true });
  }
}

export const approvers = ({ rows }: Sheet): readonly string[] => [
  ...new Set(rows.flatMap(({ chairs }) => chairs.flat().flatMap(({ said, own, person }) => (said === 'yes' && own ? [person] : [])))),
];

/** Whether somebody may sit down in a row beside those who do. */
export const mayJoin = (spec: AskSpec, row: Row, person: string): boolean =>
  (person !== SUBMITTER || spec.sameAsSubmitter === 'keep') &&
  !row.chairs.flat().some((each) => each.person === person || each.assignee === person);

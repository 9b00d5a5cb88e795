// Who is asked when an approval step opens: entries, those instead of nobody, the submitter's own place, stand-ins.
import type { ApprovalDefinition } from './definition.ts';
import { asking, type Asking } from './facts.ts';
import { approvalStanding, askedTurns } from './need.ts';
import type { Run } from './run.ts';
import type { Entry, OpenApproval, Ticket, Turn, Via } from './state.ts';

/** The stand-in at the end of the chain; the person where it is a circle, or would make the submitter decide. */
export function* assigneeOf(run: Run, definition: ApprovalDefinition, person: string): Asking<string> {
  if (!run.definition.standIns) return person;
  const seen = new Set([person]);
  let current = person;
  for (let next = yield* asking('standIn', current); next !== null; next = yield* asking('standIn', current)) {
    if (seen.has(next)) return person;
    seen.add(next);
    current = next;
  }
  return current === run.submitter && definition.sameAsSubmitter !== 'keep' ? person : current;
}

export interface Asked {
  readonly person: string;
  readonly via: Via;
  readonly from?: string;
  readonly fired?: number;
}

export function* newTurn(run: Run, definition: ApprovalDefinition, { person, via, from, fired = 0 }: Asked): Asking<Turn> {
  const assignee = yield* assigneeOf(run, definition, person);
  return { key: run.turnKey(), person, assignee, via, from: from ?? null, since: run.version, fired, vote: null };
}

function* ticketsOf(run: Run, definition: ApprovalDefinition, people: readonly Asked[]): Asking<readonly Ticket[]> {
  const tickets: Ticket[] = [];
  for (const asked of people) tickets.push({ turns: [yield* newTurn(run, definition, asked)] });
  return tickets;
}

/** Whether who approved the step before counts as having approved this one. */
const passesRepeated = ({ repeated, editable }: ApprovalDefinition): boolean => repeated !== 'keep' && editable.length === 0;

/** Whoever chose himself has chosen nobody where he would pass the step by that. */
function chosenFor({ chosen, choseThemselves }: Run, definition: ApprovalDefinition): Run['chosen'] {
  if (choseThemselves === undefined || !passesRepeated(definition)) return chosen;
  return Object.fromEntries(
    Object.entries(chosen).map(([step, people]) => [step, people.filter((person) => choseThemselves[step]?.includes(person) !== true)]),
  );
}

/** Those behind an entry, each once; and whether the submitter alone was left out. */
function* behind(
  run: Run,
  definition: ApprovalDefinition,
  entry: string,
): Asking<{ readonly people: readonly Asked[]; readonly skipped: boolean }> {
  const found = [...new Set(yield* asking('people', definition.path, entry, chosenFor(run, definition)))];
  const own = definition.sameAsSubmitter !== 'keep' && found.includes(run.submitter);
  const others = found.filter((person) => !own || person !== run.submitter).map((person): Asked => ({ person, via: 'entry' }));
  if (!own) return { people: others, skipped: false };
  if (definition.sameAsSubmitter === 'skip') return { people: others, skipped: true };
  const manager = yield* asking('managerOf', run.submitter);
  if (manager === null || manager === run.submitter || found.includes(manager)) return { people: others, skipped: false };
  const at = found.indexOf(run.submitter);
  return { people: others.toSpliced(at, 0, { person: manager, via: 'manager' }), skipped: false };
}

/** Who is asked in the place of nobody: none where it may pass; undefined: it is refused. */
export function* insteadOf(run: Run, definition: ApprovalDefinition): Asking<readonly Asked[] | undefined> {
  const { nobody, path, sameAsSubmitter } = definition;
  if (nobody.do === 'pass') return [];
  if (nobody.do === 'refuse') return undefined;
  const fit = (people: readonly string[]): readonly string[] =>
    [...new Set(people)].filter((person) => sameAsSubmitter === 'keep' || person !== run.submitter);
  const named = nobody.do === 'ask' ? fit(yield* asking('instead', path)) : [];
  const via: Via = named.length > 0 ? 'instead' : 'administrator';
  const found = named.length > 0 ? named : [...new Set(yield* asking('administrators'))];
  const others = fit(found);
  const people = (others.length > 0 ? others : found).map((person): Asked => ({ person, via }));
  return people.length === 0 ? undefined : people;
}

export type Opened =
  | { readonly kind: 'open'; readonly step: OpenApproval }
  | { readonly kind: 'passed' }
  /** Nobody is there, and it is not to go on without. */
  | { readonly kind: 'refused' };

/** Opens an approval step. `before`: who approved the step before. */
export function* openApproval(run: Run, definition: ApprovalDefinition, before: readonly string[]): Asking<Opened> {
  const found: { readonly name: string; readonly people: readonly Asked[]; readonly skipped: boolean }[] = [];
  for (const { name } of definition.approvers) found.push({ name, ...(yield* behind(run, definition, name)) });
  const { need, path } = definition;
  const vacant = found.some(({ people, skipped }) => people.length === 0 && !skipped);
  // Where a number of entries is enough, those with nobody are left out as long as there are others.
  const matters = vacant && (need === 'all' || need === 'sequence' || found.every(({ people }) => people.length === 0));
  const instead = matters ? yield* insteadOf(run, definition) : [];
  if (instead === undefined) return { kind: 'refused' };
  const entries: Entry[] = [];
  for (const { name, people, skipped } of found) {
    const isVacant = people.length === 0 && !skipped;
    const asked = isVacant ? instead : people;
    if (asked.length > 0) entries.push({ name, instead: isVacant, tickets: yield* ticketsOf(run, definition, asked) });
  }
  if (entries.length === 0) {
    run.passed(path, vacant ? 'nobody' : 'submitter');
    return { kind: 'passed' };
  }
  return { kind: 'open', step: { kind: 'approval', path, visit: run.visit(), entries, before } };
}

/** A step with the turns of these keys changed. */
export function withTurns(step: OpenApproval, keys: readonly string[], change: (turn: Turn) => Turn): OpenApproval {
  const entries = step.entries.map((entry) => ({
    ...entry,
    tickets: entry.tickets.map(({ turns }) => ({ turns: turns.map((turn) => (keys.includes(turn.key) ? change(turn) : turn)) })),
  }));
  return { ...step, entries };
}

/** Who handed on, or was added on purpose, is not passed over. */
const passedOver: ReadonlySet<Via> = new Set<Via>(['entry', 'manager', 'administrator', 'instead']);

/** Gives the votes of those who approved the step before, as their turns come. */
export function withRepeated(step: OpenApproval, definition: ApprovalDefinition): OpenApproval {
  if (!passesRepeated(definition) || step.before.length === 0) return step;
  let settled = step;
  while (approvalStanding(settled, definition) === 'open') {
    const again = askedTurns(settled, definition).find(({ turn }) => passedOver.has(turn.via) && step.before.includes(turn.person));
    if (again === undefined) break;
    const { key, person } = again.turn;
    settled = withTurns(settled, [key], (turn) => ({
      ...turn,
      vote: { decision: 'approve', by: person, auto: 'repeated', at: turn.since },
    }));
  }
  return settled;
}

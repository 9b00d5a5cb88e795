// A running approval in a small world: processes in a few words, people by first names, and what became of each action.
import type { NeedModel } from '@tessera/metadata';
import {
  advance,
  begin,
  isPending,
  tasks,
  type Action,
  type Advanced,
  type ApprovalState,
  type Definition,
  type Effect,
  type Facts,
  type Refused,
} from '../../packages/workflow/src/approvals/machine/index.ts';
import type { ApprovalDefinition, StepDefinition, WayDefinition } from '../../packages/workflow/src/approvals/machine/definition.ts';

export type EntrySpec = readonly string[] | { readonly need: NeedModel; readonly people: readonly string[] };

export interface AskSpec extends Partial<Omit<ApprovalDefinition, 'type' | 'path' | 'approvers' | 'when'>> {
  readonly entries: Readonly<Record<string, EntrySpec>>;
  /** The path of the step that a rejection leads to, or `submitter`. */
  readonly back?: string;
  readonly then?: 'rerun' | 'return';
  readonly holds?: boolean;
}

type Ways = Readonly<Record<string, Steps>>;
export type StepSpec =
  | AskSpec
  | { readonly cases: Ways; readonly otherwise?: Steps; readonly holds?: boolean }
  | { readonly branches: Ways; readonly join?: 'all' | 'any'; readonly holds?: boolean }
  | { readonly automation: 'wait' | 'go'; readonly holds?: boolean }
  | { readonly notify: true; readonly holds?: boolean };
/** Steps in their order. `holds` of a way: in `World.holds`, by its path. */
export type Steps = Readonly<Record<string, StepSpec>>;

export interface World {
  readonly holds?: Readonly<Record<string, boolean>>;
  readonly managers?: Readonly<Record<string, string>>;
  readonly standIns?: Readonly<Record<string, string>>;
  readonly administrators?: readonly string[];
  readonly instead?: readonly string[];
  readonly transferTo?: readonly string[];
  readonly recall?: Definition['recall'];
  readonly takeBack?: boolean;
}

const behind = (spec: EntrySpec): readonly string[] => ('people' in spec ? spec.people : spec);
const conditional = (holds: boolean | undefined): unknown => (holds === undefined ? undefined : { holds });

function approval(path: string, spec: AskSpec): ApprovalDefinition {
  const { entries, back, then = 'rerun', holds, ...rest } = spec;
  const named = back === 'submitter' ? ({ kind: 'submitter' } as const) : ({ kind: 'step', path: back ?? '' } as const);
  const to = back === undefined ? ({ kind: 'end' } as const) : named;
  return {
    type: 'approval',
    path,
    when: conditional(holds),
    approvers: Object.entries(entries).map(([name, entry]) => ({ name, need: 'people' in entry ? entry.need : 'any' })),
    need: 'all',
    reject: 'one',
    onReject: { to, then },
    nobody: { do: 'administrator' },
    sameAsSubmitter: 'skip',
    repeated: 'skip',
    left: 'administrator',
    editable: [],
    timeouts: [],
    allow: ['return', 'transfer', 'addSigner'],
    ...rest,
  };
}

const ways = (path: string, map: Ways, when: unknown): readonly WayDefinition[] =>
  Object.entries(map).map(([name, steps]) => ({ name, path: `${path}/${name}`, when, steps: definitions(steps, `${path}/${name}/`) }));

function definition(path: string, spec: StepSpec): StepDefinition {
  const when = conditional(spec.holds);
  if ('entries' in spec) return approval(path, spec);
  if ('cases' in spec)
    return {
      type: 'branch',
      path,
      when,
      cases: ways(path, spec.cases, {}),
      otherwise: definitions(spec.otherwise ?? {}, `${path}/otherwise/`),
    };
  if ('branches' in spec) return { type: 'parallel', path, when, join: spec.join ?? 'all', branches: ways(path, spec.branches, {}) };
  return 'notify' in spec ? { type: 'notify', path, when } : { type: 'automation', path, when, wait: spec.automation === 'wait' };
}

export const definitions = (steps: Steps, prefix = ''): readonly StepDefinition[] =>
  Object.entries(steps).map(([name, spec]) => definition(`${prefix}${name}`, spec));

/** Every step of a process by its path. */
export function specs(steps: Steps, prefix = ''): readonly (readonly [string, StepSpec])[] {
  return Object.entries(steps).flatMap(([name, spec]) => {
    const path = `${prefix}${name}`;
    const inner = 'cases' in spec ? { ...spec.cases, otherwise: spec.otherwise ?? {} } : 'branches' in spec ? spec.branches : {};
    return [[path, spec] as const, ...Object.entries(inner).flatMap(([way, within]) => specs(within, `${path}/${way}/`))];
  });
}

/** The facts of a world. Cases and branches hold unless the world says otherwise. */
export function factsOf(steps: Steps, world: World): Facts {
  const byPath = new Map(specs(steps));
  const asks = (path: string): AskSpec | undefined => {
    const spec = byPath.get(path);
    return spec !== undefined && 'entries' in spec ? spec : undefined;
  };
  return {
    holds: (path) => world.holds?.[path] ?? byPath.get(path)?.holds ?? true,
    people: (path, entry, chosen) => chosen[entry] ?? behind(asks(path)?.entries[entry] ?? []),
    instead: () => world.instead ?? [],
    transferTo: () => world.transferTo ?? [],
    managerOf: (person) => world.managers?.[person] ?? null,
    standIn: (person) => world.standIns?.[person] ?? null,
    administrators: () => world.administrators ?? ['root'],
  };
}

type Order = Action extends infer A ? (A extends Action ? Omit<A, 'turn'> & { readonly turn?: string } : never) : never;

/** `sam` submits. */
export class Scene {
  readonly definition: Definition;
  readonly facts: Facts;
  readonly first: Advanced | Refused;
  effects: readonly Effect[];
  #state: ApprovalState | undefined;

  constructor(steps: Steps, world: World = {}, chosen: readonly string[] = []) {
    this.definition = { steps: definitions(steps), recall: world.recall ?? 'any', takeBack: world.takeBack ?? true, standIns: true };
    this.facts = factsOf(steps, world);
    this.first = begin(this.definition, { submitter: 'sam', chosen }, this.facts);
    this.#state = this.first.ok ? this.first.state : undefined;
    this.effects = this.first.ok ? this.first.effects : [];
  }

  get state(): ApprovalState {
    if (this.#state === undefined) throw new TypeError('The approval has not begun.');
    return this.#state;
  }

  get status(): string {
    return this.state.status;
  }

  get pending(): boolean {
    return isPending(this.state);
  }

  /** Who has something to do: `step: person`, or `step: stand-in for person`. */
  get asked(): readonly string[] {
    return tasks(this.definition, this.state).map(({ path, person, assignee }) =>
      assignee === person ? `${path}: ${person}` : `${path}: ${assignee} for ${person}`,
    );
  }

  /** The turn of somebody, on a step where there are several. */
  turnOf(by: string, path?: string): string {
    const all = tasks(this.definition, this.state).filter((task) => task.assignee === by || task.person === by);
    const found = all.find((task) => path === undefined || task.path === path);
    return found?.turn ?? 'none';
  }

  /** Does something; its own turn is found for whoever acts. Gives the reason where it is refused. */
  act(action: Order, path?: string): string {
    const whole = 'by' in action && action.turn === undefined ? { ...action, turn: this.turnOf(action.by, path) } : action;
    // The turn, which only some actions have, harms none of the others.
    const next = advance(this.definition, this.state, whole as Action, this.facts);
    if (!next.ok) return next.reason;
    // States are kept as JSON.
    this.#state = JSON.parse(JSON.stringify(next.state)) as ApprovalState;
    this.effects = next.effects;
    return 'done';
  }

  approve(...people: readonly string[]): string {
    return people.map((by) => this.act({ type: 'approve', by })).join(' ');
  }

  reject(by: string): string {
    return this.act({ type: 'reject', by });
  }
}

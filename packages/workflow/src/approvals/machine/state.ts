// What is known of a running approval: JSON, so that it can be kept in a row.
//
// The tree follows the process: a block stands at one of its steps, a branch has one block open, a parallel step one for each branch.

/** Why a vote counts though nobody gave it just then. */
export type Auto = 'repeated' | 'timeout' | 'administrator';

export interface Vote {
  readonly decision: 'approve' | 'reject';
  /** Who decided: the person, or who stands in. */
  readonly by: string;
  readonly auto: Auto | null;
  /** The version of the approval that it was given on: equal for votes that were given at once. */
  readonly at: number;
}

/** How somebody came to be asked. */
export type Via = 'entry' | 'manager' | 'administrator' | 'instead' | 'transfer' | 'escalation' | 'signer' | 'reassigned';

/** One who is asked, under a key that no other ever has in the approval. */
export interface Turn {
  readonly key: string;
  /** In whose name it is decided. */
  readonly person: string;
  /** Who has it to do: the person, or who stands in. */
  readonly assignee: string;
  readonly via: Via;
  /** Who handed it on, added or reassigned it. */
  readonly from: string | null;
  /** The version of the approval in which it came about. */
  readonly since: number;
  /** Time-outs that have been used up. */
  readonly fired: number;
  readonly vote: Vote | null;
}

/** One vote of an entry: the turns that make it up come one after another, and all must approve. */
export interface Ticket {
  readonly turns: readonly Turn[];
}

export interface Entry {
  readonly name: string;
  /** Somebody is asked in the place of nobody: any of them will do. */
  readonly instead: boolean;
  readonly tickets: readonly Ticket[];
}

export interface OpenApproval {
  readonly kind: 'approval';
  readonly path: string;
  /** Counts the steps that were opened: none comes twice. */
  readonly visit: number;
  readonly entries: readonly Entry[];
  /** Who approved the step before. */
  readonly before: readonly string[];
}

export interface OpenBranch {
  readonly kind: 'branch';
  readonly path: string;
  /** The case that was taken. */
  readonly way: string;
  readonly block: OpenBlock;
}

export interface OpenWay {
  readonly name: string;
  readonly state: 'open' | 'through' | 'lost';
  /** There while it is open. */
  readonly block: OpenBlock | null;
  /** Who approved its last step, where it is through. */
  readonly last: readonly string[];
  /** Of one that is through: what can be taken back. */
  readonly undo: Undo | null;
}

export interface OpenParallel {
  readonly kind: 'parallel';
  readonly path: string;
  readonly ways: readonly OpenWay[];
}

/** Waits for the end of an automation. */
export interface OpenAutomation {
  readonly kind: 'automation';
  readonly path: string;
  readonly visit: number;
  readonly failed: boolean;
  /** Who approved the step before. */
  readonly before: readonly string[];
}

export type OpenStep = OpenApproval | OpenBranch | OpenParallel | OpenAutomation;

/** The votes that closed a step: on these turns. */
export interface Closing {
  readonly path: string;
  readonly turns: readonly string[];
  readonly vote: Vote;
}

/** A block before the vote that made it go on, as long as nobody has touched what came next. */
export interface Undo {
  readonly block: OpenBlock;
  readonly closing: Closing;
}

/** Where to come straight back to: the step as it was left, and which approval in it is asked anew. */
export interface Resume {
  readonly step: OpenStep;
  readonly from: string;
  readonly next: Resume | null;
}

export interface OpenBlock {
  readonly step: OpenStep;
  /** Who approved the step before. */
  readonly last: readonly string[];
  readonly undo: Undo | null;
  readonly resume: Resume | null;
}

export type Outcome = 'approved' | 'rejected' | 'recalled' | 'cancelled';
export type Status = 'running' | 'returned' | Outcome;

export interface ApprovalState {
  readonly status: Status;
  /** Counts the actions. */
  readonly version: number;
  readonly submitter: string;
  /** Steps and turns that there have been. */
  readonly visits: number;
  readonly turns: number;
  /** Whether anybody has decided yet. */
  readonly decided: boolean;
  /** Null once it has ended, or when it begins anew. */
  readonly tree: OpenBlock | null;
  /** With the submitter: the step that comes straight back; null: all begins anew. */
  readonly returnTo: string | null;
  /** Whom somebody chose, by the path of the step; `submitter`: on handing in. */
  readonly chosen: Readonly<Record<string, readonly string[]>>;
  /** Of these the approvers who chose themselves. */
  readonly choseThemselves?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** Whether it is not decided: the record is locked exactly as long. */
export const isPending = ({ status }: Pick<ApprovalState, 'status'>): boolean => status === 'running' || status === 'returned';

/** Somebody who has something to do. */
export interface Task {
  readonly turn: string;
  readonly path: string;
  readonly visit: number;
  readonly entry: string;
  readonly person: string;
  readonly assignee: string;
  readonly via: Via;
  /** Time-outs that have been used up. */
  readonly fired: number;
}

export const openBlocks = (step: OpenStep): readonly OpenBlock[] =>
  step.kind === 'branch' ? [step.block] : step.kind === 'parallel' ? step.ways.flatMap(({ block }) => block ?? []) : [];

/** The approvals and automations that a block waits for. */
export function openSteps(block: OpenBlock): readonly (OpenApproval | OpenAutomation)[] {
  const { step } = block;
  return step.kind === 'approval' || step.kind === 'automation' ? [step] : openBlocks(step).flatMap(openSteps);
}

/** The step with the approval at a path changed, wherever in it that stands. */
export function withApproval(step: OpenStep, path: string, change: (approval: OpenApproval) => OpenApproval): OpenStep {
  if (step.kind === 'approval') return step.path === path ? change(step) : step;
  const inBlock = (block: OpenBlock): OpenBlock => ({ ...block, step: withApproval(block.step, path, change) });
  if (step.kind === 'branch') return { ...step, block: inBlock(step.block) };
  if (step.kind === 'automation') return step;
  return { ...step, ways: step.ways.map((way) => (way.block === null ? way : { ...way, block: inBlock(way.block) })) };
}

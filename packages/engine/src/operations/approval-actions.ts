// What a caller asks of an approval as an action of its machine: the turn that is meant, the step, the people.
import { fail, TesseraError } from '@tessera/kernel';
import type { ApprovalProcessModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { ApprovalRow } from '@tessera/storage';
import {
  approvalProcessOf,
  openApprovalPaths,
  takenBackTurn,
  turnsOf,
  approvalTasks,
  type ActorAction,
  type ApprovalState,
} from '@tessera/workflow';
import type { ActInput, ApprovalActionName } from '../types/approval.ts';

type Acted = Exclude<ApprovalActionName, 'comment' | 'ask' | 'answer'>;

export const stateOf = (row: ApprovalRow): ApprovalState => JSON.parse(row.state) as ApprovalState;

const unclear = (name: string, what: string, known: readonly string[]): TesseraError =>
  fail('REQUEST_INVALID', { reason: `say which ${what} is meant by \`${name}\`: ${known.join(', ')}.` }, { pointer: `/${name}` });

/** Whom an action names. */
function one(to: readonly string[] | undefined): string {
  const [person] = to ?? [];
  if (person === undefined || to?.length !== 1) throw fail('REQUEST_INVALID', { reason: '`to` names one user.' }, { pointer: '/to' });
  return person;
}

/** Nobody's: the machine says why it is refused. */
const none = '';

class Meant {
  readonly #write: WriteSession;
  readonly #row: ApprovalRow;
  readonly #input: ActInput;
  readonly #by: string;

  constructor(write: WriteSession, row: ApprovalRow, input: ActInput, by: string) {
    this.#write = write;
    this.#row = row;
    this.#input = input;
    this.#by = by;
  }

  async #process(): Promise<ApprovalProcessModel> {
    const process = await approvalProcessOf(this.#write, this.#row);
    if (process instanceof TesseraError) throw process;
    return process;
  }

  /** The turn that was named, or the caller's own; those on one step are decided together. */
  async turn(): Promise<string> {
    const { turn } = this.#input;
    if (turn !== undefined) return turn;
    const own = turnsOf(await this.#process(), stateOf(this.#row), this.#by);
    if (new Set(own.map(({ path }) => path)).size > 1)
      throw unclear(
        'turn',
        'of your turns',
        own.map((each) => each.turn),
      );
    return own[0]?.turn ?? none;
  }

  async givenTurn(): Promise<string> {
    return this.#input.turn ?? takenBackTurn(await this.#process(), stateOf(this.#row), this.#by) ?? none;
  }

  /** Somebody else's: the only one that is open. */
  async anyTurn(): Promise<string> {
    const { turn } = this.#input;
    if (turn !== undefined) return turn;
    const open = approvalTasks(await this.#process(), stateOf(this.#row));
    if (open.length > 1)
      throw unclear(
        'turn',
        'turn',
        open.map((each) => each.turn),
      );
    return open[0]?.turn ?? none;
  }

  step(): string {
    const { step } = this.#input;
    if (step !== undefined) return step;
    const open = openApprovalPaths(stateOf(this.#row));
    if (open.length > 1) throw unclear('step', 'step', open);
    return open[0] ?? none;
  }
}

export async function actionOf(write: WriteSession, row: ApprovalRow, input: ActInput, by: string): Promise<ActorAction> {
  const { to, place = 'before', then = 'rerun', chosen, step } = input;
  const type = input.action as Acted;
  const meant = new Meant(write, row, input, by);
  switch (type) {
    case 'approve':
    case 'reject':
      return { type, turn: await meant.turn(), ...(chosen === undefined ? {} : { chosen }) };
    case 'return':
      return { type, turn: await meant.turn(), to: step === undefined ? { kind: 'submitter' } : { kind: 'step', path: step }, then };
    case 'transfer':
      return { type, turn: await meant.turn(), to: one(to) };
    case 'addSigner':
      return { type, turn: await meant.turn(), to: to ?? [], place };
    case 'takeBack':
      return { type, turn: await meant.givenTurn() };
    case 'resubmit':
      return chosen === undefined ? { type } : { type, chosen };
    case 'reassign':
      return { type, turn: await meant.anyTurn(), to: one(to) };
    case 'skip':
    case 'retry':
      return { type, path: row.status === 'failed' ? none : meant.step() };
    case 'recall':
    case 'remind':
    case 'cancel':
      return { type };
  }
}

// Automations that are done at once, within a write or an atomic step: block by block, for all records together.
import { fail, TesseraError, type Problem } from '@tessera/kernel';
import type { AutomationModel, SetStepModel, StepModel } from '@tessera/metadata';
import { asCaller, type WriteSession } from '@tessera/records';
import type { Value } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';
import { isOutage } from '../failure.ts';
import { rereadFrames } from './frame-records.ts';
import { workOut } from './frame-values.ts';
import { within } from './limits.ts';
import { asPlatform } from './sessions.ts';
import type { BlockEnd, Frame, StepResult } from './step-work.ts';
import type { Around } from './frame-work.ts';
import { doStep } from './work.ts';
import { inputsOf } from './writing.ts';

/** Steps after which records are as they were. */
const reading: ReadonlySet<StepModel['type']> = new Set(['find', 'let', 'decide', 'match', 'fail']);

const holders: ReadonlySet<StepModel['type']> = new Set(['branch', 'forEach', 'atomic']);

export interface InlineAround extends Omit<Around, 'block'> {
  /** Whoever writes, and is told what stands against it; undefined in a run, of which administrators read. */
  readonly asker: WriteSession | undefined;
}

/** What a refusal says: of what is done past a person's rights the person hears no more than that. */
function told({ asker, automation }: InlineAround, { message, problems }: TesseraError): string {
  if (automation.runAs === 'system' && asker?.access.policy.administrator === false)
    return 'It goes past your rights. Ask an administrator.';
  return problems.length > 1 ? problems.map((each) => each.message).join(' ') : message;
}

/** What was refused to a step is told with the step that asked for it. */
function refusalOf(error: unknown, step: StepModel, around: InlineAround): unknown {
  if (!(error instanceof TesseraError) || isOutage(error) || error.status >= 500 || error.code.startsWith('AUTOMATION_')) return error;
  return fail('AUTOMATION_FAILED', { automation: around.automation.name, step: step.path, reason: told(around, error) }, {}, error);
}

/** Blocks of steps, one after the other in one transaction. */
export class InlineSteps {
  readonly #around: Around & InlineAround;
  readonly #saving: boolean;
  /** What `set` has given before the save, by the frame's key. */
  readonly set = new Map<string, Record<string, Value>>();
  /** Steps so far after which records may be others. */
  #writes = 0;

  /** @param saving before a record is saved: its fields are set in the frame, nothing is written */
  constructor(around: InlineAround, saving: boolean) {
    this.#around = { ...around, block: this.block };
    this.#saving = saving;
  }

  /** What each frame has come to; those that a step has stopped do no further one. */
  block = async (steps: readonly StepModel[], frames: readonly Frame[]): Promise<readonly BlockEnd[]> => {
    let ends: readonly BlockEnd[] = frames.map((frame) => ({ frame, problem: undefined }));
    let read = this.#writes;
    for (const step of steps) {
      const open = ends.flatMap(({ frame, problem }, i) => (problem === undefined ? [{ frame, i }] : []));
      if (open.length === 0) break;
      const own = open.map(({ frame }) => frame);
      const fresh = read === this.#writes ? own : await rereadFrames(this.#around.platform, own);
      read = this.#writes;
      const done = await this.#step(step, fresh);
      const after = [...ends];
      open.forEach(({ i }, at) => {
        const end = done[at];
        if (end !== undefined) after[i] = end;
      });
      ends = after;
    }
    return ends;
  };

  async #step(step: StepModel, frames: readonly Frame[]): Promise<readonly BlockEnd[]> {
    const { session } = this.#around;
    const when = step.when;
    const chosen = when === undefined ? undefined : await workOut(session, { about: when, rules: [when] }, frames);
    const taken = frames.map((frame, i) => ({ frame, takes: chosen === undefined || chosen[i]?.[0] === true }));
    const own = taken.flatMap(({ frame, takes }) => (takes ? [frame] : []));
    if (own.length === 0) return frames.map((frame) => ({ frame, problem: undefined }));
    session.rules.onStep?.(this.#around.automation.name, step.path);
    let done: readonly BlockEnd[];
    try {
      done = step.type === 'set' && this.#saving ? await this.#setFields(step, own) : await this.#do(step, own);
    } catch (error) {
      throw refusalOf(error, step, this.#around);
    }
    if (!reading.has(step.type) && !holders.has(step.type) && !this.#saving) this.#writes += 1;
    let at = -1;
    return taken.map(({ frame, takes }) => (takes ? (done[(at += 1)] ?? { frame, problem: undefined }) : { frame, problem: undefined }));
  }

  async #do(step: StepModel, frames: readonly Frame[]): Promise<readonly BlockEnd[]> {
    const results = await this.#results(step, frames);
    return frames.map((before, i): BlockEnd => {
      const frame = this.#saving && step.type === 'branch' ? this.#withSet(before) : before;
      const result = results[i];
      if (result?.kind === 'failed') return { frame, problem: result.problem };
      if (result?.kind !== 'done') throw new TypeError(`Nothing can be waited for here: ${step.path}.`);
      return { frame: { ...frame, outcomes: { ...frame.outcomes, [step.path]: result.outcome } }, problem: undefined };
    });
  }

  /** What has more of the same goes on until there is no more. */
  async #results(step: StepModel, frames: readonly Frame[]): Promise<readonly StepResult[]> {
    const results = [...(await doStep(this.#around, step, frames)).results];
    for (;;) {
      const open = results.flatMap((result, i) => (result.kind === 'more' ? [{ i, kept: result.kept }] : []));
      if (open.length === 0) return results;
      const since = this.#around.session.at;
      const own = open.flatMap(({ i }) => frames[i] ?? []);
      const waited = open.map(({ kept }) => ({ since, kept, events: [] }));
      const { results: next } = await doStep(this.#around, step, own, waited);
      open.forEach(({ i }, n) => {
        const result = next[n];
        if (result !== undefined) results[i] = result;
      });
    }
  }

  async #setFields({ values }: SetStepModel, frames: readonly Frame[]): Promise<readonly BlockEnd[]> {
    const { session } = this.#around;
    const found = await workOut(session, { about: values, rules: Object.values(values) }, frames);
    const evaluated = frames.map((frame, i) => ({
      frame,
      values: Object.fromEntries(Object.keys(values).map((name, n) => [name, found[i]?.[n] ?? null])),
    }));
    const inputs = await inputsOf(session, frames[0]?.records[0]?.object ?? '', values, evaluated);
    return frames.map((frame, i): BlockEnd => {
      this.set.set(frame.key, { ...this.set.get(frame.key), ...inputs[i] });
      return { frame: this.#withSet(frame), problem: undefined };
    });
  }

  /** The frame's record with what was set. */
  #withSet(frame: Frame): Frame {
    const [record, ...items] = frame.records;
    const set = this.set.get(frame.key);
    return record === undefined || set === undefined
      ? frame
      : { ...frame, records: [{ ...record, values: { ...record.values, ...set } }, ...items] };
  }
}

/** A record that an automation is done for at once; its key is no other's. */
export interface Subject extends Pick<Frame, 'key'> {
  /** As it is to be, or as it was last where it is deleted. */
  readonly record: Frame['records'][number];
  readonly old: RecordValues | undefined;
}

export type InlineResult =
  /** `values`: what was set before the save, as input of the record. */
  | { readonly kind: 'done'; readonly values: Readonly<Record<string, unknown>> }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] };

/**
 * Does an automation for records that are being saved; gives a result for each, in their order. Throws what stands against a write that
 * it makes itself, and AUTOMATION_LIMIT.
 * @param session of whoever writes; where the automation runs as the system it works with the platform's rights instead
 */
export async function runInline(
  session: WriteSession,
  automation: AutomationModel,
  subjects: readonly Subject[],
): Promise<readonly InlineResult[]> {
  const { trigger, runAs, name, steps } = automation;
  const saving = trigger.type === 'record' && trigger.moment === 'beforeSave';
  const deeper = within(session, name);
  const platform = asPlatform(deeper);
  const inline = new InlineSteps(
    { session: runAs === 'system' ? platform : asCaller(deeper), platform, automation, asker: session },
    saving,
  );
  const frames = subjects.map(({ key, record, old }): Frame => ({
    key,
    runId: undefined,
    records: [record],
    old,
    inputs: {},
    outcomes: {},
    actor: session.slots.user,
    chain: deeper.cause.chain,
  }));
  const ends = await inline.block(steps, frames);
  return ends.map(({ frame, problem }): InlineResult =>
    problem === undefined ? { kind: 'done', values: inline.set.get(frame.key) ?? {} } : { kind: 'failed', problems: [problem] },
  );
}

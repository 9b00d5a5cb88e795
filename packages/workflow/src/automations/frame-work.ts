// What a step works with: its frames, and the rules worked out for them.
import type { AutomationModel, QueryModel, StepModel } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import type { Expression, Value } from '@tessera/rules';
import { rereadFrames } from './frame-records.ts';
import { findRecords, workOut } from './frame-values.ts';
import type { BlockEnd, Frame, FrameRecord, StepDoer, StepResult, StepWork, Waited } from './step-work.ts';

export interface Around {
  readonly session: WriteSession;
  readonly platform: WriteSession;
  readonly automation: AutomationModel;
  readonly block: (steps: readonly StepModel[], frames: readonly Frame[]) => Promise<readonly BlockEnd[]>;
}

type Values = Readonly<Record<string, Value>>;

class FrameWork<S extends StepModel> implements StepWork<S> {
  readonly session: WriteSession;
  readonly platform: WriteSession;
  readonly automation: AutomationModel;
  readonly step: S;
  readonly frames: readonly Frame[];
  readonly waited: readonly (Waited | undefined)[];
  /** Values by name that were worked out, by the frame's key: for the journal. */
  readonly seen: Map<string, Values>;
  readonly #around: Around;

  constructor(
    around: Around,
    step: S,
    frames: readonly Frame[],
    waited: readonly (Waited | undefined)[],
    seen = new Map<string, Values>(),
  ) {
    this.#around = around;
    ({ session: this.session, platform: this.platform, automation: this.automation } = around);
    this.step = step;
    this.frames = frames;
    this.waited = waited;
    this.seen = seen;
  }

  evaluate = async (rule: Expression): Promise<readonly Value[]> =>
    (await workOut(this.session, { about: rule, rules: [rule] }, this.frames)).map(([value = null]) => value);

  evaluateAll = async (rules: Readonly<Record<string, Expression>>): Promise<readonly Values[]> => {
    const names = Object.keys(rules);
    const found = await workOut(this.session, { about: rules, rules: Object.values(rules) }, this.frames);
    return found.map((values, i): Values => {
      const byName = Object.fromEntries(names.map((name, n) => [name, values[n] ?? null]));
      const key = this.frames[i]?.key ?? '';
      this.seen.set(key, { ...this.seen.get(key), ...byName });
      return byName;
    });
  };

  find = (query: QueryModel): Promise<readonly (readonly FrameRecord[])[]> =>
    findRecords(this.session, query, this.frames, { whole: true });

  over = (frames: readonly Frame[]): StepWork<S> =>
    new FrameWork(
      this.#around,
      this.step,
      frames,
      frames.map(() => undefined),
      this.seen,
    );

  reread = (frames: readonly Frame[]): Promise<readonly Frame[]> => rereadFrames(this.session, frames);

  block = (steps: readonly StepModel[], frames: readonly Frame[]): Promise<readonly BlockEnd[]> => this.#around.block(steps, frames);
}

export interface StepDone {
  readonly results: readonly StepResult[];
  /** What went in, for the journal: what the step has said, else the values that it has had worked out. */
  readonly inputs: readonly unknown[];
}

/** Does a step for its frames, by a doer of its type. */
export async function doStepBy<S extends StepModel>(
  doer: StepDoer<S>,
  around: Around,
  step: S,
  frames: readonly Frame[],
  waited: readonly (Waited | undefined)[] = frames.map(() => undefined),
): Promise<StepDone> {
  const work = new FrameWork(around, step, frames, waited);
  const results = await doer(work);
  const inputs = results.map((result, i) => {
    const said = result.kind === 'done' ? result.input : undefined;
    return said === undefined ? work.seen.get(frames[i]?.key ?? '') : said;
  });
  return { results, inputs };
}

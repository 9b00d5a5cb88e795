// What the machine reads of an approval process: its tree of steps. A resolved process is one; conditions and people are asked of the facts.
import type { ApprovalProcessModel, ApprovalStepModel, ApproverModel, NobodyModel, TimeoutModel } from '@tessera/metadata';

interface Placed {
  readonly path: string;
  /** Undefined: always. Whether it holds is asked of the facts. */
  readonly when: unknown;
}

type ApprovalParts = 'type' | 'need' | 'reject' | 'onReject' | 'sameAsSubmitter' | 'repeated' | 'left' | 'editable' | 'allow';

export interface ApprovalDefinition extends Placed, Pick<ApprovalStepModel, ApprovalParts> {
  readonly approvers: readonly Pick<ApproverModel, 'name' | 'need'>[];
  readonly nobody: Pick<NobodyModel, 'do'>;
  readonly timeouts: readonly Pick<TimeoutModel, 'do'>[];
}

export interface WayDefinition extends Placed {
  readonly name: string;
  readonly steps: readonly StepDefinition[];
}

export interface BranchDefinition extends Placed {
  readonly type: 'branch';
  readonly cases: readonly WayDefinition[];
  readonly otherwise: readonly StepDefinition[];
}

export interface ParallelDefinition extends Placed {
  readonly type: 'parallel';
  readonly join: 'all' | 'any';
  readonly branches: readonly WayDefinition[];
}

export interface NotifyDefinition extends Placed {
  readonly type: 'notify';
}

export interface AutomationDefinition extends Placed {
  readonly type: 'automation';
  readonly wait: boolean;
}

export type StepDefinition = ApprovalDefinition | BranchDefinition | ParallelDefinition | NotifyDefinition | AutomationDefinition;

export interface Definition extends Pick<ApprovalProcessModel, 'recall' | 'takeBack' | 'standIns'> {
  readonly steps: readonly StepDefinition[];
}

/** What the steps of `otherwise` are called in paths. */
export const otherwise = 'otherwise';

interface Place {
  readonly step: StepDefinition;
  /** The block that it stands in, and where. */
  readonly block: string;
  readonly at: number;
}

/** The steps of a process by path; blocks by the path of the case or branch around them, the outermost by ''. */
export class Places {
  readonly #blocks = new Map<string, readonly StepDefinition[]>();
  readonly #places = new Map<string, Place>();

  constructor({ steps }: Definition) {
    this.#add('', steps);
  }

  #add(block: string, steps: readonly StepDefinition[]): void {
    this.#blocks.set(block, steps);
    for (const [at, step] of steps.entries()) {
      this.#places.set(step.path, { step, block, at });
      const ways = step.type === 'branch' ? step.cases : step.type === 'parallel' ? step.branches : [];
      for (const way of ways) this.#add(`${step.path}/${way.name}`, way.steps);
      if (step.type === 'branch') this.#add(`${step.path}/${otherwise}`, step.otherwise);
    }
  }

  has(path: string): boolean {
    return this.#places.has(path);
  }

  block(path: string): readonly StepDefinition[] {
    const found = this.#blocks.get(path);
    if (found === undefined) throw new TypeError(`The process has no block ${path}.`);
    return found;
  }

  place(path: string): Place {
    const found = this.#places.get(path);
    if (found === undefined) throw new TypeError(`The process has no step ${path}.`);
    return found;
  }

  approval(path: string): ApprovalDefinition {
    const { step } = this.place(path);
    if (step.type !== 'approval') throw new TypeError(`The step ${path} asks nobody.`);
    return step;
  }

  parallel(path: string): ParallelDefinition {
    const { step } = this.place(path);
    if (step.type !== 'parallel') throw new TypeError(`The step ${path} has no branches.`);
    return step;
  }

  /** Paths of the steps that one may lead back to: those before it in its block and in the blocks around it. */
  earlier(path: string): readonly string[] {
    const { block, at } = this.place(path);
    const own = this.block(block)
      .slice(0, at)
      .map((step) => step.path);
    const around = block === '' ? undefined : block.slice(0, block.lastIndexOf('/'));
    return around === undefined ? own : [...this.earlier(around), ...own];
  }
}

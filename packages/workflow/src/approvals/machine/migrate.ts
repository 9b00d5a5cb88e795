// Moves a running approval to another version of its process: each step that it stands at must have its place there.
import { Places, type Definition } from './definition.ts';
import type { ApprovalState, OpenBlock, OpenStep, OpenWay, Resume } from './state.ts';

/** Paths of the new process by those of the old; what is left out keeps its path. */
export type StepMap = Readonly<Record<string, string>>;

/** `missing`: there is no such step. `kind`: it is of another type. `block`: it stands elsewhere than the rest. `entry`: an entry is gone. */
export interface Misfit {
  readonly path: string;
  readonly reason: 'missing' | 'kind' | 'block' | 'entry';
}

export type Migrated = { readonly ok: true; readonly state: ApprovalState } | { readonly ok: false; readonly misfits: readonly Misfit[] };

class Migration {
  readonly misfits: Misfit[] = [];
  readonly #places: Places;
  readonly #map: StepMap;

  constructor(to: Definition, map: StepMap) {
    this.#places = new Places(to);
    this.#map = map;
  }

  path(path: string): string {
    return Object.hasOwn(this.#map, path) ? (this.#map[path] ?? path) : path;
  }

  #misfit(path: string, reason: Misfit['reason']): void {
    this.misfits.push({ path, reason });
  }

  /** Whether a step has its place in the block, with its kind. */
  #fits({ kind, path }: OpenStep, inBlock: (block: string) => boolean): boolean {
    const there = this.path(path);
    if (!this.#places.has(there)) this.#misfit(path, 'missing');
    else if (this.#places.place(there).step.type !== kind) this.#misfit(path, 'kind');
    else if (!inBlock(this.#places.place(there).block)) this.#misfit(path, 'block');
    else return true;
    return false;
  }

  /** Approvals to which it would come straight back. */
  checkReturn(path: string): void {
    const there = this.path(path);
    if (!this.#places.has(there)) this.#misfit(path, 'missing');
    else if (this.#places.place(there).step.type !== 'approval') this.#misfit(path, 'kind');
  }

  /** A block with all that stands in it moved; what could be taken back no longer can. */
  block({ step, last, resume }: OpenBlock, inBlock: (block: string) => boolean): OpenBlock {
    return { step: this.#step(step, inBlock), last, undo: null, resume: this.#resume(resume, inBlock) };
  }

  #resume(resume: Resume | null, inBlock: (block: string) => boolean): Resume | null {
    if (resume === null) return null;
    this.checkReturn(resume.from);
    return { step: this.#step(resume.step, inBlock), from: this.path(resume.from), next: this.#resume(resume.next, inBlock) };
  }

  /** A block within a step, and the name of the way that it is of there. */
  #within(block: OpenBlock, around: string): { readonly block: OpenBlock; readonly name: string } {
    const moved = this.block(block, (place) => place.startsWith(`${around}/`) && !place.slice(around.length + 1).includes('/'));
    const { path } = moved.step;
    return { block: moved, name: path.slice(around.length + 1).split('/')[0] ?? '' };
  }

  #step(step: OpenStep, inBlock: (block: string) => boolean): OpenStep {
    if (!this.#fits(step, inBlock)) return step;
    const path = this.path(step.path);
    switch (step.kind) {
      case 'automation':
        return { ...step, path };
      case 'approval': {
        const { approvers } = this.#places.approval(path);
        const gone = step.entries.some(({ name, instead }) => !instead && !approvers.some((entry) => entry.name === name));
        if (gone) this.#misfit(step.path, 'entry');
        return { ...step, path };
      }
      case 'branch': {
        const { block, name } = this.#within(step.block, path);
        return { ...step, path, way: name, block };
      }
      case 'parallel': {
        const ways = step.ways.map((way): OpenWay =>
          way.block === null ? { ...way, undo: null } : { ...way, ...this.#within(way.block, path) },
        );
        const open = ways.flatMap(({ block, name }) => (block === null ? [] : [name]));
        if (new Set(open).size < open.length) this.#misfit(step.path, 'block');
        return { ...step, path, ways };
      }
    }
  }
}

/** The approval as one of the other version; or every step that has no place there. */
export function migrate(state: ApprovalState, to: Definition, map: StepMap): Migrated {
  const migration = new Migration(to, map);
  const tree = state.tree === null ? null : migration.block(state.tree, (block) => block === '');
  const { returnTo, chosen, choseThemselves } = state;
  if (returnTo !== null) migration.checkReturn(returnTo);
  const { misfits } = migration;
  if (misfits.length > 0) return { ok: false, misfits };
  const moved = (choices: ApprovalState['chosen']): ApprovalState['chosen'] =>
    Object.fromEntries(Object.entries(choices).map(([path, people]) => [migration.path(path), people]));
  return {
    ok: true,
    state: {
      ...state,
      version: state.version + 1,
      tree,
      returnTo: returnTo === null ? null : migration.path(returnTo),
      chosen: moved(chosen),
      ...(choseThemselves === undefined ? {} : { choseThemselves: moved(choseThemselves) }),
    },
  };
}

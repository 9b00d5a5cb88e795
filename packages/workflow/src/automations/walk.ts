// The way of a run through its steps: pure, from a position and what the run knows to the next.
import { blocksOf, type Around, type Site, type StepTree } from './tree.ts';
import { chunkOf, chunkSize, outcomesAt, placesOf, type Block, type Outcomes, type Variables } from './run-state.ts';

/** Where a run stands; no position: it has come to its end. */
export interface Standing {
  readonly position: string | undefined;
  readonly variables: Variables;
}

/** What a branch leaves behind: which of its blocks was taken. Rules have no name for it. */
export interface Taken {
  readonly case: string;
}

const takes = (outcomes: Outcomes, { branch, name }: Extract<Around, { kind: 'case' }>): boolean =>
  (outcomes[branch.path] as Taken | undefined)?.case === name;

/** The places of the frames that do a step: those that have taken the cases around it. */
export function activePlaces({ around }: Site, variables: Variables): readonly number[] {
  const cases = around.filter((block) => block.kind === 'case');
  return placesOf(variables).flatMap((place, i) => {
    const outcomes = cases.length === 0 ? {} : outcomesAt(variables, place);
    return cases.every((block) => takes(outcomes, block)) ? [i] : [];
  });
}

/** The first step of the next block of a branch; else what comes after the branch. */
function afterCase(tree: StepTree, variables: Variables, { branch, name }: Extract<Around, { kind: 'case' }>): Standing {
  const blocks = blocksOf(branch);
  for (const block of blocks.slice(blocks.findIndex((each) => each.name === name) + 1)) {
    const [first] = block.steps;
    if (first !== undefined) return { position: first.path, variables };
  }
  return after(tree, branch.path, variables);
}

/** The next chunk of a block; else what comes after the block. */
function afterChunk(tree: StepTree, variables: Variables, path: string, first: string): Standing {
  const block = variables.blocks.at(-1);
  const rest = block?.items.slice(chunkSize) ?? [];
  const outer = variables.blocks.slice(0, -1);
  if (block === undefined || rest.length === 0) return after(tree, path, { ...variables, blocks: outer });
  return { position: first, variables: { ...variables, blocks: [...outer, { ...block, items: rest, outcomes: [] }] } };
}

/** What comes after a step, whoever does it. */
function after(tree: StepTree, path: string, variables: Variables): Standing {
  const site = tree.sites.get(path);
  if (site?.next !== undefined) return { position: site.next, variables };
  const block = site?.around.at(-1);
  if (block === undefined) return { position: undefined, variables };
  if (block.kind === 'case') return afterCase(tree, variables, block);
  return afterChunk(tree, variables, block.forEach.path, block.forEach.steps[0]?.path ?? '');
}

/** On to the next step that any frame does. */
function settled(tree: StepTree, from: Standing): Standing {
  let at = from;
  while (at.position !== undefined) {
    const site = tree.sites.get(at.position);
    if (site !== undefined && activePlaces(site, at.variables).length > 0) return at;
    at = after(tree, at.position, at.variables);
  }
  return at;
}

/** Where a run begins. */
export const startOf = (tree: StepTree, variables: Variables): Standing => settled(tree, { position: tree.first, variables });

/** Where a run stands after a step that is no block. */
export const leave = (tree: StepTree, path: string, variables: Variables): Standing => settled(tree, after(tree, path, variables));

/** Where a run stands once its branch is decided: in the first block that anybody takes. */
export function enterBranch(tree: StepTree, path: string, variables: Variables): Standing {
  const site = tree.sites.get(path);
  if (site?.step.type !== 'branch') throw new TypeError(`There is no branch at ${path}.`);
  const first = blocksOf(site.step).find(({ steps }) => steps.length > 0)?.steps[0];
  return first === undefined ? leave(tree, path, variables) : settled(tree, { position: first.path, variables });
}

/** Where a run stands once the items of a forEach are known. */
export function enterItems(tree: StepTree, block: Block, variables: Variables): Standing {
  const site = tree.sites.get(block.path);
  if (site?.step.type !== 'forEach') throw new TypeError(`There is no forEach at ${block.path}.`);
  const [first] = site.step.steps;
  if (first === undefined || chunkOf(block).length === 0) return leave(tree, block.path, variables);
  return settled(tree, { position: first.path, variables: { ...variables, blocks: [...variables.blocks, block] } });
}

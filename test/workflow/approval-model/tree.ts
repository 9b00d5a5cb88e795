// Where steps stand in the tree of a process.
import type { StepSpec, Steps } from '../approval-scene.ts';

export const blockOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1);

const waysOf = (spec: StepSpec | undefined): Readonly<Record<string, Steps>> => {
  if (spec === undefined) return {};
  return 'cases' in spec ? { ...spec.cases, otherwise: spec.otherwise ?? {} } : 'branches' in spec ? spec.branches : {};
};

export function specAt(steps: Steps, path: string): StepSpec {
  const words = path.split('/');
  let block = steps;
  for (let i = 0; i + 2 < words.length; i += 2) block = waysOf(block[words[i] ?? ''])[words[i + 1] ?? ''] ?? {};
  const spec = block[words.at(-1) ?? ''];
  if (spec === undefined) throw new TypeError(`There is no step ${path}.`);
  return spec;
}

/** The steps of a block, by path; `around` ends in a slash, or is empty. */
export function orderOf(steps: Steps, around: string): readonly string[] {
  if (around === '') return Object.keys(steps);
  const words = around.slice(0, -1).split('/');
  const block = waysOf(specAt(steps, words.slice(0, -1).join('/')))[words.at(-1) ?? ''] ?? {};
  return Object.keys(block).map((name) => `${around}${name}`);
}

/** The steps that one may lead back to from a step. */
export function earlier(steps: Steps, path: string): readonly string[] {
  const words = path.split('/');
  return words.flatMap((_, i) => {
    if (i % 2 === 1) return [];
    const block = orderOf(
      steps,
      words
        .slice(0, i)
        .map((word) => `${word}/`)
        .join(''),
    );
    return block.slice(0, block.indexOf(words.slice(0, i + 1).join('/')));
  });
}

// Components beside which the platform keeps fields, histories and sharing rules: ACCESS.md says in other words who sees those, so they are left out.
import type { Layer } from '@tessera/metadata';
import type { Unjudged } from './tenant-judging.ts';

const keeping = ['stageFlows', 'clocks', 'pools', 'assignmentRules', 'approvalProcesses'];

/** What only shows records may name what is kept, and decides nothing about who sees them. */
const showing = ['layouts', 'listViews', 'apps'];

/** Whether a file of a layer is such a component. */
const isOf = (folders: readonly string[], path: string): boolean => folders.some((folder) => path.startsWith(`${folder}/`));

/** The layers without them, and what that leaves out. */
export function withoutKept(layers: readonly Layer[]): { readonly layers: readonly Layer[]; readonly left: readonly Unjudged[] } {
  const gone = layers.flatMap(({ files }) => Object.keys(files).filter((path) => isOf(keeping, path)));
  return {
    layers: layers.map((layer) => ({
      ...layer,
      files: Object.fromEntries(Object.entries(layer.files).filter(([path]) => !isOf([...keeping, ...showing], path))),
    })),
    left: gone.map((what) => ({ what, why: 'the platform keeps fields and histories for it', hence: 'the scratch tenant is without it' })),
  };
}

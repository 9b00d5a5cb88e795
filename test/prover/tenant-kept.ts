// Components beside which the platform keeps fields, histories and sharing rules: ACCESS.md says in other words who sees those, so they are left out.
import type { Problem } from '@tessera/kernel';
import { buildModel, type Layer } from '@tessera/metadata';
import type { Unjudged } from './tenant-judging.ts';

const keeping = ['stageFlows', 'clocks', 'pools', 'assignmentRules', 'approvalProcesses'];

type Json = Readonly<Record<string, unknown>>;

/** What only shows records may name what is kept, and decides nothing about who sees them. */
const showing = ['layouts', 'listViews', 'apps'];

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a file of a layer is such a component, or extends one. */
const isOf = (folders: readonly string[], path: string, content: unknown): boolean =>
  folders.some((folder) => path.startsWith(`${folder}/`) || (isJson(content) && `${String(content['kind'])}s` === folder));

const hence = 'the scratch tenant is without it';

interface Cut {
  readonly layers: readonly Layer[];
  readonly left: readonly Unjudged[];
}

/** Without the entry at the keys; without an entry there, unchanged. */
function withoutEntry(content: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined || !isJson(content) || !Object.hasOwn(content, key)) return content;
  const others = Object.entries(content).filter(([name]) => name !== key);
  return Object.fromEntries(rest.length === 0 ? others : [...others, [key, withoutEntry(content[key], rest)]]);
}

/** Takes out the part of a component that a mistake is in (`/fields/amount`, `/validationRules/open`), or else the whole file. */
function withoutMistake({ layers, left }: Cut, { file = '', pointer = '', message }: Problem): Cut {
  const layer = layers.find(({ name }) => file.startsWith(`${name}/`));
  const path = file.slice((layer?.name.length ?? 0) + 1);
  const keys = pointer.split('/').slice(1, 3);
  const content = layer?.files[path];
  if (layer === undefined || content === undefined) return { layers, left };
  const rest = keys.length < 2 ? content : withoutEntry(content, keys);
  const files =
    rest === content ? Object.fromEntries(Object.entries(layer.files).filter(([own]) => own !== path)) : { ...layer.files, [path]: rest };
  const what = rest === content ? path : `${path}#/${keys.join('/')}`;
  return { layers: layers.map((each) => (each === layer ? { ...each, files } : each)), left: [...left, { what, why: message, hence }] };
}

/** What names something that is gone goes too, as long as there is any. */
function withoutOrphans(cut: Cut): Cut {
  const [mistake] = buildModel(cut.layers).problems;
  if (mistake === undefined) return cut;
  const next = withoutMistake(cut, mistake);
  return next.left.length === cut.left.length ? cut : withoutOrphans(next);
}

/** The layers without them and without what names them, and what that leaves out. */
export function withoutKept(layers: readonly Layer[]): Cut {
  const gone = layers.flatMap(({ files }) =>
    Object.entries(files).flatMap(([path, content]) => (isOf(keeping, path, content) ? [path] : [])),
  );
  const cut = {
    layers: layers.map((layer) => ({
      ...layer,
      files: Object.fromEntries(Object.entries(layer.files).filter(([path, content]) => !isOf([...keeping, ...showing], path, content))),
    })),
    left: gone.map((what) => ({ what, why: 'the platform keeps fields and histories for it', hence })),
  };
  // Mistakes of the tenant's own are told as such.
  return buildModel(layers).model === undefined ? cut : withoutOrphans(cut);
}

// Coverage: what of the tested layers no scenario has reached.
import type { Layer, Model } from '@tessera/metadata';
import { extendedKinds, partsOf, type Part } from './parts.ts';
import type { Reached } from './sandbox.ts';

export interface Unreached {
  readonly kind: Part['kind'];
  readonly name: string;
  /** `crm-base/automations/remind.json` */
  readonly file: string;
  /** JSON pointer to it. */
  readonly pointer: string;
}

export interface Coverage {
  readonly parts: number;
  readonly reached: number;
  readonly unreached: readonly Unreached[];
}

const isJson = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

function hasPath(content: unknown, path: readonly string[]): boolean {
  let at: unknown = content;
  for (const name of path) {
    if (!isJson(at) || !Object.hasOwn(at, name)) return false;
    at = at[name];
  }
  return isJson(at);
}

/** The layer's file in which a part is written; of another's component only what an extension adds. */
function fileOf({ files }: Layer, { folder, component, path }: Part): string | undefined {
  const own = `${folder}/${component}.json`;
  if (hasPath(files[own], path)) return own;
  const extensions = Object.entries(files).filter(([file, content]) => {
    if (!file.startsWith('extensions/') || !isJson(content)) return false;
    return content['extends'] === component && (content['kind'] ?? 'object') === extendedKinds[folder];
  });
  return path.length === 0 ? undefined : extensions.find(([, content]) => hasPath(content, path))?.[0];
}

function isReached({ by }: Part, reached: ReadonlySet<Reached>): boolean {
  return by.some((wanted) => (wanted.endsWith('/') ? [...reached].some((each) => each.startsWith(wanted)) : reached.has(wanted)));
}

const pointerOf = (path: readonly string[]): string => path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** @param tested the layers whose parts are asked for */
export function coverageOf(model: Model, tested: readonly Layer[], reached: ReadonlySet<Reached>): Coverage {
  const parts = partsOf(model);
  const placed = parts.flatMap((part) => {
    const [found] = tested.flatMap((layer) => {
      const file = fileOf(layer, part);
      return file === undefined ? [] : [`${layer.name}/${file}`];
    });
    return found === undefined ? [] : [{ part, file: found }];
  });
  const unreached = placed
    .filter(({ part }) => !isReached(part, reached))
    .map(({ part: { kind, name, path }, file }): Unreached => ({ kind, name, file, pointer: pointerOf(path) }));
  return { parts: placed.length, reached: placed.length - unreached.length, unreached };
}

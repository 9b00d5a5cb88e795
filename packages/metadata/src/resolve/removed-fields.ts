// Fields and options that a layer takes away from an object: packs below still speak of them, and need not know.
import type { Layer } from '../layers/layer.ts';
import { isJsonObject } from '../layers/merge.ts';

/** As `account.fax`, and `account.tier.gold` for options. */
export function removedFields(layers: readonly Layer[]): ReadonlySet<string> {
  const removed = new Set<string>();
  const taken = (entries: unknown, prefix: string): void => {
    if (!isJsonObject(entries)) return;
    for (const [name, entry] of Object.entries(entries)) {
      if (entry === null) removed.add(`${prefix}.${name}`);
      else if (isJsonObject(entry)) taken(entry['options'], `${prefix}.${name}`);
    }
  };
  for (const [path, content] of layers.flatMap(({ files }) => Object.entries(files))) {
    if (!path.startsWith('extensions/') || !isJsonObject(content) || (content['kind'] ?? 'object') !== 'object') continue;
    taken(content['fields'], String(content['extends']));
  }
  return removed;
}

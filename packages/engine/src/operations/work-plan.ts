// What is under way and goes by metadata that a change touches.
import type { Model } from '@tessera/metadata';
import { openWork } from '@tessera/storage';
import type { Session } from '../engine-parts.ts';
import type { TouchedWork } from '../types/metadata.ts';

/** Kinds of components that something goes by, with the first word of the keys of their timers. */
const kinds = { automation: ['automation', 'atTime', 'scheduleTurn'], approvalProcess: ['approvalProcess'], clock: ['clock'] } as const;

type Kind = keyof typeof kinds;

const isKind = (kind: string): kind is Kind => Object.hasOwn(kinds, kind);

/** Begun work of automations, approval processes and clocks that change or go; empty where nothing of theirs changes. */
export async function planWork(
  { database }: Session,
  after: Model,
  changes: readonly { readonly kind: string; readonly name: string }[],
): Promise<readonly TouchedWork[]> {
  const touched = new Map(changes.flatMap(({ kind, name }) => (isKind(kind) ? [[`${kind} ${name}`, { kind, name }] as const] : [])));
  if (touched.size === 0) return [];
  const open = await openWork(database);
  return [...touched.values()].flatMap(({ kind, name }): readonly TouchedWork[] => {
    const words: readonly string[] = kinds[kind];
    const count = open
      .filter((work) => work.name === name && words.includes(work.kind === 'timer' ? work.word : work.kind))
      .reduce((sum, work) => sum + work.count, 0);
    const stays = Object.hasOwn(after.source[kind] ?? {}, name);
    return count === 0 ? [] : [{ kind, name, change: stays ? 'changed' : 'removed', count }];
  });
}

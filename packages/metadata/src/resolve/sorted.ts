// Entries of a map with stable keys, in their order.
import { byOrder, unordered } from '../order.ts';

type Ordered<T> = Readonly<Record<string, T & { readonly order?: number; readonly active?: boolean }>>;

/** In their order; those without one last, by key. What is switched off is left out. */
export function sorted<T>(map: Ordered<T> | undefined): (readonly [string, T & { readonly order?: number }])[] {
  return Object.entries(map ?? {})
    .filter(([, entry]) => entry.active !== false)
    .map(([name, entry]) => ({ name, order: entry.order ?? unordered, entry }))
    .sort(byOrder)
    .map(({ name, entry }) => [name, entry] as const);
}

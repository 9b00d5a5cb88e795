// The product once more, with a part of it replaced: for tests that must see what comes of it when that part is broken.
import type { ResolveFnOutput } from 'node:module';

/** What is replaced in a variant: a package, by a module of the tests. */
const variants: Readonly<Record<string, { readonly specifier: string; readonly by: URL }>> = {
  leaky: { specifier: '@tessera/security', by: new URL('../prover/leaky-security.ts', import.meta.url) },
};

/** The address of a module of a variant: what it imports of the product and of the tests is of the same variant. */
export const inVariant = (variant: string, url: string): string => `${url}?${variant}`;

export function variantOf(found: ResolveFnOutput, specifier: string, parent: string | undefined): ResolveFnOutput {
  const name = parent === undefined ? '' : new URL(parent).search.slice(1);
  const variant = variants[name];
  if (variant === undefined || !found.url.startsWith('file:') || found.url.includes('/node_modules/')) return found;
  // What replaces it has the real one.
  const isReplaced = specifier === variant.specifier && parent !== inVariant(name, variant.by.href);
  return { ...found, url: inVariant(name, isReplaced ? variant.by.href : found.url) };
}

// Whether a rule reads the record of a frame: whether its value is another for each record that comes there.
import type { Expression } from './expression.ts';
import { dependencies } from './facts.ts';

export function readsFrame(rule: Expression, frame: number): boolean {
  const { paths, aggregates } = dependencies(rule);
  return paths.some(({ root }) => root === frame) || aggregates.some(({ source }) => source.kind !== 'object' && source.root === frame);
}

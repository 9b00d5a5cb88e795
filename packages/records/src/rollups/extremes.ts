// min and max of a stored roll-up without a look at all children: what comes may take the lead, only a leader that goes asks for a recount.
import { roundHalfUp, type FieldModel } from '@tessera/metadata';
import { compareMembers, type Value } from '@tessera/rules';

/** Values that children of one parent have brought and taken away. */
export interface Turnover {
  readonly added: Value[];
  readonly taken: Value[];
}

export function isExtreme({ rollup }: FieldModel): boolean {
  return rollup?.aggregate.function === 'min' || rollup?.aggregate.function === 'max';
}

/** The new value; undefined where the one that led is taken away, so that the children must tell who leads now. */
export function newExtreme(field: FieldModel, old: Value, { added, taken }: Turnover): Value | undefined {
  const { function: name, value } = field.rollup?.aggregate ?? {};
  if (value === undefined) return undefined;
  const scale = field.decimal?.scale;
  // As it is stored; rounding keeps the order.
  const rounded = (member: Value): Value => (scale === undefined || typeof member !== 'string' ? member : roundHalfUp(member, scale));
  const leads = (a: Value, b: Value): boolean => compareMembers([{ by: value, descending: name === 'max' }], [a], [b]) < 0;
  if (taken.some((member) => !leads(old, rounded(member)))) return undefined;
  return added.map(rounded).reduce<Value>((best, member) => (leads(member, best) ? member : best), old);
}

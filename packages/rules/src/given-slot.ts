// The parameter that a given value becomes: it knows how a later value is read, so that the statement serves that one too.
import { Given, Slot, type GivenValue } from '@tessera/kernel';
import { readLiteral, type Read } from './checking/literals.ts';
import type { GivenExpression, ReadingSlot, RuleType, TextForm } from './expression.ts';
import { parameterOf } from './sql-parts.ts';
import { sameType } from './types.ts';

export class GivenSlot extends Slot implements ReadingSlot {
  /** The name of the given value. */
  readonly given: string;
  readonly type: RuleType;
  readonly #expected: RuleType | undefined;
  readonly #form: TextForm | undefined;

  /**
   * @param type what its value was read as
   * @param expected what was wanted where it stands
   */
  constructor(given: string, type: RuleType, expected: RuleType | undefined, form?: TextForm) {
    // Slots of one name share a parameter, so the name says all that a value goes through.
    super(JSON.stringify(['given', given, type, expected ?? null, form?.name ?? null]));
    this.given = given;
    this.type = type;
    this.#expected = expected;
    this.#form = form;
  }

  as(form: TextForm): GivenSlot {
    return new GivenSlot(this.given, this.type, this.#expected, form);
  }

  /** What to bind for a value; undefined where a rule would refuse it here, or read it as something else. */
  bound(value: GivenValue): unknown {
    const read = readLiteral(value, this.#expected);
    if (read.node !== 'literal' || read.value === null || !sameType(read.type, this.type)) return undefined;
    if (this.#form === undefined) return parameterOf(this.type, read.value);
    return typeof read.value === 'string' ? this.#form.of(read.value) : undefined;
  }
}

/** Reads what stands where a literal is: a JSON value, or a given one, of which nothing but its type and a slot is left. */
export function readSource(source: unknown, expected: RuleType | undefined): Read | GivenExpression {
  if (!(source instanceof Given)) return readLiteral(source, expected);
  const read = readLiteral(source.value, expected);
  return read.node === 'refused' ? read : { node: 'given', type: read.type, slot: new GivenSlot(source.name, read.type, expected) };
}

// Values of a request that may be others the next time it comes, so that what is made of it can be kept without them.

/** A text, a number, or a list of them. Null and truths are no values of this kind: what a statement looks like depends on them. */
export type GivenValue = string | number | readonly (string | number)[];

/**
 * A value under a name of the request, such as a variable's. Told by instanceof: a caller's JSON that looks like one is none.
 * Its value is for whoever reads or checks it. Whoever makes a text of a request goes by the name.
 */
export class Given {
  readonly name: string;
  readonly value: GivenValue;
  constructor(name: string, value: GivenValue) {
    this.name = name;
    this.value = value;
  }

  /** Two parts of a request are equal where the same values are given, not where those given happen to be. */
  toJSON(): unknown {
    return { given: this.name };
  }
}

/** Whether a value may be a given one. */
export function isGivable(value: unknown): value is GivenValue {
  if (Array.isArray(value)) return value.every((entry) => typeof entry === 'string' || typeof entry === 'number');
  return typeof value === 'string' || typeof value === 'number';
}

/** JSON with the present values in the place of given ones. */
export function withoutGivens<T>(source: T): T;
export function withoutGivens(source: unknown): unknown {
  if (source instanceof Given) return source.value;
  if (Array.isArray(source)) return source.map((entry: unknown) => withoutGivens(entry));
  if (typeof source !== 'object' || source === null) return source;
  return Object.fromEntries(Object.entries(source).map(([name, value]) => [name, withoutGivens(value as unknown)]));
}

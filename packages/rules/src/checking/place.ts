// Where in a rule the checker stands: for pointers in problems, and for what names mean there.

export interface Place {
  /** JSON pointer into the rule as it was given. */
  readonly pointer: string;
  readonly depth: number;
  /** The objects of the record frames that are open; undefined where there is no record. */
  readonly frames: readonly (string | undefined)[];
  /** The frame that `$record` means here: a named rule stands on the record that it is applied to. */
  readonly base: number;
  /** The named rules that are being expanded, outermost first, with the pointer within the innermost. */
  readonly rules: readonly string[];
  readonly within: string;
}

/** A JSON pointer with one more token (RFC 6901). */
export const pointerTo = (pointer: string, token: string | number): string =>
  `${pointer}/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/** The place one step deeper. Inside a named rule the caller's pointer stays at its use, and the rule's own is kept beside it. */
export function below(place: Place, ...tokens: readonly (string | number)[]): Place {
  const inside = place.rules.length > 0;
  const moved = tokens.reduce<string>(pointerTo, inside ? place.within : place.pointer);
  return inside ? { ...place, within: moved } : { ...place, pointer: moved };
}

/** The object of the innermost frame. */
export const innermost = (place: Place): string | undefined => place.frames.at(-1);

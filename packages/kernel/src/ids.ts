// UUIDv7 (RFC 9562 §5.7): time-ordered ids, monotonic within a source.

/** Gives a new id at each call. */
export type IdSource = () => string;

/** In so many hexadecimal digits, which it must not exceed. */
const hex = (n: number, digits: number): string => (16 ** digits + n).toString(16).slice(1);

/** Random words are fetched so many at once: asking costs more than the words do. */
const wordsAtOnce = 300;

/**
 * An id source over a clock. Within one millisecond the 12-bit `rand_a` counts up, so ids of one source sort as made.
 * @param now milliseconds since 1970
 */
export function uuidv7Source(now: () => number): IdSource {
  let last = -1;
  let counter = 0;
  let stamp = '';
  const words = new Uint32Array(wordsAtOnce);
  let used = words.length;
  const random = (): number => {
    if (used === words.length) {
      crypto.getRandomValues(words);
      used = 0;
    }
    return words[used++] ?? 0;
  };
  const begin = (time: number, first: number): void => {
    [last, counter] = [time, first];
    const digits = hex(time, 12);
    stamp = `${digits.slice(0, 8)}-${digits.slice(8)}`;
  };
  return () => {
    const time = now();
    if (time > last) begin(time, random() & 0x7ff);
    else if (counter === 0xfff) begin(last + 1, 0);
    else counter += 1;
    const variant = hex(0x8000 | (random() & 0x3fff), 4);
    return `${stamp}-7${hex(counter, 3)}-${variant}-${hex(random() & 0xffffff, 6)}${hex(random() & 0xffffff, 6)}`;
  };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && uuid.test(value);
}

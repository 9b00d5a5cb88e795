// UUIDv7 (RFC 9562 §5.7): time-ordered ids, monotonic within a source.

/** Gives a new id at each call. */
export type IdSource = () => string;

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');

/**
 * An id source over a clock. Within one millisecond the 12-bit `rand_a` counts up, so ids of one source sort as made.
 * @param now milliseconds since 1970
 */
export function uuidv7Source(now: () => number): IdSource {
  let last = 0;
  let counter = 0;
  return () => {
    const random = crypto.getRandomValues(new Uint8Array(10));
    const time = now();
    if (time > last) {
      last = time;
      counter = (((random[0] ?? 0) << 8) | (random[1] ?? 0)) & 0x7ff;
    } else {
      counter += 1;
      if (counter > 0xfff) {
        last += 1;
        counter = 0;
      }
    }
    const stamp = hex(last, 12);
    const variant = hex(0x8000 | ((((random[2] ?? 0) << 8) | (random[3] ?? 0)) & 0x3fff), 4);
    let tail = '';
    for (let i = 4; i < 10; i += 1) tail += hex(random[i] ?? 0, 2);
    return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${hex(counter, 3)}-${variant}-${tail}`;
  };
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && uuid.test(value);
}

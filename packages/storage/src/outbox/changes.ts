// What the outbox reader tells the nodes by NOTIFY, and how a node reads it.

/** The channel on which the outbox reader tells of changed records. */
export const changesChannel = 'tessera_events';

/** A record that was written; the listener fetches what it may see of it. */
export interface RecordChange {
  readonly tenant: string;
  readonly object: string;
  readonly id: string;
  /** What was done: `create`, `update`, `delete`, … as the writer named it. */
  readonly change: string;
  readonly version: number;
}

/** NOTIFY takes fewer than 8,000 bytes. */
const mostBytes = 7_500;

type Packed = readonly [tenant: string, object: string, id: string, change: string, version: number];

/** Packs changes into as few messages as NOTIFY allows. */
export function packChanges(changes: readonly RecordChange[]): readonly string[] {
  const messages: string[] = [];
  let open: string[] = [];
  let bytes = 2;
  for (const { tenant, object, id, change, version } of changes) {
    const packed: Packed = [tenant, object, id, change, version];
    const text = JSON.stringify(packed);
    const size = Buffer.byteLength(text) + 1;
    if (bytes + size > mostBytes && open.length > 0) {
      messages.push(`[${open.join(',')}]`);
      open = [];
      bytes = 2;
    }
    open.push(text);
    bytes += size;
  }
  if (open.length > 0) messages.push(`[${open.join(',')}]`);
  return messages;
}

/** Reads a message of the channel. Anybody who can connect can notify; what is not ours comes out empty. */
export function unpackChanges(message: string): readonly RecordChange[] {
  try {
    const value: unknown = JSON.parse(message);
    return Array.isArray(value)
      ? value.filter(isPacked).map(([tenant, object, id, change, version]) => ({ tenant, object, id, change, version }))
      : [];
  } catch {
    return [];
  }
}

function isPacked(value: unknown): value is Packed {
  return (
    Array.isArray(value) &&
    value.length === 5 &&
    value.slice(0, 4).every((part) => typeof part === 'string') &&
    typeof value[4] === 'number'
  );
}

// Global ids: `<object>:<id>`. Clients take them as they are; the form is plain so that SQL makes them by one concatenation.
import { isUuid } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';

export interface NodeId {
  readonly object: string;
  readonly id: string;
}

/** The record that a global id names; undefined where it can name none. */
export function parseNodeId(text: unknown, model: Model): NodeId | undefined {
  if (typeof text !== 'string') return undefined;
  const colon = text.indexOf(':');
  const [object, id] = [text.slice(0, colon), text.slice(colon + 1)];
  return colon > 0 && Object.hasOwn(model.objects, object) && isUuid(id) ? { object, id: id.toLowerCase() } : undefined;
}

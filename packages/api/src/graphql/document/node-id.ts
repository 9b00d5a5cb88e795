// Global ids: `<object>:<id>`. Clients take them as they are; the form is plain so that SQL makes them by one concatenation.
import { isUuid, type Given } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';

export interface NodeId {
  readonly object: string;
  readonly id: string | Given;
}

/** A global id whose record is a given value: which object it is of stays with the request. */
export class LateNodeId implements NodeId {
  readonly object: string;
  readonly id: Given;
  constructor(object: string, id: Given) {
    this.object = object;
    this.id = id;
  }
}

/** An object's name and the id of a record in a global id; undefined where there is none in it. */
export function nodeIdParts(text: unknown): { readonly object: string; readonly id: string } | undefined {
  if (typeof text !== 'string') return undefined;
  const colon = text.indexOf(':');
  const [object, id] = [text.slice(0, colon), text.slice(colon + 1)];
  return colon > 0 && isUuid(id) ? { object, id: id.toLowerCase() } : undefined;
}

/** The record that a global id names; undefined where it can name none. */
export function parseNodeId(given: unknown, model: Model): NodeId | undefined {
  const node = given instanceof LateNodeId ? given : nodeIdParts(given);
  return node !== undefined && Object.hasOwn(model.objects, node.object) ? node : undefined;
}

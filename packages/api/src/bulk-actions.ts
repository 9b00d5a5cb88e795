// What a bulk request does with its records.

/** In the order in which they are told. */
export const bulkActions = ['create', 'update', 'upsert', 'delete', 'restore', 'void', 'unvoid'] as const;

export type BulkAction = (typeof bulkActions)[number];

// The key of a record among those of all objects: ids are unique within an object only.
export const keyOf = (object: string, id: string): string => `${object} ${id}`;

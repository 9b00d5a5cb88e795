// What objects and their fields were called before a change of metadata: as its plan tells it, on the way back too.
import type { Change } from '@tessera/metadata';
import type { FormerNames } from '@tessera/security';

export function renamesIn(changes: readonly Change[]): FormerNames {
  const renamed = changes.flatMap(({ kind, name, path, change, before }) =>
    kind === 'object' && change === 'renamed' && typeof before === 'string' ? [{ name, path, before }] : [],
  );
  return (object) => {
    const own = renamed.filter(({ name }) => name === object);
    const fields = own.flatMap(({ path: [part, field], before }) =>
      part === 'fields' && field !== undefined ? [[field, before] as const] : [],
    );
    return { former: own.find(({ path }) => path.length === 0)?.before ?? object, fields: new Map(fields) };
  };
}

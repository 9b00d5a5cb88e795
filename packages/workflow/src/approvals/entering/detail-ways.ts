// The ways up from details to the records whose approvals may lock them: by what the processes in force say, and by versions of them that approvals go on with.
import type { ApprovalProcessModel, FieldModel, Model, ObjectModel } from '@tessera/metadata';
import type { MasterRoute } from '@tessera/records';

/** What a version of a process locks. */
export interface LockedWays {
  readonly object: string;
  /** Ways down by child relations; null: to all that belongs to a record by master-detail. */
  readonly locks: readonly string[] | null;
}

export const lockedWays = ({ object, locks }: Pick<ApprovalProcessModel, 'object' | 'locks'>): LockedWays => ({
  object,
  locks: locks === undefined ? null : Object.keys(locks),
});

interface Way extends MasterRoute {
  readonly child: ObjectModel;
}

const nameOf = ({ relations }: ObjectModel, child: string, by: string): string =>
  Object.values(relations).find((relation) => relation.object === child && relation.by === by)?.name ?? '?';

/** The way one relation further down. */
function further(way: MasterRoute, at: ObjectModel, child: ObjectModel, field: FieldModel): Way {
  const name = nameOf(at, child.name, field.name);
  return {
    child,
    master: way.master,
    path: way.path === '' ? name : `${way.path}.${name}`,
    byMasterDetail: way.byMasterDetail && field.type === 'masterDetail',
    up: [{ field, to: at }, ...way.up],
  };
}

/** To everything that belongs to a record, level by level; what the platform keeps of it is nobody's to change. */
function detailWays(model: Model, way: MasterRoute, at: ObjectModel): readonly Way[] {
  return Object.values(model.objects).flatMap((child) =>
    Object.values(child.fields).flatMap((field) => {
      if (child.kept === true || field.type !== 'masterDetail' || field.lookup?.to.includes(at.name) !== true) return [];
      const found = further(way, at, child, field);
      return [found, ...detailWays(model, found, child)];
    }),
  );
}

/** With what lies on the way: whoever could move that would move what is locked. */
function namedWay({ objects }: Model, way: MasterRoute, path: string): readonly Way[] {
  const found: Way[] = [];
  let at = way.master;
  for (const name of path.split('.')) {
    const relation = at.relations[name];
    const child = objects[relation?.object ?? ''];
    const field = child?.fields[relation?.by ?? ''];
    if (child === undefined || field === undefined) return [];
    found.push(further(found.at(-1) ?? way, at, child, field));
    at = child;
  }
  return found;
}

function waysOf(model: Model, { object, locks }: LockedWays): readonly Way[] {
  const master = model.objects[object];
  if (master === undefined) return [];
  const start: MasterRoute = { master, path: '', byMasterDetail: true, up: [] };
  return locks === null ? detailWays(model, start, master) : locks.flatMap((path) => namedWay(model, start, path));
}

const keyOf = ({ child, up }: Way): string => `${child.name} ${up.map(({ field, to }) => `${field.name} ${to.name}`).join(' ')}`;

const presentWays = (model: Model): readonly Way[] =>
  Object.values(model.approvalProcesses).flatMap((process) => waysOf(model, lockedWays(process)));

/** Whether the processes in force lock that much, too. */
export function isLockedAnyway(model: Model, former: LockedWays): boolean {
  const known = new Set(presentWays(model).map(keyOf));
  return waysOf(model, former).every((way) => known.has(keyOf(way)));
}

const none: readonly MasterRoute[] = [];

/** By object, the ways up to records that any process may lock it with. @param former versions that are in force no more */
export function mastersIn(model: Model, former: readonly LockedWays[]): (object: ObjectModel) => readonly MasterRoute[] {
  const all = [...presentWays(model), ...former.flatMap((each) => waysOf(model, each))];
  const ways = [...new Map(all.map((way) => [keyOf(way), way])).values()];
  const byChild = new Map(
    [...Map.groupBy(ways, ({ child }) => child.name)].map(([name, own]): [string, readonly MasterRoute[]] => [name, own]),
  );
  return ({ name }) => byChild.get(name) ?? none;
}

// What sets grant on what the platform keeps beside a field or an object: as much as on that.
import type { FieldLevel, ObjectGrant } from '../model.ts';
import type { ModelCatalog } from './catalog.ts';

const all = '*';
const levels: readonly FieldLevel[] = ['none', 'masked', 'read', 'edit'];

type Grants = Readonly<Record<string, ObjectGrant>>;

const levelOf = (grant: ObjectGrant, field: string): FieldLevel =>
  (Object.hasOwn(grant.fields, field) ? grant.fields[field] : undefined) ?? grant.fields[all] ?? 'none';

const lower = (a: FieldLevel, b: FieldLevel): FieldLevel => (levels.indexOf(a) < levels.indexOf(b) ? a : b);

/** Of what follows several fields the lowest counts; nothing is shown masked. */
function followed(grant: ObjectGrant, follows: readonly string[], edit: boolean): FieldLevel {
  const least = follows.map((field) => levelOf(grant, field)).reduce<FieldLevel>(lower, edit ? 'edit' : 'read');
  return least === 'masked' ? 'none' : least;
}

function entryOf(grants: Grants, object: string): ObjectGrant | undefined {
  return (Object.hasOwn(grants, object) ? grants[object] : undefined) ?? grants[all];
}

/** The entry of an object with the fields that are kept beside its own. */
function withKeptFields(grant: ObjectGrant, object: string, catalog: ModelCatalog): ObjectGrant {
  const kept = catalog.followers(object).map(({ name, follows, edit }) => [name, followed(grant, follows, edit)] as const);
  return kept.length === 0 ? grant : { ...grant, fields: { ...grant.fields, ...Object.fromEntries(kept) } };
}

/** The entry of a history, whose records everybody reads who reads those that they tell of. */
function historyGrant(master: ObjectGrant, object: string, catalog: ModelCatalog): ObjectGrant {
  const { read, viewAll, export: give, seeDeleted } = master;
  const kept = catalog.followers(object).map(({ name, follows }) => [name, followed(master, follows, false)] as const);
  return {
    create: false,
    read,
    update: false,
    delete: false,
    viewAll,
    modifyAll: false,
    import: false,
    export: give,
    changeOwner: false,
    seeDeleted,
    recordTypes: undefined,
    fields: { [all]: 'read', ...Object.fromEntries(kept) },
  };
}

/** The entry of what the platform keeps of itself: everything but reading is taken out of it. */
const keptGrant = (grant: ObjectGrant): ObjectGrant => ({
  ...grant,
  create: false,
  update: false,
  delete: false,
  viewAll: grant.viewAll || grant.modifyAll,
  modifyAll: false,
  import: false,
  changeOwner: false,
  recordTypes: undefined,
  fields: Object.fromEntries(Object.entries(grant.fields).map(([field, level]) => [field, level === 'edit' ? 'read' : level])),
});

export function withFollowers(grants: Grants, catalog: ModelCatalog): Grants {
  const result: Record<string, ObjectGrant> = { ...grants };
  for (const object of catalog.objectNames()) {
    const master = catalog.keptOf(object);
    const grant = entryOf(grants, master ?? object);
    if (grant === undefined) continue;
    if (master !== undefined) result[object] = historyGrant(grant, object, catalog);
    else if (catalog.isKept(object)) result[object] = keptGrant(grant);
    else if (catalog.followers(object).length > 0) result[object] = withKeptFields(grant, object, catalog);
  }
  return result;
}

// Record access: which records of an object a person sees and may edit, as conditions without any ids in them.
import type { Model, ObjectModel, SharingRuleModel } from '@tessera/metadata';
import { allOf, always, anyOf, type AccessExpression, type AccessTest, type Expression } from '@tessera/rules';
import type { UnitedGrant } from './grants.ts';
import { recordAccess, type AccessLayer, type Policy, type RecordAccess, type Records } from './policy.ts';

export type Verb = 'read' | 'edit';

/** Names of slots. Those of layers stand apart, so that no object's name can be one of them. */
export const slotNames = {
  /** Everybody whose records of the object one may see, or edit, for whom they belong to. */
  owners: (object: string, verb: Verb): string => `owners:${object}:${verb}`,
  layer: (kind: 'owner' | 'managers' | 'departmentHeads'): string => `layer:${kind}`,
  rule: (name: string): string => `layer:sharingRule:${name}`,
} as const;

function access(object: string, test: AccessTest): AccessExpression {
  return { node: 'access', type: { kind: 'boolean' }, root: 0, object, test };
}

/** As a condition for a query; undefined where it restricts nothing. */
export function conditionOf(records: Records): Expression | undefined {
  if (records === 'all') return undefined;
  return records === 'none' ? always(false) : records;
}

/** What keeps a query to the records of an object that the actor sees; undefined: all are. */
export const readCondition = (policy: Policy, object: string): Expression | undefined => conditionOf(recordAccess(policy, object).read);

function recordsOf(condition: Expression): Records {
  if (condition.node !== 'literal') return condition;
  return condition.value === true ? 'all' : 'none';
}

/** Where owners, shares and sharing rules decide. */
export const isShared = ({ sharing }: ObjectModel, verb: Verb): boolean =>
  sharing === 'private' || (sharing === 'publicRead' && verb === 'edit');

const reaches = (rule: SharingRuleModel, verb: Verb): boolean => verb === 'read' || rule.access === 'edit';

/** Record access of all objects of one person; what depends on ids is left to slots. */
export class RecordAccesses {
  readonly #model: Model;
  readonly #grants: ReadonlyMap<string, UnitedGrant>;
  readonly #applied: ReadonlySet<string>;
  readonly #known = new Map<string, RecordAccess>();

  /** @param applied names of the sharing rules with `when` of which the person is a recipient */
  constructor(model: Model, grants: ReadonlyMap<string, UnitedGrant>, applied: Iterable<string>) {
    this.#model = model;
    this.#grants = grants;
    this.#applied = new Set(applied);
  }

  of(object: ObjectModel, verb: Verb): RecordAccess {
    const key = `${object.name} ${verb}`;
    let found = this.#known.get(key);
    if (found === undefined) this.#known.set(key, (found = this.#compile(object, verb)));
    return found;
  }

  #compile(object: ObjectModel, verb: Verb): RecordAccess {
    const layers = [...this.#general(object, verb), ...(isShared(object, verb) ? this.#personal(object, verb) : [])];
    if (layers.some(({ condition }) => condition === undefined)) return { layers, records: 'all' };
    if (!isShared(object, verb)) return { layers, records: recordsOf(anyOf(layers.flatMap(({ condition }) => condition ?? []))) };
    const rules = this.#rules(object, verb).flatMap(({ records }) => (records.kind === 'when' ? [records.condition] : []));
    const slot = slotNames.owners(object.name, verb);
    const owned = access(object.name, { kind: 'owner', slot });
    const shared = access(object.name, { kind: 'share', access: verb, ...(rules.length === 0 ? { beside: slot } : {}) });
    return { layers, records: recordsOf(anyOf([owned, shared, ...rules])) };
  }

  /** What holds for a record whoever owns it. */
  #general(object: ObjectModel, verb: Verb): readonly AccessLayer[] {
    const flags = this.#grants.get(object.name)?.flags;
    const layers: AccessLayer[] = [];
    if (flags?.modifyAll === true) layers.push({ kind: 'modifyAll', condition: undefined });
    else if (flags?.viewAll === true && verb === 'read') layers.push({ kind: 'viewAll', condition: undefined });
    if (object.sharing === 'publicReadWrite' || (object.sharing === 'publicRead' && verb === 'read'))
      layers.push({ kind: 'sharingDefault', condition: undefined });
    if (object.sharing === 'controlledByParent') layers.push({ kind: 'parent', condition: this.#masters(object, verb) });
    return layers;
  }

  /** Every master must allow it. Undefined where all records of all masters do. */
  #masters(object: ObjectModel, verb: Verb): Expression | undefined {
    const masters = Object.values(object.fields).filter((field) => field.type === 'masterDetail');
    const conditions = masters.map((field): Expression => {
      const [parent = ''] = field.lookup?.to ?? [];
      const master = this.#model.objects[parent];
      if (master === undefined || !this.#grants.has(parent)) return always(false);
      const where = conditionOf(this.of(master, verb).records);
      if (where === undefined || where.node === 'literal') return where ?? always(true);
      return access(object.name, { kind: 'parent', by: field.name, parent, where });
    });
    const condition = allOf(conditions.length === 0 ? [always(false)] : conditions);
    return condition.node === 'literal' && condition.value === true ? undefined : condition;
  }

  /** Rules for which the person must be a recipient count by their name; those by owners are empty for everybody else. */
  #rules(object: ObjectModel, verb: Verb): readonly SharingRuleModel[] {
    return Object.values(this.#model.sharingRules).filter(
      (rule) => rule.object === object.name && reaches(rule, verb) && (rule.records.kind === 'ownedBy' || this.#applied.has(rule.name)),
    );
  }

  /** What holds for some because of who they are. */
  #personal(object: ObjectModel, verb: Verb): readonly AccessLayer[] {
    const owner = (slot: string): Expression => access(object.name, { kind: 'owner', slot });
    const share = (origin: 'team' | 'manual' | 'approval'): Expression => access(object.name, { kind: 'share', access: verb, origin });
    const heads = this.#model.settings.departmentHeads !== 'none';
    return [
      { kind: 'owner', condition: owner(slotNames.layer('owner')) },
      { kind: 'managers', condition: owner(slotNames.layer('managers')) },
      ...(heads ? [{ kind: 'departmentHeads', condition: owner(slotNames.layer('departmentHeads')) } as const] : []),
      { kind: 'team', condition: share('team') },
      { kind: 'manualShare', condition: share('manual') },
      // Who approves reads.
      ...(verb === 'read' ? [{ kind: 'approvalShare', condition: share('approval') } as const] : []),
      ...this.#rules(object, verb).map(({ name, records }): AccessLayer => ({
        kind: 'sharingRule',
        name,
        condition: records.kind === 'when' ? records.condition : owner(slotNames.rule(name)),
      })),
    ];
  }
}

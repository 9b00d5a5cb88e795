// The parameter `fields`: paths through lookups become nested selections; without it, every field that the caller may read.
import { fail } from '@tessera/kernel';
import type { ObjectModel, Model } from '@tessera/metadata';
import type { SelectionRequest } from '@tessera/engine';
import type { Asked } from './route.ts';

const deepestPath = 10;

/** A field that is wanted, and what is wanted of the record behind it. */
interface Wanted {
  own: boolean;
  readonly inner: Map<string, Wanted>;
}

interface Build {
  readonly model: Model;
  /** Fields that are followed but are no lookups. */
  readonly unfollowable: { readonly object: string; readonly field: string }[];
}

/** The object of a Model by name. A caller's name may be one that every JavaScript object has. */
export function objectOf(model: Model, name: string): ObjectModel | undefined {
  return Object.hasOwn(model.objects, name) ? model.objects[name] : undefined;
}

function fieldOf(model: Model, object: string, field: string): ObjectModel['fields'][string] | undefined {
  const found = objectOf(model, object);
  return found !== undefined && Object.hasOwn(found.fields, field) ? found.fields[field] : undefined;
}

function wantedTree(paths: readonly string[]): Map<string, Wanted> {
  const root = new Map<string, Wanted>();
  for (const path of paths) {
    const steps = path.split('.');
    if (steps.includes('') || steps.length > deepestPath) {
      const reason = `${path} is no path: names with dots between them, at most ${deepestPath}.`;
      throw fail('REQUEST_PARAMETER_INVALID', { name: 'fields', reason });
    }
    let level = root;
    steps.forEach((step, i) => {
      const wanted = level.get(step) ?? { own: false, inner: new Map<string, Wanted>() };
      level.set(step, wanted);
      if (i === steps.length - 1) wanted.own = true;
      level = wanted.inner;
    });
  }
  return root;
}

const plain = (field: string): SelectionRequest => ({ kind: 'field', as: field, field });

function selectionsOf(build: Build, object: string, wanted: ReadonlyMap<string, Wanted>): readonly SelectionRequest[] {
  return [...wanted].map(([field, { own, inner }]) => {
    if (inner.size === 0) return plain(field);
    const model = fieldOf(build.model, object, field);
    const targets = model?.lookup?.to;
    if (targets === undefined) {
      if (model !== undefined) build.unfollowable.push({ object, field });
      // The engine refuses it in the words that it has for a field which the caller may not read.
      return plain(field);
    }
    // `account,account.name`: one entry cannot be an id and an object, so the id goes inside.
    const below = own && !inner.has('id') ? new Map([['id', { own: true, inner: new Map<string, Wanted>() }], ...inner]) : inner;
    const cases = targets.map((target) => ({ object: target, selections: caseOf(build, target, targets, below) }));
    return { kind: 'lookup', as: field, field, cases };
  });
}

/** Targets of a polymorphic lookup answer what they have, and say which object they are. */
function caseOf(
  build: Build,
  target: string,
  targets: readonly string[],
  wanted: ReadonlyMap<string, Wanted>,
): readonly SelectionRequest[] {
  if (targets.length === 1) return selectionsOf(build, target, wanted);
  const has = (object: string, field: string): boolean => fieldOf(build.model, object, field) !== undefined;
  const fitting = [...wanted].filter(([field]) => has(target, field) || !targets.some((other) => has(other, field)));
  return [{ kind: 'constant', as: 'object', value: target }, ...selectionsOf(build, target, new Map(fitting))];
}

async function readableFields({ engine, context }: Asked, model: Model, object: string): Promise<readonly string[]> {
  const known = Object.values(objectOf(model, object)?.fields ?? {});
  const fields = engine === undefined || context === undefined ? known : (await engine.run('objects.describe', context, { object })).fields;
  return fields.filter((field) => field.type !== 'secret').map((field) => field.name);
}

/** Formulas, roll-ups and quotes change without the record's version. */
function isStored(model: Model, object: string, field: string): boolean {
  const type = fieldOf(model, object, field)?.type;
  return type !== undefined && type !== 'formula' && type !== 'rollup' && type !== 'quote';
}

/** Whether these are nothing but values that the record itself stores: its version tells whether the answer is still the same. */
export function areStored(model: Model, object: string, paths: readonly string[] | undefined): boolean {
  const names = paths ?? Object.keys(objectOf(model, object)?.fields ?? {});
  return names.every((name) => isStored(model, object, name));
}

/**
 * Makes selections of the paths, or of all fields that the caller may read (lookups as ids).
 * @throws REQUEST_PARAMETER_INVALID where a path follows what is no lookup
 */
export async function selected(
  asked: Asked,
  model: Model,
  object: string,
  paths: readonly string[] | undefined,
): Promise<readonly SelectionRequest[]> {
  if (paths === undefined) return [{ kind: 'allFields' }];
  const build: Build = { model, unfollowable: [] };
  const selections = selectionsOf(build, object, wantedTree(paths));
  for (const wrong of build.unfollowable) {
    if ((await readableFields(asked, model, wrong.object)).includes(wrong.field)) {
      const reason = `${wrong.object}.${wrong.field} is no lookup, so nothing follows it.`;
      throw fail('REQUEST_PARAMETER_INVALID', { name: 'fields', reason });
    }
  }
  return selections;
}

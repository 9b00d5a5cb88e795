// A pack in two versions and a tenant's changes, for the tests of upgrades.
import { buildModel, upgradeLayers, type Layer, type Upgrade, type UpgradeInput } from '@tessera/metadata';
import { object, objects, pack, platform, tenant, type Json } from '../metadata/layer-kit.ts';

export { object, objects, platform, tenant, type Json };

/** The pack `crm` with these files. */
export const crm = (version: string, files: Json, manifest: Json = {}): Layer => ({
  ...pack('crm', {
    'pack.json': { name: 'crm', namespace: '', version, label: { en: 'CRM' }, ...manifest },
    ...files,
  }),
  version,
});

export const text = (more: Json = {}): Json => ({ type: 'text', label: { en: 'Text' }, ...more });

/** What a tenant changes of an object of the pack. */
export const changes = (name: string, delta: Json): Json => ({ [`extensions/${name}.json`]: { extends: name, ...delta } });

/** The tenant's files laid over another version of the pack. */
export function upgraded(before: Layer, after: Layer, files: Json, options: Pick<UpgradeInput, 'choices' | 'prefer'> = {}): Upgrade {
  return upgradeLayers({ from: [platform, before, tenant(files)], to: [platform, after], ...options });
}

/** The effective JSON of an object. Throws what is wrong with the layers. */
export function effective({ layers }: Pick<Upgrade, 'layers'>, name: string): Json {
  const { model, problems } = buildModel(layers);
  if (model === undefined) throw new Error(JSON.stringify(problems, null, 2));
  return (model.source['object']?.[name] ?? {}) as Json;
}

export const fieldIn = (upgrade: Pick<Upgrade, 'layers'>, object: string, field: string): Json =>
  (effective(upgrade, object)['fields'] as Readonly<Record<string, Json>>)[field] ?? {};

export const layerOf = ({ layers }: Pick<Upgrade, 'layers'>, kind: Layer['kind']): Layer => {
  const found = layers.find((layer) => layer.kind === kind);
  if (found === undefined) throw new Error(`There is no layer ${kind}.`);
  return found;
};

// Derives the schemas of extensions and of their changes from those of whole components: nothing is required, and null removes.
import { folderKinds, kindSchema } from './src/kinds.ts';
import { absolute, allProperties, baseUrl, isMap, parseRef, resolve, rewrite, without, type Schema } from './generate-schemas.ts';

/** What a change never touches: the layer that owns a component names it and says what it is. */
const owned = new Set(['name', 'plural', 'object', 'kind', '$schema', 'renamedFrom']);
/** The same for what comes in types, by its schema: what a field's column is stays, what a step works on stays. */
const ownedByUnion: Readonly<Record<string, ReadonlySet<string>>> = {
  field: new Set(['type', 'renamedFrom', 'to', 'returns', '$comment', 'description']),
  step: new Set(['type', 'object', '$comment', 'description']),
  'approval-process-step': new Set(['type', '$comment', 'description']),
  trigger: new Set(['type', '$comment', 'description']),
};

/** What a change says in another way than the whole: names of a list are added by a map, so that two layers can both add some. */
const saidOtherwise: Readonly<Record<string, Record<string, Schema>>> = {
  field: {
    to: {
      description: 'Further objects that a lookup to several may point to: `{ "asset": {} }`.',
      type: 'object',
      propertyNames: { $ref: `${baseUrl}common.json#/$defs/name` },
      additionalProperties: { type: 'object', additionalProperties: false },
      minProperties: 1,
    },
  },
};

/** Parts that are one value: a change replaces them as a whole. */
const indivisible = new Set(['subject', 'records', 'person', 'approver', 'need', 'nobody']);

class DeltaBuilder {
  readonly definitions: Record<string, Schema> = {};
  readonly #schemas: ReadonlyMap<string, Schema>;

  constructor(schemas: ReadonlyMap<string, Schema>) {
    this.#schemas = schemas;
  }

  /** The change of a whole component. */
  root(kind: string, schemaKind: string): void {
    const whole = resolve(this.#schemas, `${baseUrl}${schemaKind}.json`);
    const kept = Object.entries(whole.properties ?? {}).filter(([name]) => !owned.has(name));
    this.definitions[kind] = {
      title: `${whole.title ?? kind} change`,
      description: `What an extension may change of a component of kind ${kind}.`,
      type: 'object',
      properties: {
        $schema: { description: 'The address of the schema: lets an editor complete and check the file.', type: 'string' },
        extends: { description: 'The name of the component that is changed.', $ref: 'common.json#/$defs/name' },
        kind: { description: 'What kind of component it is.', const: kind },
        ...this.#properties(Object.fromEntries(kept)),
      },
      required: kind === 'object' ? ['extends'] : ['extends', 'kind'],
      additionalProperties: false,
    };
  }

  #properties(properties: Record<string, Schema | false>): Record<string, Schema | false> {
    const entries = Object.entries(properties).map(
      ([name, schema]) =>
        [name, schema === false || name === 'description' || name === '$comment' ? schema : this.#nullable(schema)] as const,
    );
    return Object.fromEntries(entries);
  }

  /** The schema of a changed value, or null. */
  #nullable(schema: Schema, isEntry = false): Schema {
    const changed = without(this.#change(schema, isEntry), 'default');
    const types = this.#types(changed);
    if (types.includes('null')) return changed;
    if (changed.const !== undefined) return changed;
    if (changed.$ref !== undefined) {
      const { $ref, description } = changed;
      return {
        ...(description === undefined ? {} : { description }),
        type: [...types, 'null'],
        if: { type: types.length === 1 ? (types[0] ?? '') : types },
        then: { $ref },
      };
    }
    return { ...changed, type: [...types, 'null'], ...(changed.enum ? { enum: [...changed.enum, null] } : {}) };
  }

  #types(schema: Schema): string[] {
    if (schema.type !== undefined) return [schema.type].flat();
    if (schema.$ref?.startsWith('#')) return ['object'];
    return schema.$ref === undefined ? [] : this.#types(resolve(this.#schemas, schema.$ref));
  }

  #change(schema: Schema, isEntry: boolean): Schema {
    if (schema.$ref === undefined) return isMap(schema) ? this.#map(schema) : schema;
    const { kind, definition } = parseRef(schema.$ref);
    const target = resolve(this.#schemas, schema.$ref);
    if (target.oneOf !== undefined) return { ...schema, $ref: isEntry ? this.#entry(kind) : this.#unionChange(kind) };
    if (target.properties === undefined || (definition !== undefined && indivisible.has(definition))) return schema;
    const name = definition === undefined ? this.#camel(kind) : definition;
    this.#define(`${name}Change`, target);
    return { ...schema, $ref: `#/$defs/${name}Change` };
  }

  #map(schema: Schema): Schema {
    return { ...schema, additionalProperties: this.#nullable(schema.additionalProperties as Schema, true) };
  }

  #define(name: string, target: Schema): void {
    if (this.definitions[name]) return;
    const shell: Schema = {
      title: `${target.title ?? name} change`,
      description: `A change: ${target.description ?? name}`,
      type: 'object',
    };
    this.definitions[name] = shell;
    if (isMap(target)) {
      Object.assign(shell, { ...this.#map(target), title: shell.title, minProperties: 1 });
      return;
    }
    const properties = Object.fromEntries(
      Object.entries(target.properties ?? {}).filter(([key]) => key !== '$schema' && key !== 'renamedFrom'),
    );
    Object.assign(shell, { properties: this.#properties(properties), additionalProperties: false });
  }

  /** With a type: a whole new one. Without: a change of one that is there, of whichever type. */
  #entry(kind: string): string {
    const [name, word] = [this.#camel(kind), kind.replaceAll('-', ' ')];
    this.definitions[`${name}Entry`] ??= {
      title: `${capital(word)} entry`,
      description: `With \`type\`: a new ${word}, in full. Without: changes to a ${word} of a lower layer.`,
      type: 'object',
      if: { required: ['type'] },
      then: { $ref: `${baseUrl}${kind}.json` },
      else: { $ref: this.#unionChange(kind) },
    };
    return `#/$defs/${name}Entry`;
  }

  #unionChange(kind: string): string {
    const [name, word] = [this.#camel(kind), kind.replaceAll('-', ' ')];
    const reference = `#/$defs/${name}Change`;
    if (this.definitions[`${name}Change`]) return reference;
    const shell: Schema = {
      title: `${capital(word)} change`,
      description: `Changes to a ${word} of a lower layer; its type stays.`,
      type: 'object',
    };
    this.definitions[`${name}Change`] = shell;
    const merged: Record<string, Schema[]> = {};
    for (const branch of resolve(this.#schemas, `${baseUrl}${kind}.json`).oneOf ?? []) {
      for (const [name, schema] of Object.entries(allProperties(this.#schemas, branch))) {
        if (schema === false || ownedByUnion[kind]?.has(name) === true) continue;
        const list = (merged[name] ??= []);
        if (!list.some((other) => sameLetter(other, schema))) list.push(schema);
      }
    }
    const properties = Object.entries(merged).map(([name, schemas]) => [name, this.#widest(schemas)] as const);
    Object.assign(shell, {
      properties: {
        ...this.#properties(Object.fromEntries(properties)),
        ...saidOtherwise[kind],
        description: { $ref: `${baseUrl}common.json#/$defs/description` },
        $comment: { $ref: `${baseUrl}common.json#/$defs/comment` },
      },
      additionalProperties: false,
    });
    return reference;
  }

  /** One schema that takes whatever any of these take; the effective field is checked in full after merging. */
  #widest(schemas: Schema[]): Schema {
    const [first, ...others] = schemas;
    if (!first || others.length === 0) return first ?? {};
    const types = [...new Set(schemas.flatMap((schema) => this.#types(schema)))];
    const [item = { type: 'string' }, ...differing] = schemas.flatMap((schema): Schema[] =>
      schema.items === undefined ? [] : [schema.items],
    );
    const list = types.includes('array') ? { items: differing.every((one) => sameLetter(one, item)) ? item : { type: 'string' } } : {};
    return { ...(first.description === undefined ? {} : { description: first.description }), type: types, ...list };
  }

  #camel(kind: string): string {
    return kind.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  }
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** Whether two schemas say the same but for words and defaults. */
function sameLetter(a: Schema, b: Schema): boolean {
  const letter = (schema: Schema): string => JSON.stringify(rewrite(schema, (node) => without(node, 'description', 'default')));
  return letter(a) === letter(b);
}

/** The schema file of changes, derived from the schemas of whole components. */
export function deltaSchema(schemas: ReadonlyMap<string, Schema>): Schema {
  const builder = new DeltaBuilder(schemas);
  for (const kind of folderKinds) builder.root(kind, kindSchema(kind));
  return absolute({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `${baseUrl}delta.json`,
    title: 'Delta',
    description:
      'What an extension may say of a component of a lower layer. Generated from the other schemas by `npm run generate`; do not edit.',
    $defs: builder.definitions,
  });
}

/** The schema of extension files: which change goes with which kind. */
export function extensionSchema(): Schema {
  return absolute({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `${baseUrl}extension.json`,
    title: 'Extension',
    description:
      'Changes to a component of a lower layer, by stable key: what is named is set or merged, null removes it. The result must be a whole component. Generated by `npm run generate`; do not edit.',
    type: 'object',
    required: ['extends'],
    properties: {
      extends: { description: 'The name of the component that is changed.', $ref: 'common.json#/$defs/name' },
      kind: { description: 'What kind of component it is.', type: 'string', enum: [...folderKinds], default: 'object' },
    },
    allOf: folderKinds.map((kind) => ({
      if: { properties: { kind: { const: kind } }, ...(kind === 'object' ? {} : { required: ['kind'] }) },
      then: { $ref: `delta.json#/$defs/${kind}` },
    })),
  });
}

// Makes TypeScript types from the schemas: one interface per kind, named after it (`ObjectJson`), comments from the descriptions.
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { baseUrl, parseRef, rewrite, type Schema } from './generate-schemas.ts';

const banner = '// The JSON of each kind of metadata. Generated from schemas/ by `npm run generate`; do not edit.';

const pascal = (text: string): string => text.replaceAll(/(?:^|[ -])([a-zA-Z])/g, (_, letter: string) => letter.toUpperCase());

/** Keywords that TypeScript has no word for, or that the bundle expresses otherwise. */
const dropped = new Set([
  ...[
    '$comment',
    '$schema',
    '$id',
    '$defs',
    'allOf',
    'if',
    'then',
    'else',
    'dependentSchemas',
    'discriminator',
    'propertyNames',
    'uniqueItems',
  ],
  ...['pattern', 'minItems', 'minLength', 'maxLength', 'minimum', 'maximum', 'minProperties', 'exclusiveMinimum'],
]);

/** The types of all schemas, as the text of a TypeScript file. */
export async function typesText(schemas: ReadonlyMap<string, Schema>): Promise<string> {
  const bundle = new Bundle(schemas);
  const text = await compile(bundle.schema() as JSONSchema, 'MetadataJson', {
    bannerComment: banner,
    additionalProperties: false,
    unreachableDefinitions: true,
    strictIndexSignatures: false,
    style: { singleQuote: true, printWidth: 140 },
  });
  // The root only holds the bundle together.
  const plainText = text.replaceAll(/\n \*\n \* This interface was referenced by [^]*?(?=\n \*\/)/g, '');
  return plainText.replace(/(?:\/\*\*(?:(?!\*\/)[^])*\*\/\n)?export interface MetadataJson \{[^]*?\n?\}\n/, '');
}

class Bundle {
  readonly #schemas: ReadonlyMap<string, Schema>;
  readonly #names = new Map<string, string>();

  constructor(schemas: ReadonlyMap<string, Schema>) {
    this.#schemas = schemas;
  }

  schema(): Schema {
    const $defs: Record<string, Schema> = {};
    for (const [kind, schema] of this.#schemas) {
      const entries = Object.entries(schema.$defs ?? {}).map(([name, inner]) => [name, inner] as const);
      const own: (readonly [string | undefined, Schema])[] =
        kind === 'common' || kind === 'delta' ? entries : [[undefined, schema], ...entries];
      for (const [definition, inner] of own) {
        if (isText(inner)) continue;
        const name = this.#name(kind, definition, inner);
        if ($defs[name]) throw new Error(`Two schemas are titled ${inner.title ?? ''}: their types would both be ${name}.`);
        $defs[name] = { ...rewrite(inner, (node) => this.#simplify(node)), title: name };
      }
    }
    return { title: 'MetadataJson', type: 'object', $defs };
  }

  #name(kind: string, definition: string | undefined, schema: Schema): string {
    const key = `${kind}#${definition ?? ''}`;
    const name = this.#names.get(key) ?? `${pascal(definition === undefined ? kind : (schema.title ?? definition))}Json`;
    this.#names.set(key, name);
    return name;
  }

  /** One schema node, its inner nodes done already: see `Schema`. */
  #simplify(node: Schema): Schema {
    const union = branches(node);
    if (union) return { ...described(node), anyOf: union };
    const kept = Object.fromEntries(Object.entries(node).filter(([keyword]) => !dropped.has(keyword)));
    const simple = kept as Schema;
    if (simple.properties) delete simple.properties['$comment'];
    if (isMapWithoutProperties(simple)) delete simple.properties;
    if (isAnyObject(simple)) return this.#ruleOr(simple);
    if (simple.unevaluatedProperties === false) {
      delete simple.unevaluatedProperties;
      simple.additionalProperties = false;
    }
    return typeof simple.$ref === 'string' ? this.#reference(simple) : simple;
  }

  /** Where any object is taken, it is a rule. */
  #ruleOr(node: Schema): Schema {
    const others = [node.type ?? []].flat().filter((type) => type !== 'object');
    if (others.length === 0) return { ...node, additionalProperties: {} };
    return {
      ...described(node),
      ...(node.title === undefined ? {} : { title: node.title }),
      anyOf: [...others.map((type) => ({ type })), this.#reference({ $ref: `${baseUrl}common.json#/$defs/rule` })],
    };
  }

  #reference(node: Schema): Schema {
    const { $ref = '', ...rest } = node;
    const { kind, definition } = parseRef($ref);
    const root = this.#schemas.get(kind);
    const target = definition === undefined ? root : root?.$defs?.[definition];
    if (!target) throw new Error(`No schema at ${$ref}.`);
    if (isText(target))
      return { ...described(node), type: target.type ?? 'string', ...(target.items ? { items: { type: 'string' } } : {}) };
    const local = { $ref: `#/$defs/${this.#name(kind, definition, target)}` };
    if (rest.properties) return { ...rest, extends: local };
    return { ...described(node), allOf: [local] };
  }
}

/** Schemas of texts and numbers are written out where they are used. */
function isText(schema: Schema): boolean {
  return [schema.type ?? 'object'].flat().every((type) => type !== 'object');
}

function isMapWithoutProperties(schema: Schema): boolean {
  return typeof schema.additionalProperties === 'object' && Object.keys(schema.properties ?? {}).length === 0;
}

function isAnyObject(schema: Schema): boolean {
  return (
    [schema.type].flat().includes('object') &&
    schema.properties === undefined &&
    schema.additionalProperties === undefined &&
    schema.$ref === undefined &&
    schema.$defs === undefined
  );
}

function described(node: Schema): Schema {
  return node.description === undefined ? {} : { description: node.description };
}

/** Choices written as if/then: what the node may be, each as a schema. */
function branches(node: Schema): Schema[] | undefined {
  // The parts of an allOf are simplified before: a choice among them is an anyOf by now.
  const conditional = (node.allOf ?? []).flatMap((part) => part.anyOf ?? []);
  if (conditional.length > 0) return conditional;
  if (!node.then || !isReference(node.then)) return undefined;
  const nothing: Schema[] = Array.isArray(node.type) && node.type.includes('null') ? [{ type: 'null' }] : [];
  return [node.then, ...(node.else && isReference(node.else) ? [node.else] : []), ...nothing];
}

/** Whether a simplified node is but a reference, or the text that stands for one. */
function isReference(node: Schema): boolean {
  return Array.isArray(node.allOf) || typeof node.type === 'string' || Array.isArray(node.type);
}

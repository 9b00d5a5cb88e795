// Compiles the schemas to plain JavaScript: validators that need no ajv, no eval and no `require` at run time.
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { allProperties, rewrite, without, type Schema } from './generate-schemas.ts';

const banner = '// Validators, one per kind of metadata. Generated from schemas/ by `npm run generate`; do not edit.\n';

/** Schemas that are no kind of file or component of their own. */
const shared = ['common', 'delta'];

const camel = (kind: string): string => kind.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** The kinds in camelCase, as layers and the API name them. */
export function kindNames(schemas: ReadonlyMap<string, Schema>): string[] {
  return [...schemas.keys()].filter((kind) => !shared.includes(kind)).map(camel);
}

/** The validators' JavaScript. */
export function validatorsText(schemas: ReadonlyMap<string, Schema>): string {
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    strictTypes: false,
    allErrors: true,
    verbose: true,
    discriminator: true,
    unicode: false,
    messages: false,
    logger: false,
    code: { source: true, esm: true, optimize: 2 },
  });
  ajv.addKeyword({ keyword: 'known', schemaType: 'array' });
  for (const schema of schemas.values()) ajv.addSchema(annotate(schemas, schema));
  const exported = Object.fromEntries(
    [...schemas].filter(([kind]) => !shared.includes(kind)).map(([kind, schema]) => [camel(kind), schema.$id ?? '']),
  );
  const code = standalone.default(ajv, exported);
  if (/\brequire\(|^import /m.test(code))
    throw new Error('The validators would need a module at run time: avoid the keyword that asks for it.');
  return banner + code.replace(/^"use strict";/, '');
}

/** Their types. */
export function validatorTypesText(schemas: ReadonlyMap<string, Schema>): string {
  const lines = kindNames(schemas).map((kind) => `export declare const ${kind}: Validator;`);
  const types = `/** What a validator found at one place. */
export interface SchemaError {
  readonly instancePath: string;
  readonly schemaPath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly propertyName?: string;
  readonly schema?: unknown;
  readonly parentSchema?: Readonly<Record<string, unknown>>;
  readonly data?: unknown;
}

/** Says whether the content is right; what is not is in \`errors\` until the next call. */
export interface Validator {
  (content: unknown): boolean;
  errors: readonly SchemaError[] | null;
}
`;
  return `${banner}\n${types}\n${lines.join('\n')}\n`;
}

/** Leaves out the words that no message uses, and names, beside each closed object, the properties that it takes: messages suggest from them. */
function annotate(schemas: ReadonlyMap<string, Schema>, schema: Schema): Schema {
  return rewrite(schema, (node) => {
    const letter = without(node, 'default', ...(node.pattern === undefined ? ['description'] : []));
    if (letter.additionalProperties !== false && letter.unevaluatedProperties !== false) return letter;
    const known = Object.entries(allProperties(schemas, letter)).filter(([, inner]) => inner !== false);
    return { ...letter, known: known.map(([name]) => name) };
  });
}

// How an editor finds the schemas that files name in `$schema`, without a network: they stand in the folder's settings.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where VS Code, and editors that take its settings, look. */
export const editorFile = '.vscode/settings.json';

const schemas = join(import.meta.dirname, '..', '..', '..', 'schemas');

type Json = Readonly<Record<string, unknown>>;

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const asJson = (value: unknown): Json => (isJson(value) ? value : {});

/** What one of the alternatives takes for the member that tells them apart. */
function tagOf(alternative: unknown, member: string, root: Json): unknown {
  const [, name] = /^#\/\$defs\/(\w+)$/.exec(String(asJson(alternative)['$ref'])) ?? [];
  return name === undefined ? undefined : asJson(asJson(asJson(asJson(root['$defs'])[name])['properties'])[member])['const'];
}

/** Alternatives that a member tells apart, as conditions: editors offer all values of the member, and say what is wrong with the one meant. */
function asConditions({ discriminator, oneOf, ...others }: Json, root: Json): Json {
  const member = String(asJson(discriminator)['propertyName']);
  const tagged = (oneOf as readonly unknown[]).map((then) => ({ tag: tagOf(then, member, root), then }));
  if (tagged.some(({ tag }) => tag === undefined)) return { ...others, oneOf };
  return {
    ...others,
    properties: { [member]: { enum: tagged.map(({ tag }) => tag) } },
    allOf: tagged.map(({ tag, then }) => ({ if: { properties: { [member]: { const: tag } }, required: [member] }, then })),
  };
}

/**
 * The same schema as editors understand it: references are addresses, since not every editor knows what a relative one is relative to,
 * and stand alone, since some take what is referred to in the place of what stands beside it.
 */
function forEditors(schema: unknown, root: Json): unknown {
  if (Array.isArray(schema)) return schema.map((each) => forEditors(each, root));
  if (!isJson(schema)) return schema;
  if (isJson(schema['discriminator']) && Array.isArray(schema['oneOf'])) return forEditors(asConditions(schema, root), root);
  const { $ref, ...own } = schema;
  const others = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, forEditors(value, root)]));
  if (typeof $ref !== 'string') return $ref === undefined ? others : { ...others, $ref: forEditors($ref, root) };
  const reference = { $ref: $ref.startsWith('#') ? $ref : new URL($ref, String(root['$id'])).href };
  if (Object.keys(others).length === 0) return reference;
  return { ...others, allOf: [reference, ...(Array.isArray(others['allOf']) ? (others['allOf'] as readonly unknown[]) : [])] };
}

const inOneLine = (schema: Json): string => JSON.stringify({ url: schema['$id'], schema: forEditors(schema, schema) });

/** Settings with every schema under its address. They are written out, since a path to them would end at this machine. */
export async function editorSettings(): Promise<string> {
  const files = (await readdir(schemas)).filter((name) => name.endsWith('.schema.json')).sort();
  const entries = await Promise.all(
    files.map(async (file) => `    ${inOneLine(JSON.parse(await readFile(join(schemas, file), 'utf8')) as Json)}`),
  );
  return `{\n  "json.schemas": [\n${entries.join(',\n')}\n  ]\n}\n`;
}

// `npm run generate`: writes what is derived from schemas/ — types, validators, the schema of changes. With --check: only compares.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { deltaSchema, extensionSchema } from './generate-deltas.ts';
import { derivedFile, readSchemas, type Schema } from './generate-schemas.ts';
import { typesText } from './generate-types.ts';
import { validatorTypesText, validatorsText } from './generate-validators.ts';

const folder = new URL('src/generated/', import.meta.url);
const root = fileURLToPath(new URL('../../', import.meta.url));

async function schemaFile(kind: 'delta' | 'extension', schema: Schema): Promise<[URL, string]> {
  const path = fileURLToPath(derivedFile(kind));
  return [derivedFile(kind), await format(JSON.stringify(schema), { ...(await resolveConfig(path)), filepath: path })];
}

/** Every derived file with its text. */
async function derive(): Promise<Map<URL, string>> {
  const schemas = readSchemas();
  const delta = deltaSchema(schemas);
  const extension = extensionSchema();
  schemas.set('delta', delta).set('extension', extension);
  return new Map([
    await schemaFile('delta', delta),
    await schemaFile('extension', extension),
    [new URL('types.ts', folder), await typesText(schemas)],
    [new URL('validators.js', folder), validatorsText(schemas)],
    [new URL('validators.d.ts', folder), validatorTypesText(schemas)],
  ]);
}

const files = await derive();
if (process.argv.includes('--check')) {
  const stale = [...files].filter(([url, text]) => !existsSync(url) || readFileSync(url, 'utf8') !== text);
  if (stale.length > 0) {
    const names = stale.map(([url]) => `  ${fileURLToPath(url).slice(root.length)}`).join('\n');
    process.stderr.write(`These files are not what schemas/ gives; run npm run generate:\n${names}\n`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(folder, { recursive: true });
  for (const [url, text] of files) writeFileSync(url, text);
}

// The packs that come with the repository: every file keeps to its schema, and the demo data can be mapped.
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { fileOf } from '@tessera/metadata';
import { checkFile, type MetadataKind } from '../../packages/metadata/src/schema-check.ts';

type Json = Readonly<Record<string, unknown>>;

const root = new URL('../../', import.meta.url);
const kindOf = (path: string): MetadataKind | undefined => fileOf(path)?.kind;

/** The JSON files of a pack by path. */
function filesOf(pack: string): (readonly [string, Json])[] {
  const folder = new URL(`${pack}/`, root);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));
  const jsons = paths.filter((path) => path.endsWith('.json')).sort();
  return jsons.map((path) => [path, JSON.parse(readFileSync(new URL(path, folder), 'utf8')) as Json] as const);
}

/** Rows of a CSV without quotes, which the demo data have none of. */
function rowsOf(path: string): Record<string, string>[] {
  const lines = readFileSync(new URL(path, root), 'utf8').trim().split(/\r?\n/);
  const [headers = [], ...rows] = lines.map((line) => line.split(','));
  return rows.map((cells) => Object.fromEntries(headers.map((header, i) => [header, cells[i] ?? ''])));
}

/** Where a label lacks one of the pack's languages. */
function untranslated(value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  const own = entries.flatMap(([key, inner]) => untranslated(inner, `${at}/${key}`));
  const isLabel = /\/(label|pluralLabel|message)$/.test(at) && 'en' in value;
  return isLabel && !('zh-CN' in value) ? [at, ...own] : own;
}

const examples = readdirSync(new URL('examples/', root)).map((name) => `examples/${name}`);

/** What a file may be called: an extension also by the kind that it extends. */
function fileNames(content: Json): readonly unknown[] {
  const { name, language, kind } = content;
  const called = name ?? language ?? content['extends'];
  if (called !== content['extends'] || typeof kind !== 'string') return [called];
  return [called, `${String(called)}${kind.charAt(0).toUpperCase()}${kind.slice(1)}`];
}

describe.each([...examples, 'packages/packs/platform'])('%s', (pack) => {
  const files = filesOf(pack);

  it('keeps to the schemas', () => {
    const problems = files.flatMap(([path, content]) => {
      const kind = kindOf(path);
      return kind === undefined
        ? [`${path}: no kind`]
        : checkFile(kind, content, path).map((found) => `${path}#${found.pointer ?? ''} ${found.message}`);
    });
    expect(problems).toEqual([]);
  });

  it('names each file after its component and its schema', () => {
    const wrong = files.filter(([path, content]) => {
      const kind = (kindOf(path) ?? '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const named = !path.includes('/') || fileNames(content).some((name) => path.endsWith(`/${String(name)}.json`));
      return !named || content['$schema'] !== `https://tessera.dev/schemas/1/${kind}.json`;
    });
    expect(wrong.map(([path]) => path)).toEqual([]);
  });

  it('speaks English and Chinese', () => {
    expect(files.flatMap(([path, content]) => untranslated(content, path))).toEqual([]);
  });
});

describe('the demo data of crm-base', () => {
  const files = new Map(filesOf('examples/crm-base'));
  const imports = [...files].filter(([, content]) => typeof content['file'] === 'string');

  it('has a mapping for every column of every file, and for no other', () => {
    for (const [path, content] of imports) {
      const [row = {}] = rowsOf(`examples/crm-base/data/${String(content['file'])}`);
      const columns = (content['mapping'] as { columns: Json }).columns;
      expect([path, ...Object.keys(columns).sort()]).toEqual([path, ...Object.keys(row).sort()]);
    }
  });

  it('maps every word in a picklist column to an option', () => {
    for (const [, content] of imports) {
      const object = files.get(`objects/${String(content['object'])}.json`) as { fields: Record<string, Json> } | undefined;
      const { columns } = content['mapping'] as { columns: Record<string, { field: string; values?: Record<string, string> }> };
      for (const [header, { field, values = {} }] of Object.entries(columns)) {
        const options = object?.fields[field]?.['options'];
        if (options === undefined) continue;
        const words = new Set(rowsOf(`examples/crm-base/data/${String(content['file'])}`).map((row) => row[header] ?? ''));
        expect(Object.keys(options as Json)).toEqual(expect.arrayContaining([...words].map((word) => values[word] ?? word)));
      }
    }
  });

  it('still adds up to the figures that the set is known by', () => {
    const won = rowsOf('examples/crm-base/data/sales_pipeline.csv').filter((row) => row['deal_stage'] === 'Won');
    const sum = (rows: Record<string, string>[]): number => rows.reduce((total, row) => total + Number(row['close_value']), 0);
    expect(sum(won)).toBe(10_005_534);
    expect(sum(won.filter((row) => row['sales_agent'] === 'Darcel Schlecht'))).toBe(1_153_214);
  });
});

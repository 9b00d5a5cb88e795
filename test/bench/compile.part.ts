// What a tenant's metadata takes to compile, as a part: each size in a process of its own, without a database.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Part } from './part.ts';
import { markdownTable } from './report/tables.ts';
import type { Compiled } from './start/compile-child.ts';
import type { PackSize } from './synthetic-pack.ts';

const run = promisify(execFile);

const sizes: readonly PackSize[] = [
  { objects: 10, fields: 30 },
  { objects: 30, fields: 30 },
  { objects: 100, fields: 30 },
  { objects: 300, fields: 30 },
  { objects: 500, fields: 30 },
  { objects: 10, fields: 300 },
];

/** Milliseconds for a Model of 100 objects of 30 fields. */
const goal = 150;

async function compiledAlone(size: PackSize): Promise<Compiled> {
  const child = join(import.meta.dirname, 'start/compile-child.ts');
  const { stdout } = await run(process.execPath, ['--expose-gc', child, JSON.stringify(size)], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return JSON.parse(stdout) as Compiled;
}

const nameOf = ({ objects, fields }: PackSize): string => `${String(objects)} × ${String(fields)}`;
const mb = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1);

type Row = readonly [size: PackSize, found: Compiled];

function timesTable(rows: readonly Row[]): string {
  const head = [
    'objects × fields',
    'Model, first of the process',
    'Model',
    'GraphQL, first document',
    'GraphQL, all types',
    'policy and view',
  ];
  return markdownTable(
    head,
    rows.map(([size, found]) => [
      nameOf(size),
      ...[found.first, found.later, found.document, found.whole, found.view].map((ms) => ms.toFixed(1)),
    ]),
  );
}

function memoryTable(rows: readonly Row[]): string {
  const head = ['objects × fields', 'stored JSON', 'Model', 'GraphQL after a document', 'GraphQL, all types', 'view with its policy'];
  return markdownTable(
    head,
    rows.map(([size, { characters, modelBytes, documentBytes, wholeBytes, viewBytes }]) => [
      nameOf(size),
      ...[characters, modelBytes, documentBytes, wholeBytes, viewBytes].map(mb),
    ]),
  );
}

export const compile: Part = {
  name: 'compile',
  title: 'Compiling a tenant’s metadata',
  run: async (_, tell) => {
    const rows: Row[] = [];
    for (const size of sizes) {
      rows.push([size, await compiledAlone(size)]);
      tell(`${nameOf(size)} is compiled`);
    }
    const later = rows.find(([{ objects, fields }]) => objects === 100 && fields === 30)?.[1].later ?? Number.NaN;
    const missed = later <= goal ? [] : [`a Model of 100 × 30 takes ${later.toFixed(0)} ms instead of ${String(goal)}`];
    const notes = [
      '- Milliseconds of the main thread’s CPU, medians of nine, each size in a process of its own; objects have the lookups, formulas, roll-ups, rules, layouts and roles of a grown CRM.',
      `- The Model of 100 × 30: at most ${String(goal)} ms wanted: ${missed.length === 0 ? 'met' : 'missed'}. A Model is compiled when the tenant is first asked, a schema makes its types as documents ask for them; all types are for introspection.`,
    ].join('\n');
    const markdown = [notes, timesTable(rows), 'Megabytes of heap each:', memoryTable(rows)].join('\n\n');
    return { markdown, missed, failed: false, figures: rows };
  },
};

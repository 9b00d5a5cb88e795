// Tables as PostgreSQL has them against what the Model says.
import type { Model } from '@tessera/metadata';
import type { Queryable } from '../database.ts';
import { asideNumber, attachedName } from './names.ts';
import { readPhysical, type PhysicalState, type PhysicalTable } from './physical.ts';
import { tableSpecs, type TableSpec } from './tables.ts';

export interface DriftFinding {
  readonly kind: 'missing' | 'extra' | 'different';
  readonly what: 'table' | 'column' | 'index' | 'constraint';
  readonly table: string;
  readonly name: string;
  /** What the Model says and what PostgreSQL has. */
  readonly expected: string | undefined;
  readonly found: string | undefined;
}

/** Compares a schema with a Model. What was set aside is no difference, nor is a constraint that still waits for its validation. */
export async function drift(queryable: Queryable, model: Model, schema: string): Promise<readonly DriftFinding[]> {
  return compare(model, await readPhysical(queryable, schema));
}

/** The same over a state that was read before. */
export function compare(model: Model, state: PhysicalState): readonly DriftFinding[] {
  const specs = tableSpecs(model);
  const findings: DriftFinding[] = [];
  const expected = new Set(specs.map((spec) => spec.name));
  for (const spec of specs) {
    const table = state.tables[spec.name];
    if (table === undefined)
      findings.push({ kind: 'missing', what: 'table', table: spec.name, name: spec.name, expected: spec.name, found: undefined });
    else findings.push(...compareTable(spec, table));
  }
  for (const name of Object.keys(state.tables)) {
    // Names with `_` before them are system tables, and what is set aside.
    if (expected.has(name) || name.startsWith('_')) continue;
    findings.push({ kind: 'extra', what: 'table', table: name, name, expected: undefined, found: name });
  }
  return findings;
}

type Described = ReadonlyMap<string, string>;

function compareTable(spec: TableSpec, table: PhysicalTable): readonly DriftFinding[] {
  return [
    ...compareNames('column', spec.name, describeColumns(spec), describePhysicalColumns(table)),
    ...compareNames('index', spec.name, describeIndexes(spec), describePhysicalIndexes(table)),
    ...compareNames('constraint', spec.name, describeConstraints(spec), describePhysicalConstraints(spec, table)),
  ];
}

function compareNames(what: DriftFinding['what'], table: string, expected: Described, found: Described): readonly DriftFinding[] {
  const findings: DriftFinding[] = [];
  for (const [name, text] of expected) {
    const other = found.get(name);
    if (other === text) continue;
    findings.push({ kind: other === undefined ? 'missing' : 'different', what, table, name, expected: text, found: other });
  }
  for (const [name, text] of found)
    if (!expected.has(name)) findings.push({ kind: 'extra', what, table, name, expected: undefined, found: text });
  return findings;
}

function describeColumn(type: string, notNull: boolean, value: string | undefined): string {
  return `${type}${notNull ? ' not null' : ''}${value === undefined ? '' : ` default ${value}`}`;
}

function describeColumns(spec: TableSpec): Described {
  return new Map(spec.columns.map((column) => [column.name, describeColumn(column.typeText, column.notNull, column.default)]));
}

function describePhysicalColumns(table: PhysicalTable): Described {
  const waiting = new Set(table.constraints.map((constraint) => constraint.name));
  const own = table.columns.filter((column) => asideNumber(column.name) === undefined);
  return new Map(
    own.map((column) => {
      const notNull = column.notNull || waiting.has(attachedName(table.name, column.name, 'required'));
      return [column.name, describeColumn(column.typeText, notNull, column.default)];
    }),
  );
}

const kindOf = (index: { readonly unique: boolean; readonly primary: boolean }): string =>
  index.primary ? 'primary key' : index.unique ? 'unique' : 'index';

function describeIndexes(spec: TableSpec): Described {
  return new Map(
    spec.indexes.map((index) => {
      const parts = index.parts.map((part) => (part.length === 1 ? part[0] : `COALESCE(${part.join(', ')})`));
      return [index.name, `${kindOf(index)} (${parts.join(', ')})${predicate(index.whereHash)}`];
    }),
  );
}

function predicate(hash: string): string {
  if (hash === '') return '';
  return hash === 'live' ? ' where (deleted_at IS NULL)' : ' where …';
}

function describePhysicalIndexes(table: PhysicalTable): Described {
  return new Map(
    table.indexes.map((index) => {
      const where = index.where === undefined ? '' : index.where === '(deleted_at IS NULL)' ? ` where ${index.where}` : ' where …';
      const parts = index.parts.map((part) => part.replaceAll('"', ''));
      return [index.name, `${index.valid ? '' : 'unfinished '}${kindOf(index)} (${parts.join(', ')})${where}`];
    }),
  );
}

function describeConstraints(spec: TableSpec): Described {
  return new Map([
    ...spec.foreignKeys.map((key) => [key.name, `(${key.column}) references ${key.target}`] as const),
    ...spec.checks.map((check) => [check.name, `check over (${[...check.columns].sort().join(', ')})`] as const),
  ]);
}

function describePhysicalConstraints(spec: TableSpec, table: PhysicalTable): Described {
  const duties = new Set(spec.columns.filter((column) => column.notNull).map((column) => attachedName(spec.name, column.name, 'required')));
  return new Map(
    table.constraints
      .filter((constraint) => !duties.has(constraint.name))
      .map((constraint) => {
        const columns = [...constraint.columns].sort().join(', ');
        if (constraint.kind !== 'foreignKey') return [constraint.name, `check over (${columns})`];
        return [
          constraint.name,
          `(${columns}) references ${constraint.target ?? ''}${constraint.onDelete === 'a' ? '' : ` on delete ${constraint.onDelete ?? ''}`}`,
        ];
      }),
  );
}

// Every example of the operator table is true, in JavaScript and in SQL.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql, toStatement } from '@tessera/kernel';
import { checkRule, operators, toSql } from '@tessera/rules';
import { dealScope } from './world/catalog.ts';
import { valueFor, type Row } from './world/memory.ts';
import { versions, type Database } from './world/postgres.ts';
import { plainWorld } from './world/records.ts';
import { environment, exactText, fromDeals, readExact, slotsOf, tableStatements } from './world/tables.ts';

const examples = operators.flatMap((row) =>
  row.examples.map((example) => ({ title: `${row.name}: ${JSON.stringify(example.rule)}`, ...example })),
);
const [deal] = plainWorld.rows['deal'] as [Row];

function checked(rule: unknown): ReturnType<typeof checkRule> & { expression: object } {
  const found = checkRule(rule, dealScope);
  if (found.expression === undefined) throw new Error(JSON.stringify(found.problems));
  return found;
}

describe('the operator table', () => {
  it('has an example, a note on null and an implementation for each operator', () => {
    for (const row of operators) {
      expect(row.examples.length).toBeGreaterThan(0);
      expect(row.nulls).not.toBe('');
    }
    expect(new Set(operators.flatMap((row) => [row.name, ...(row.aliases ?? [])])).size).toBe(
      operators.reduce((n, row) => n + 1 + (row.aliases?.length ?? 0), 0),
    );
  });
});

describe('an example of the operator table', () => {
  it.each(examples)('gives in JavaScript what it says: $title', ({ rule, gives }) => {
    expect(valueFor(checked(rule).expression, plainWorld, deal)).toEqual(gives);
  });
});

describe.each(versions.filter((version) => version.open !== undefined))('an example on $title', ({ open }) => {
  let database: Database;
  beforeAll(async () => {
    if (open !== undefined) database = await open();
    for (const statement of tableStatements(plainWorld)) await database.rows(statement);
  });
  afterAll(() => database.end());

  it.each(examples)('gives in SQL what it says: $title', async ({ rule, gives }) => {
    const { expression } = checked(rule);
    const { kind } = expression.type;
    const [row] = await database.rows(
      toStatement(sql`select ${exactText(toSql(expression, environment), kind)} ${fromDeals}`),
      slotsOf(plainWorld),
    );
    expect(readExact(row?.[0] ?? null, kind)).toEqual(gives);
  });
});

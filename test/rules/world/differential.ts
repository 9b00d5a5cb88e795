// Works rules out on both roads and compares: many in one statement, and one by one where they differ.
import { join, sql, toStatement } from '@tessera/kernel';
import { checkRule, conditionSql, toSql, type Expression, type Value } from '@tessera/rules';
import { dealScope } from './catalog.ts';
import { valueFor, type Compile, type World } from './memory.ts';
import type { Database } from './postgres.ts';
import { environment, exactText, fromDeals, readExact, slotsOf } from './tables.ts';

export interface Difference {
  readonly rule: unknown;
  readonly deal: string;
  readonly javascript: Value;
  readonly database: unknown;
}

/** The typed form of a rule that must be well typed. */
export function expressionOf(rule: unknown): Expression {
  const { expression, problems } = checkRule(rule, dealScope);
  if (expression === undefined)
    throw new Error(
      `Not well typed: ${JSON.stringify(rule)}: ${problems.map(({ pointer, message }) => `${pointer ?? ''} ${message}`).join('; ')}`,
    );
  return expression;
}

/** The values of each expression for each deal, as the database gives them: `values[expression][deal]`. */
export async function databaseValues(expressions: readonly Expression[], world: World, database: Database): Promise<Value[][]> {
  const columns = expressions.map((expression) => {
    const value = exactText(toSql(expression, environment), expression.type.kind);
    if (expression.type.kind !== 'boolean') return value;
    // Both forms of a condition at once: they may differ in null and false alone.
    return sql`case when ${value}::boolean = coalesce(${conditionSql(expression, environment)}, false) then ${value} else 'the condition differs' end`;
  });
  const rows = await database.rows(toStatement(sql`select ${join(columns)} ${fromDeals}`), slotsOf(world));
  return expressions.map((expression, i) => rows.map((row) => readExact(row[i] ?? null, expression.type.kind)));
}

const same = (a: Value, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What JavaScript says otherwise than the database did. */
export function differences(
  rules: readonly unknown[],
  expressions: readonly Expression[],
  found: readonly Value[][],
  world: World,
  compile?: Compile,
): Difference[] {
  const deals = world.rows['deal'] ?? [];
  return expressions.flatMap((expression, i) =>
    deals.flatMap((deal, row) => {
      const javascript = valueFor(expression, world, deal, compile);
      const database = found[i]?.[row] ?? null;
      return same(javascript, database) ? [] : [{ rule: rules[i], deal: deal.id, javascript, database }];
    }),
  );
}

/** One rule on both roads. An error of the database is a difference: rules are total. */
export async function differencesOf(rule: unknown, world: World, database: Database): Promise<Difference[]> {
  const expression = expressionOf(rule);
  try {
    return differences([rule], [expression], await databaseValues([expression], world, database), world);
  } catch (error) {
    return [{ rule, deal: '', javascript: null, database: String(error) }];
  }
}

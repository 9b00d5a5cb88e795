// Statements that fail unless something holds, so that a commit sent along with them is a rollback.
import { sql, textLiteral, type Sql } from '@tessera/kernel';
import { sqlState } from '../cell/pg-errors.ts';

const mark = 'tessera: ';

/** An expression that PostgreSQL cannot work out unless the condition holds; the reason is what its log then says. */
export function mustSql(condition: Sql, reason: string): Sql {
  return sql`(case when ${condition} then '1' else ${textLiteral(`${mark}${reason}`)} end)::integer as met`;
}

/** Whether the error is that of such a statement. */
export function isUnmet(error: unknown): boolean {
  // 22P02, invalid_text_representation: the reason is no integer.
  return sqlState(error) === '22P02' && error instanceof Error && error.message.includes(`"${mark}`);
}

// What a rule is worked out in: where JavaScript gets its values and SQL its columns.
import type { Sql } from '@tessera/kernel';
import type { AccessExpression, AggregateExpression, PathExpression, Value } from './expression.ts';

/** Gives the values that a rule asks for in JavaScript. */
export interface JsEnvironment {
  /** The value of a path, in the form that `Value` states; null where it is unknown or a lookup on the way is empty. */
  path(path: PathExpression): Value;
  /** The value of an aggregate. Work out its members' values and hand them to `aggregateValues`. */
  aggregate(aggregate: AggregateExpression): Value;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The tenant's IANA time zone. */
  readonly timeZone: string;
  /** API names of the acting user's roles, for `hasRole`; left out: none. */
  readonly roles?: readonly string[];
}

/** Gives the SQL that a rule's paths and aggregates stand for. */
export interface SqlEnvironment {
  /** The value of a path, typed as `sqlType` of its type says; null where it is unknown. `$user.id` and `$tenant.timeZone` are not asked for. */
  path(path: PathExpression): Sql;
  /** The whole aggregate as one scalar SQL expression (see `aggregateSql`, `sortSql`). */
  aggregate(aggregate: AggregateExpression): Sql;
  /**
   * A condition that security has placed; null may stand for false, as in `conditionSql`. Left out where there is nobody who asks, as in
   * the condition of an index.
   */
  access?(access: AccessExpression): Sql;
}

/**
 * The slots that compiled SQL may hold: `now` (the instant as ISO 8601 text in UTC), `zone` (the tenant's IANA zone), `user` (the acting
 * user's record id or null), `roles` (an array of role names).
 */
export const ruleSlots = { now: 'now', zone: 'zone', user: 'user', roles: 'roles' } as const;

// What date operators share: the zone that they work in, and the day that a value lies on there.
import { sql, type Sql } from '@tessera/kernel';
import * as calendar from '../calendar.ts';
import type { Day } from '../calendar.ts';
import type { CallExpression, Expression, RuleType, Value } from '../expression.ts';
import { boundedDate, zoneSql } from '../sql-parts.ts';
import { text, type Kind } from '../types.ts';
import { literalText, type CallSite, type JsCall, type SqlCall } from './operator.ts';

export const dateKinds: readonly Kind[] = ['date', 'datetime'];

/** The zone that a call names literally in argument `i`, else the tenant's. */
export const zoneOf = ({ call, environment }: JsCall, i: number): string => literalText(call, i) ?? environment.timeZone;

export const zoneOfSql = (call: SqlCall, i: number): Sql => (literalText(call.call, i) === undefined ? zoneSql : call.value(i));

/** A zone must be literal: one that a record holds could be unknown to the database, and then the whole statement would fail. */
export function checkZone(site: CallSite, i: number): Expression | undefined {
  const zone = site.check(i, text);
  if (zone === undefined) return undefined;
  if (zone.node === 'literal' && typeof zone.value === 'string' && calendar.isZone(zone.value)) return zone;
  return site.refuse('A time zone is named literally, such as "Europe/Berlin" or "UTC"; left out, it is the tenant\'s.', i);
}

/** Arguments of which the last, where given, is a zone. */
export function withZone(site: CallSite, type: RuleType, args: readonly (Expression | undefined)[], at: number): Expression | undefined {
  return site.call(type, site.sources.length > at ? [...args, checkZone(site, at)] : args);
}

export const isDate = (call: CallExpression, i = 0): boolean => call.arguments[i]?.type.kind === 'date';

/** The day that a date is, or that clocks in the zone show. */
export function dayOfValue(value: Value | undefined, type: Expression | undefined, zone: string): Day | undefined {
  if (typeof value !== 'string') return undefined;
  if (type?.type.kind === 'date') return calendar.dayOf(value);
  const day = calendar.localAt(Date.parse(value), zone).toPlainDate();
  return calendar.dayText(day) === null ? undefined : day;
}

export const localSql = (value: Sql, zone: Sql): Sql => sql`(${value} at time zone ${zone})`;

/** As `dayOfValue`. */
export function daySql(call: SqlCall, i: number, zone: Sql): Sql {
  return isDate(call.call, i) ? call.value(i) : boundedDate(sql`${localSql(call.value(i), zone)}::date`);
}

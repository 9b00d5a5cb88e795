// What the tuned RAW server asks: page and count from one pass, JSON text by concatenation, correlated sub-selects.
import { rawStatements } from './raw-statements.ts';

const text = (value: string): string => `coalesce(to_json(${value})::text, 'null')`;
const number = (value: string): string => `coalesce(${value}::text, 'null')`;
const word = (value: string): string => `coalesce('"' || ${value} || '"', 'null')`;

/** `{"name":…}` of SQL texts that are never null. */
function object(members: Readonly<Record<string, string>>): string {
  const parts = Object.entries(members).map(([name, value], i) => `'${i === 0 ? '{' : ','}"${name}":' || ${value}`);
  return `${parts.join(' || ')} || '}'`;
}

const array = (element: string, order = ''): string => `'[' || coalesce(string_agg(${element}, ','${order}), '') || ']'`;
const instant = (value: string): string => word(`to_char(${value} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

const get = (s: string): string => `
  select ${object({
    id: word('o.id'),
    name: text('o.name'),
    amount: number('o.amount'),
    stage: word('o.stage'),
    probability: number('o.probability'),
    closeDate: word('o.close_date'),
    account: word('o.account_id'),
    owner: word('o.owner_id'),
    createdAt: instant('o.created_at'),
  })} as answer
  from ${s}.opportunity o where o.id = $1 and o.deleted_at is null`;

const list = (s: string): string => `
  with m as materialized (
    select o.id, o.close_date from ${s}.opportunity o where o.deleted_at is null and o.owner_id = $1 and o.stage = $2)
  select '{"totalCount":' || (select count(*) from m) || ',"records":' || ${array(
    object({
      id: word('o.id'),
      name: text('o.name'),
      amount: number('o.amount'),
      stage: word('o.stage'),
      closeDate: word('o.close_date'),
      probability: number('o.probability'),
      account: word('o.account_id'),
      owner: word('o.owner_id'),
    }),
    ' order by p.close_date desc, p.id desc',
  )} || '}' as answer
  from (select m.id, m.close_date from m order by m.close_date desc, m.id desc limit 50) p join ${s}.opportunity o on o.id = p.id`;

const nested = (s: string): string => `
  select ${array(
    object({
      id: word('a.id'),
      name: text('a.name'),
      industry: word('a.industry'),
      city: text('a.city'),
      revenue: number('a.revenue'),
      opportunities: `(select ${array(
        object({
          id: word('o.id'),
          name: text('o.name'),
          amount: number('o.amount'),
          stage: word('o.stage'),
          closeDate: word('o.close_date'),
          owner: `(select ${object({ name: text('u.name') })} from ${s}."user" u where u.id = o.owner_id)`,
        }),
      )} from (select * from ${s}.opportunity o where o.account_id = a.id and o.deleted_at is null order by o.close_date desc, o.id desc limit 5) o)`,
      contacts: `(select ${array(
        object({ id: word('c.id'), name: text('c.name'), email: text('c.email'), phone: text('c.phone') }),
      )} from (select * from ${s}.contact c where c.account_id = a.id and c.deleted_at is null order by c.id limit 3) c)`,
    }),
  )} as answer
  from (select * from ${s}.account a where a.owner_id = $1 and a.deleted_at is null order by a.id desc limit 50) a`;

export interface TunedStatement {
  readonly text: string;
  /** Without one PostgreSQL plans for the values at hand each time. */
  readonly name?: string;
}

/** Reads over the tables of schema `s`; what is not better than RAW's is RAW's. */
export function tunedStatements(s: string): Readonly<Record<'get' | 'list' | 'nested' | 'sums', TunedStatement>> {
  return {
    get: { name: 'get', text: get(s) },
    list: { text: list(s) },
    nested: { name: 'nested', text: nested(s) },
    sums: { text: rawStatements(s).sums.text },
  };
}

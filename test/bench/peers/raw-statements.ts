// What the RAW server asks: one statement per workload, as one writes them by hand over these tables, without permissions.

export interface RawStatement {
  readonly name: string;
  readonly text: string;
}

/** A condition on the opportunities of alias `o`; the server's own is `true`, the comparison of answers puts a person's sight there. */
export type Sight = string;

/** A live record by its id. */
const get = (s: string): string => `
  select json_build_object('id', o.id, 'name', o.name, 'amount', o.amount, 'stage', o.stage, 'probability', o.probability,
    'closeDate', o.close_date, 'account', o.account_id, 'owner', o.owner_id, 'createdAt', o.created_at)::text as answer
  from ${s}.opportunity o where o.id = $1 and o.deleted_at is null`;

/** $1 the owner, $2 the stage. */
const list = (s: string, sight: Sight): string => `
  select json_build_object(
    'totalCount', (select count(*) from ${s}.opportunity o
      where o.deleted_at is null and o.owner_id = $1 and o.stage = $2 and ${sight}),
    'records', (select coalesce(json_agg(r), '[]') from (
      select o.id, o.name, o.amount, o.stage, o.close_date as "closeDate", o.probability, o.account_id as account, o.owner_id as owner
      from ${s}.opportunity o
      where o.deleted_at is null and o.owner_id = $1 and o.stage = $2 and ${sight}
      order by o.close_date desc, o.id desc limit 50) r))::text as answer`;

/** $1 the accounts' owner. */
const nested = (s: string, sight: Sight): string => `
  select coalesce(json_agg(r), '[]')::text as answer from (
    select a.id, a.name, a.industry, a.city, a.revenue,
      (select coalesce(json_agg(o), '[]') from (
        select o.id, o.name, o.amount, o.stage, o.close_date as "closeDate", json_build_object('name', u.name) as owner
        from ${s}.opportunity o left join ${s}."user" u on u.id = o.owner_id
        where o.account_id = a.id and o.deleted_at is null and ${sight}
        order by o.close_date desc, o.id desc limit 5) o) as opportunities,
      (select coalesce(json_agg(c), '[]') from (
        select c.id, c.name, c.email, c.phone from ${s}.contact c
        where c.account_id = a.id and c.deleted_at is null order by c.id limit 3) c) as contacts
    from ${s}.account a where a.owner_id = $1 and a.deleted_at is null order by a.id desc limit 50) r`;

const columns = 'name, account_id, amount, stage, probability, close_date, source, external_number, next_step, owner_id';

const create = (s: string): string => `
  insert into ${s}.opportunity (id, ${columns}, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, now(), now())
  returning json_build_object('id', id, 'name', name, 'amount', amount, 'stage', stage, 'probability', probability,
    'closeDate', close_date, 'account', account_id)::text as answer`;

const update = (s: string): string => `
  update ${s}.opportunity set probability = $2, updated_at = now(), version = version + 1 where id = $1 and deleted_at is null
  returning json_build_object('id', id, 'probability', probability)::text as answer`;

/** $1 the first day of the quarter, $2 the last. */
const sums = (s: string, sight: Sight): string => `
  select coalesce(json_agg(r), '[]')::text as answer from (
    select o.stage, count(*) as count, sum(o.amount) as amount from ${s}.opportunity o
    where o.deleted_at is null and o.close_date between $1 and $2 and ${sight} group by o.stage order by o.stage) r`;

/** $1 the records as JSON, with ids. */
const bulk = (s: string): string => `
  with made as (
    insert into ${s}.activity (id, name, account_id, opportunity_id, kind, priority, due_at, minutes, done, outcome, owner_id, created_at, updated_at)
    select r.id, r.name, r.account, r.opportunity, r.kind, r.priority, r."dueAt", r.minutes, r.done, r.outcome, r.owner, now(), now()
    from json_to_recordset($1::json) as r(id uuid, name text, account uuid, opportunity uuid, kind text, priority text,
      "dueAt" timestamptz, minutes numeric, done boolean, outcome text, owner uuid)
    returning id)
  select json_build_object('ids', json_agg(id))::text as answer from made`;

const named = (name: string, text: string): RawStatement => ({ name, text });

/** The statements over the tables of schema `s`. */
export function rawStatements(
  s: string,
  sight: Sight = 'true',
): Readonly<Record<'get' | 'list' | 'nested' | 'create' | 'update' | 'sums' | 'bulk', RawStatement>> {
  return {
    get: named('get', get(s)),
    list: named('list', list(s, sight)),
    nested: named('nested', nested(s, sight)),
    create: named('create', create(s)),
    update: named('update', update(s)),
    sums: named('sums', sums(s, sight)),
    bulk: named('bulk', bulk(s)),
  };
}

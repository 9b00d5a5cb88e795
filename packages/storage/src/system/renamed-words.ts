// Follows renamed options, roles and permission sets in the tenant's system tables; in records they follow by steps of the plan.
import { ident, sql, toStatement, type Sql } from '@tessera/kernel';
import type { Transaction } from '../database.ts';
import type { MappedOptions, MovedOptions } from '../ddl/identity.ts';
import { hasMoved, movedList, type MovedWords } from '../ddl/option-words.ts';
import { bumpAccess } from './layers.ts';

/** A JSON value as it is now: a word, or a list of words without one that stands twice. @param words jsonb, by the former ones; null: none */
export const movedJson = (value: Sql, words: Sql): Sql => sql`case jsonb_typeof(${value})
  when 'string' then coalesce(${words} -> (${value} #>> '{}'), ${value})
  when 'array' then (select coalesce(jsonb_agg(d.word order by d.place) filter (where d.word <> 'null'), '[]') from (
    select coalesce(${words} -> (e.word #>> '{}'), e.word) as word, min(e.place) as place
    from jsonb_array_elements(${value}) with ordinality as e(word, place) group by 1) d)
  else ${value} end`;

/** As rows `m` of object, field and words. */
const moved = (moves: readonly MappedOptions[]): Sql => {
  const rows = JSON.stringify(moves.map(({ object, field, words }) => ({ object, field, words: Object.fromEntries(words) })));
  return sql`json_to_recordset(${rows}::json) as m(object text, field text, words jsonb)`;
};

function moveHistory(schema: string, moves: readonly MovedOptions[]): Sql {
  return sql`
    update ${ident(schema, '_history')} t set old = f.old, new = f.new from (
      select h.id, ${movedJson(sql`h.old`, sql`m.words`)} as old, ${movedJson(sql`h.new`, sql`m.words`)} as new
      from ${ident(schema, '_history')} h
      join ${moved(moves)} on m.object = h.object and m.field = h.field
    ) f where t.id = f.id and (t.old is distinct from f.old or t.new is distinct from f.new)`;
}

/** What a merge has set is compared with what is there by now, and given back, by its present name. */
const moveMerged = (schema: string, moves: readonly MovedOptions[]): Sql => sql`
  update ${ident(schema, '_merge_part')} t set old = ${movedJson(sql`t.old`, sql`m.words`)}, new = ${movedJson(sql`t.new`, sql`m.words`)}
  from ${moved(moves)} where m.object = t.object and m.field = t.field`;

/** Changes that wait for an approval: so are they shown, and so will they be written. */
function moveHeld(schema: string, moves: readonly MappedOptions[]): Sql {
  const word = (value: Sql): Sql => sql`${movedJson(sql`(${value})::jsonb`, sql`m.words`)}`;
  const part = (name: string, value: Sql): Sql => sql`(
    select coalesce(json_object_agg(e.key, case when m.words is null then e.value else ${value} end), '{}')
    from json_each(t.held -> ${name}) e left join ${moved(moves)} on m.object = t.object and m.field = e.key)`;
  const input = sql`(${word(sql`e.value`)})::json`;
  const change = sql`json_build_object('old', ${word(sql`e.value -> 'old'`)}, 'new', ${word(sql`e.value -> 'new'`)})`;
  return sql`
    update ${ident(schema, '_approval')} t set held = json_build_object('input', ${part('input', input)}, 'changes', ${part('changes', change)})
     where t.held is not null and t.ended_at is null and t.object = any(${moves.map(({ object }) => object)}::text[])`;
}

interface SubjectMove {
  readonly from: string;
  readonly to: string;
}

/** Of two shares of a record that come to have one subject, that which gives more, and then that which lasts longer, stays. */
const dropDoubles = (schema: string, moves: readonly SubjectMove[]): Sql => sql`
  delete from ${ident(schema, '_share')} t using (
    select f.id, row_number() over (partition by f.object, f.record_id, f.subject, f.origin
      order by (f.access = 'edit') desc, f.expires_at desc nulls first, f.id) as place
    from (
      select s.id, s.object, s.record_id, s.origin, s.access, s.expires_at, coalesce(m."to", s.subject) as subject
      from ${ident(schema, '_share')} s
      left join json_to_recordset(${JSON.stringify(moves)}::json) as m("from" text, "to" text) on m."from" = s.subject
      where s.subject = any(${moves.flatMap(({ from, to }) => [from, to])}::text[])
    ) f
  ) d where d.id = t.id and d.place > 1`;

const moveSubjects = (schema: string, moves: readonly SubjectMove[]): Sql => sql`
  update ${ident(schema, '_share')} t set subject = m."to"
  from json_to_recordset(${JSON.stringify(moves)}::json) as m("from" text, "to" text) where t.subject = m."from"`;

/** Subjects are part of a key, which two that change names would break on the way: those go over names that nothing has. */
function subjectMoves(roles: MovedWords): readonly (readonly SubjectMove[])[] {
  const moves = [...roles].map(([from, to]) => ({ from: `role:${from}`, to: `role:${to}` }));
  if (![...roles.values()].some((to) => roles.has(to))) return [moves];
  const away = moves.map(({ from }) => ({ from, to: `moving:${from}` }));
  return [away, moves.map(({ from, to }) => ({ from: `moving:${from}`, to }))];
}

async function moveShares(transaction: Transaction, schema: string, roles: MovedWords): Promise<void> {
  const moves = [...roles].map(([from, to]) => ({ from: `role:${from}`, to: `role:${to}` }));
  await transaction.query(toStatement(dropDoubles(schema, moves)));
  for (const some of subjectMoves(roles)) await transaction.query(toStatement(moveSubjects(schema, some)));
}

async function moveList(
  transaction: Transaction,
  [schema, table, column]: readonly [string, string, string],
  words: MovedWords,
): Promise<void> {
  const list = ident(column);
  await transaction.query(
    toStatement(sql`update ${ident(schema, table)} set ${list} = ${movedList(list, words)} where ${hasMoved(list, words)}`),
  );
}

/** What people have: the fields of the platform's object `user` by which their permissions are found. */
function ofPeople(moves: readonly MovedOptions[], field: string): MovedWords {
  return moves.find((move) => move.object === 'user' && move.field === field)?.words ?? new Map<string, string>();
}

/**
 * Moves history, merges, changes that wait for an approval, shares, the permission sets of API keys and the roles that providers give along with renamed words, and makes every node
 * read permissions anew where roles or permission sets are among them. After objects and fields have their present names.
 */
export async function moveWords(transaction: Transaction, schema: string, moves: readonly MovedOptions[]): Promise<void> {
  if (moves.length === 0) return;
  for (const move of [moveHistory, moveMerged, moveHeld]) await transaction.query(toStatement(move(schema, moves)));
  const [roles, permissionSets] = [ofPeople(moves, 'roles'), ofPeople(moves, 'permissionSets')];
  if (roles.size > 0) {
    await moveShares(transaction, schema, roles);
    await moveList(transaction, [schema, '_identity_provider', 'roles'], roles);
  }
  if (permissionSets.size > 0) await moveList(transaction, [schema, '_api_key', 'permission_sets'], permissionSets);
  if (roles.size + permissionSets.size > 0) await bumpAccess(transaction, schema);
}

/** Changes that wait for an approval get the options that migrations give to records, one migration after the other. */
export async function mapHeld(transaction: Transaction, schema: string, mapped: readonly MappedOptions[]): Promise<void> {
  for (const each of mapped) await transaction.query(toStatement(moveHeld(schema, [each])));
}

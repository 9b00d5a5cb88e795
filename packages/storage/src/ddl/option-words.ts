// Words that are renamed, as SQL: what a value, or a list of values, is afterwards.
import { join, sql, textLiteral, type Sql } from '@tessera/kernel';
import type { ColumnType } from '@tessera/metadata';

/** Options that are renamed: words before → words now. */
export type MovedWords = ReadonlyMap<string, string>;

/** The same, and words that are given up. */
export type WordMap = ReadonlyMap<string, string | null>;

/** A word as it is now. One case for all: a and b may change names with each other. */
export function movedWord(word: Sql, words: WordMap): Sql {
  const cases = [...words].map(([from, to]) => sql`when ${textLiteral(from)} then ${to === null ? sql`null` : textLiteral(to)}`);
  return sql`case ${word} ${join(cases, ' ')} else ${word} end`;
}

/** A list of words as it is now, in its order; where two become one, the first place counts. */
export function movedList(list: Sql, words: WordMap): Sql {
  const given = sql`(select array_agg(w.word order by w.place)`;
  const left = [...words.values()].includes(null) ? sql` where w.word is not null` : sql``;
  return sql`${given} from (
      select ${movedWord(sql`u.word`, words)} as word, min(u.place) as place from unnest(${list}) with ordinality as u(word, place) group by 1) w${left})`;
}

/** Whether a list has a word that moves. */
export function hasMoved(list: Sql, words: MovedWords): Sql {
  return sql`${list} && ${wordList(words)}`;
}

function wordList(words: MovedWords): Sql {
  return sql`array[${join([...words.keys()].map((word) => textLiteral(word)))}]::text[]`;
}

/** A column's value after the move. */
export function movedValue(value: Sql, type: ColumnType, words: WordMap): Sql {
  if (words.size === 0) return value;
  return type.kind === 'textList' ? movedList(value, words) : movedWord(value, words);
}

/** Whether the move changes the value. */
export function isMoved(value: Sql, type: ColumnType, words: MovedWords): Sql {
  return type.kind === 'textList' ? hasMoved(value, words) : sql`${value} = any(${wordList(words)})`;
}

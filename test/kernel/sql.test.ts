import { describe, expect, it } from '@jest/globals';
import { bind, ident, join, keyword, slot, sql, textLiteral, toStatement } from '@tessera/kernel';

describe('sql', () => {
  it('makes every interpolated value a parameter', () => {
    expect(toStatement(sql`select * from ${ident('a', 'b"c')} where x = ${1} and y = ${"'; drop table"}`)).toEqual({
      text: 'select * from "a"."b""c" where x = $1 and y = $2',
      values: [1, "'; drop table"],
    });
  });

  it('splices fragments and joins them', () => {
    const parts = [sql`a = ${1}`, sql`b = ${2}`];
    expect(toStatement(sql`where ${join(parts, ' and ')}`)).toEqual({ text: 'where a = $1 and b = $2', values: [1, 2] });
  });

  it('gives one number to a slot that occurs twice, and binds it', () => {
    const statement = toStatement(sql`select ${slot('actor')}, ${3}, ${slot('actor')}`);
    expect(statement.text).toBe('select $1, $2, $1');
    expect(bind(statement, { actor: 'lin' }).values).toEqual(['lin', 3]);
    expect(() => bind(statement, {})).toThrow('actor');
  });

  it('refuses as a keyword what could end a statement', () => {
    expect(() => keyword('asc; drop table x')).toThrow('keyword');
    expect(() => keyword("x'")).toThrow('keyword');
    expect(() => keyword('a -- b')).toThrow('keyword');
  });

  it('escapes text literals, backslashes included', () => {
    expect(toStatement(textLiteral("it's")).text).toBe("'it''s'");
    expect(toStatement(textLiteral('a\\b')).text.trim()).toBe(String.raw`E'a\\b'`);
  });
});

// Values that tell of people, replaced in SQL: under one key the same value always becomes the same other one, of the same form.
import { keyword, sql, textLiteral, type Sql } from '@tessera/kernel';
import type { FieldModel, PersonalKind } from '@tessera/metadata';

/** Replaces a value of SQL. Null stays null. */
export type Mask = (value: Sql) => Sql;

/** How many characters of a long text are made anew; the rest repeats them. */
const fresh = 500;
/** Digits at the end of a telephone number that tell one from another; what stands before them is a country or an area. */
const ownDigits = 8;

const [consonants, vowels] = ['bdfgklmnprstvwz', 'aeiou'];
/** Characters of many names, for those of Chinese, Japanese and Korean. */
const ideographs =
  '安博成德恩方光海和宏华佳建健江杰静君凯康兰乐立丽林明宁平青清荣瑞山尚盛思松涛天同伟文武祥晓新兴秀雅阳永玉元远云泽正志中子';

/** 32 bytes that only whoever has the key can tell from others. */
const digest = (key: string, purpose: string, value: Sql): Sql =>
  sql`sha256(convert_to(${`${key} ${purpose} `}::text || ${value}, 'UTF8'))`;

const hexOf = (bytes: Sql, length: number): Sql => sql`substr(encode(${bytes}, 'hex'), 1, ${keyword(String(length))})`;

/** One of the characters of a word, by a byte. */
const pick = (word: string, byte: Sql): Sql => sql`substr(${textLiteral(word)}, ${byte} % ${keyword(String(word.length))} + 1, 1)`;

/** Keeps a sub-select from being worked out again for each row that reads it. */
const once = sql`offset 0`;

/** White space and upper case tell nobody from another. */
const plain = (value: Sql): Sql => sql`lower(regexp_replace(btrim(${value}), '\\s+', ' ', 'g'))`;

/** An empty text has no characters to be put together again. */
const filled = (value: Sql, masked: Sql): Sql => sql`case when ${value} is not null then coalesce(${masked}, '') end`;

/** Letters for letters, digits for digits, all else as it is. */
const shaped = (key: string, purpose: string): Mask => {
  const byte = sql`x.b`;
  const letter = sql`case when x.n % 2 = 0 then ${pick(vowels, byte)} else ${pick(consonants, byte)} end`;
  return (value) =>
    filled(
      value,
      sql`(
    select string_agg(case
        when x.a between 48 and 57 then chr(48 + x.b % 10)
        when x.a between 65 and 90 then upper(${letter})
        when x.a between 97 and 122 then ${letter}
        when x.a between 12352 and 55203 then ${pick(ideographs, byte)}
        when x.a > 191 then ${letter}
        else x.c end, '' order by x.n)
      from (select t.c, t.n, ascii(t.c) as a, (get_byte(h.d, ((t.n - 1) % 32)::integer) + t.n / 32)::integer as b
              from (select ${digest(key, purpose, plain(value))} as d ${once}) h,
                   string_to_table(${value}, null) with ordinality as t(c, n)) x)`,
    );
};

const longText =
  (key: string): Mask =>
  (value) =>
    sql`(select case when length(l.v) <= ${keyword(String(fresh))} then l.m
           else left(repeat(l.m, length(l.v) / ${keyword(String(fresh))} + 1), length(l.v)) end
         from (select s.v, ${shaped(key, 'text')(sql`left(s.v, ${keyword(String(fresh))})`)} as m from (select ${value} as v ${once}) s ${once}) l)`;

/** Mark-up would come out as letters. */
const richText =
  (key: string): Mask =>
  (value) =>
    sql`('<p>' || ${longText(key)(sql`regexp_replace(${value}, '<[^>]*>|&[#a-zA-Z0-9]+;', ' ', 'g')`)} || '</p>')`;

/** Whoever shared a domain still does. The domain is one that there never is (RFC 2606). */
const email =
  (key: string): Mask =>
  (value) => {
    const part = (n: number): Sql => sql`split_part(lower(btrim(${value})), '@', ${keyword(String(n))})`;
    return sql`(${hexOf(digest(key, 'email', part(1)), 16)} || '@' || ${hexOf(digest(key, 'domain', part(2)), 8)} || '.example')`;
  };

/** However a number is written, its last digits become the same others. */
const phone =
  (key: string): Mask =>
  (value) => {
    const own = keyword(String(ownDigits));
    const masked = sql`(
      select string_agg(case when x.digit and x.r <= ${own} then chr(48 + get_byte(h.d, x.r::integer) % 10) else x.c end, '' order by x.n)
        from (select t.c, t.n, ascii(t.c) between 48 and 57 as digit,
                     count(*) filter (where ascii(t.c) between 48 and 57) over (order by t.n desc) as r
                from string_to_table(${value}, null) with ordinality as t(c, n)) x,
             (select ${digest(key, 'phone', sql`right(regexp_replace(${value}, '[^0-9]', '', 'g'), ${own})`)} as d ${once}) h)`;
    return filled(value, masked);
  };

const url =
  (key: string): Mask =>
  (value) =>
    sql`('https://' || ${hexOf(digest(key, 'url', sql`lower(${value})`), 12)} || '.example/')`;

/** A day of the same year. */
const date =
  (key: string): Mask =>
  (value) =>
    sql`(select make_date(extract(year from d.v)::integer, 1, 1) + (get_byte(d.h, 0) * 256 + get_byte(d.h, 1)) % 365
          from (select s.v, ${digest(key, 'date', sql`s.v::text`)} as h from (select ${value}::date as v) s) d)`;

/** The same, and no two days of a year become one: all move by so many days. */
const dateApart =
  (key: string): Mask =>
  (value) =>
    sql`(select d.first + (d.v - d.first + get_byte(d.h, 0) + get_byte(d.h, 1)) % (make_date(d.year + 1, 1, 1) - d.first)
          from (select y.*, make_date(y.year, 1, 1) as first, ${digest(key, 'year', sql`y.year::text`)} as h
                  from (select s.v, extract(year from s.v)::integer as year from (select ${value}::date as v) s) y) d)`;

/** Where somebody lives within the city is nobody's business; the city is. */
const address =
  (key: string): Mask =>
  (value) =>
    sql`case when ${value} is not null then coalesce((
      select jsonb_object_agg(p.key, case when p.key in ('street', 'postalCode') and jsonb_typeof(p.value) = 'string'
                                          then to_jsonb(${shaped(key, 'address')(sql`(p.value #>> '{}')`)}) else p.value end)
        from jsonb_each(${value}) p), '{}'::jsonb) end`;

type MaskedField = Pick<FieldModel, 'personal' | 'type' | 'required'>;

function textMask(kind: PersonalKind, isRich: boolean, key: string): Mask {
  switch (kind) {
    case 'email':
      return email(key);
    case 'phone':
      return phone(key);
    case 'url':
      return url(key);
    case 'name':
    case 'code':
      return shaped(key, kind);
    default:
      return isRich ? richText(key) : longText(key);
  }
}

/** What becomes of the values of a field's column. @param apart values that differ must not become the same, if that can be helped */
export function maskOf({ personal = 'text', type, required }: MaskedField, key: string, apart = false): Mask {
  if (type === 'date') return apart ? dateApart(key) : date(key);
  if (type === 'address') return address(key);
  // Nobody knows what of it tells of whom.
  if (type === 'json') return () => (required === true ? sql`'{}'::jsonb` : sql`null::jsonb`);
  return textMask(personal, type === 'richText', key);
}

/** The same of a value as histories keep it, as JSON. */
export function jsonMaskOf(field: MaskedField, key: string): Mask {
  const mask = maskOf(field, key);
  if (field.type === 'json') return () => sql`null::jsonb`;
  if (field.type === 'address') return (value) => sql`case when jsonb_typeof(${value}) = 'object' then ${mask(value)} end`;
  return (value) => sql`case when jsonb_typeof(${value}) = 'string' then to_jsonb((${mask(sql`(${value} #>> '{}')`)})::text) end`;
}

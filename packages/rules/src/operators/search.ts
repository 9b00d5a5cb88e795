// startsWith, endsWith, contains, replace: one text in another.
import { keyword, sql, type Sql } from '@tessera/kernel';
import { bindOnce, givenSql } from '../sql-parts.ts';
import { boolean, text } from '../types.ts';
import type { TextForm } from '../expression.ts';
import { codePointLength, maxTextLength } from '../unicode.ts';
import { known, literalText, maybe, takes, type Operator, type SqlCall } from './operator.ts';

/** A pattern for LIKE in which the text stands for itself. */
const escaped = (value: string): string => value.replaceAll(/[\\%_]/g, (character) => `\\${character}`);

interface Search {
  readonly js: (whole: string, part: string) => boolean;
  readonly pattern: (part: string) => string;
  readonly sql: (whole: Sql, part: Sql) => Sql;
}

function search(row: Pick<Operator, 'name' | 'doc' | 'examples'>, how: Search): Operator {
  const like: TextForm = { name: row.name, of: (part) => how.pattern(escaped(part)) };
  return {
    ...row,
    signature: `${row.name}(text, part)`,
    nulls: 'False where one is null. The empty text is part of every text.',
    arity: [2, 2],
    type: takes([text, text], boolean),
    js: (args) => {
      const [whole, part] = known(args) ?? [];
      return whole !== undefined && part !== undefined && how.js(whole, part);
    },
    truth: (call) => maybe(searchSql(call, how, like)),
  };
}

// A literal part becomes a LIKE pattern, which trigram and prefix indexes serve.
function searchSql(call: SqlCall, how: Search, like: TextForm): Sql {
  const [within, sought] = call.call.arguments;
  const part = literalText(call.call, 1);
  if (part === undefined && sought?.node !== 'given') return how.sql(call.collated(0), call.collated(1));
  const whole = within?.node === 'path' ? call.value(0) : call.collated(0);
  const pattern = sought?.node === 'given' ? givenSql(text, sought.slot.as(like)) : sql`${like.of(part ?? '')}::text`;
  return sql`(${whole} like ${pattern})`;
}

const startsWith = search(
  {
    name: 'startsWith',
    doc: 'Whether the text begins so (case-sensitive).',
    examples: [{ rule: { startsWith: [{ var: 'name' }, 'Ac'] }, gives: true }],
  },
  { js: (whole, part) => whole.startsWith(part), pattern: (part) => `${part}%`, sql: (whole, part) => sql`starts_with(${whole}, ${part})` },
);

const endsWith = search(
  {
    name: 'endsWith',
    doc: 'Whether the text ends so (case-sensitive).',
    examples: [{ rule: { endsWith: [{ var: 'name' }, 'me'] }, gives: true }],
  },
  {
    js: (whole, part) => whole.endsWith(part),
    pattern: (part) => `%${part}`,
    sql: (whole, part) => sql`starts_with(reverse(${whole}), reverse(${part}))`,
  },
);

const contains = search(
  {
    name: 'contains',
    doc: 'Whether the part occurs in the text (case-sensitive; compare `normalized` texts for a search that is not). `{ "in": [part, text] }` is the same.',
    examples: [{ rule: { contains: [{ var: 'name' }, '%'] }, gives: false }],
  },
  { js: (whole, part) => whole.includes(part), pattern: (part) => `%${part}%`, sql: (whole, part) => sql`(strpos(${whole}, ${part}) > 0)` },
);

const replace: Operator = {
  name: 'replace',
  signature: 'replace(text, part, by)',
  doc: 'The text with every occurrence of the part replaced, from left to right. An empty part changes nothing. Null where the result had more than 1,000,000 characters.',
  nulls: 'Null where one is null.',
  examples: [{ rule: { replace: ['a-b-c', '-', '+'] }, gives: 'a+b+c' }],
  arity: [3, 3],
  type: takes([text, text, text], text),
  js: (args) => {
    const [whole, part, by] = known(args) ?? [];
    if (whole === undefined || part === undefined || by === undefined) return null;
    if (part === '') return whole;
    const times = whole.split(part).length - 1;
    const size = codePointLength(whole) + times * (codePointLength(by) - codePointLength(part));
    return size > maxTextLength ? null : whole.replaceAll(part, () => by);
  },
  sql: (call) =>
    bindOnce([call.collated(0), call.collated(1), call.collated(2)], (whole, part, by) => {
      // The length is worked out before the text is made: a chain of replacements could grow without end.
      const times = sql`(length(${whole}) - length(replace(${whole}, ${part}, ''))) / nullif(length(${part}), 0)`;
      const size = sql`length(${whole}) + coalesce(${times}, 0)::bigint * (length(${by}) - length(${part}))`;
      return sql`case when ${size} <= ${keyword(String(maxTextLength))} then replace(${whole}, ${part}, ${by}) end`;
    }),
};

export const searchOperators: readonly Operator[] = [startsWith, endsWith, contains, replace];

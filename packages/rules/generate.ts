// Writes OPERATORS.md from the table of operators: `node packages/rules/generate.ts`. A test sees to it that it is fresh.
import { writeFile } from 'node:fs/promises';
import { families, type Operator } from './src/index.ts';

const introduction = `# Operators of rules

Generated from the table of operators (\`node packages/rules/generate.ts\`); do not edit.

A rule is JSON: a scalar is a literal, an object with one key is an operation, \`{ "round": [ { "var": "amount" }, 2 ] }\`. An operation
with a single argument needs no list. Rules are typed: what does not fit is refused when the metadata is validated, with the place and
the remedy.

- **Conditions are true or false.** Nothing else counts as true. \`==\` knows null (null is equal to null alone); every other comparison with null is false.
- **Nothing fails.** Division by zero, overflow and a bad cast give null.
- **Numbers are exact decimals.** \`+\` and \`-\` are exact; products have at most 20 decimals, quotients and averages 10, each rounded half-up (away from zero); from 10^40 on a product, quotient or power is null. A literal of more than 15 digits is written as a string.
- **Text is Unicode**, compared and ordered by code points, case-sensitive. \`lower\`, \`upper\` and \`normalized\` follow the Unicode version of the database and of the JavaScript engine: letters that were given case or compatibility forms after Unicode 10 (2017; such as Georgian capitals) may differ between the two.
- **Dates** run from year 1 to 9999, instants are exact to the millisecond. Time zones are those of the IANA; what a zone did before 1970 may differ between two releases of its data.
- **Literals take the type of what stands beside them**: \`"2026-03-31"\` beside a date is a date, \`"2026-03-31T09:00:00Z"\` beside a date with time an instant, \`"08:30"\` beside a time a time, an id beside a lookup a reference.
- **Limits**: 50 operations deep, 2,000 parts, lists of 10,000 values, texts of 1,000,000 characters.

The examples are worked out on this record, in time zone Asia/Shanghai, at 2026-03-02 09:00 there: amount 12.50 (before: 10), quantity 3, rate 0.1,
stage "won", name "Acme", tags ["vip", "new"], active true, closeDate 2026-06-30,
dueAt 2026-03-29 01:30 UTC; missing and missingText are null; its account is "Umbrella", its lines have totals 10 and 20.
The calendar "office" works from Monday to Friday, 9 to 12 and 13 to 18 in Asia/Shanghai, and on Saturday 2026-02-28.
`;

const code = (text: string): string => `\`${text.replaceAll('\n', '\\n').replaceAll('\t', '\\t')}\``;

function section({ name, aliases = [], signature, doc, nulls, examples }: Operator): string {
  const also = aliases.length === 0 ? '' : ` (also ${aliases.map(code).join(', ')})`;
  const shown = examples.map(({ rule, gives }) => `- ${code(JSON.stringify(rule))} → ${code(JSON.stringify(gives))}`);
  return [`### ${name}${also}`, code(signature), doc, `_Null:_ ${nulls}`, shown.join('\n')].join('\n\n');
}

/** The page as it should be. */
export function operatorsPage(): string {
  const parts = families.flatMap(([title, rows]) => [`## ${title}`, ...rows.map(section)]);
  return `${[introduction.trim(), ...parts].join('\n\n')}\n`;
}

if (import.meta.main) await writeFile(new URL('OPERATORS.md', import.meta.url), operatorsPage());

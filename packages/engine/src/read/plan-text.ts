// A plan of PostgreSQL as text for people: a line for each node, what it does below it, what feeds it further in.
import type { ExplainedPlan } from '@tessera/storage';

type Values = Readonly<Record<string, unknown>>;

/** Told in a node's first line, or by its place. */
const inHead: ReadonlySet<string> = new Set([
  ...['Node Type', 'Join Type', 'Index Name', 'CTE Name', 'Relation Name', 'Alias', 'Subplan Name', 'Parent Relationship', 'Plans'],
  ...['Startup Cost', 'Total Cost', 'Plan Rows', 'Plan Width'],
  ...['Actual Startup Time', 'Actual Total Time', 'Actual Rows', 'Actual Loops'],
]);

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

const told = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** `name: value` of what says something: not what is off, or nought. */
function detail([name, value]: readonly [string, unknown]): readonly string[] {
  if (value === false || value === 0 || isMap(value)) return [];
  if (!Array.isArray(value)) return [`${name}: ${told(value)}`];
  return value.some(isMap) ? [] : [`${name}: ${value.map(told).join(', ')}`];
}

function head(node: Values): string {
  const part = (before: string, name: string): string => (node[name] === undefined ? '' : `${before}${told(node[name])}`);
  const relation = part(' on ', 'Relation Name') || part(' on ', 'CTE Name');
  const alias = node['Alias'] === node['Relation Name'] ? '' : part(' ', 'Alias');
  const what = `${told(node['Node Type'])}${part(' ', 'Join Type')}${part(' using ', 'Index Name')}${relation}${alias}`;
  const cost = `(cost=${told(node['Startup Cost'])}..${told(node['Total Cost'])} rows=${told(node['Plan Rows'])} width=${told(node['Plan Width'])})`;
  if (node['Actual Loops'] === undefined) return `${what}  ${cost}`;
  if (node['Actual Loops'] === 0) return `${what}  ${cost} (never executed)`;
  const time =
    node['Actual Total Time'] === undefined ? '' : `time=${told(node['Actual Startup Time'])}..${told(node['Actual Total Time'])} `;
  return `${what}  ${cost} (actual ${time}rows=${told(node['Actual Rows'])} loops=${told(node['Actual Loops'])})`;
}

function nodeLines(node: Values, indent: string): readonly string[] {
  const details = Object.entries(node).flatMap((entry) => (inHead.has(entry[0]) ? [] : detail(entry)));
  const inner = Array.isArray(node['Plans']) ? node['Plans'].filter(isMap) : [];
  const name = node['Subplan Name'] === undefined ? '' : `${told(node['Subplan Name'])}: `;
  return [
    `${indent}-> ${name}${head(node)}`,
    ...details.map((line) => `${indent}     ${line}`),
    ...inner.flatMap((below) => nodeLines(below, `${indent}   `)),
  ];
}

export function planText({ Plan, ...whole }: ExplainedPlan): string {
  const times = Object.entries(whole).flatMap((entry) => (entry[0].endsWith(' Time') ? detail(entry).map((line) => `${line} ms`) : []));
  return [...(isMap(Plan) ? nodeLines(Plan, '') : []), ...times].join('\n');
}

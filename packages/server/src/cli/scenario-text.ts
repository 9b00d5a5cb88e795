// What came of scenarios, in words: each with its verdict, what failed with what was expected and found, and what nothing reached.
import type { Coverage, Mismatch, PackTested, PlacedResult } from '@tessera/engine';
import { table } from './output.ts';

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

const longest = 2_000;

/** Words as they are; anything else as JSON. */
function said(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}

const mismatchLines = ({ what, expected, found }: Mismatch): readonly string[] => [
  `      ${what}`,
  `        expected: ${said(expected)}`,
  `        found:    ${said(found)}`,
];

/** One scenario, ending in a line break. */
export function resultText({ passed, title, name, file, ms, failure, line, column }: PlacedResult): string {
  const head = `${passed ? '  ok  ' : ' FAIL '} ${title} (${name}, ${seconds(ms)})`;
  if (failure === undefined) return `${head}\n`;
  const place = line === undefined ? file : `${file}:${String(line)}:${String(column)}`;
  const step = `    at step ${failure.step} “${failure.title}” of ${place}`;
  const runs = (failure.failedRuns ?? []).map((run) => `      had failed before: ${said(run)}`);
  return `${[head, step, ...failure.mismatches.flatMap(mismatchLines), ...runs].join('\n')}\n`;
}

const words = (kind: string): string => kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function coverageText({ parts, reached, unreached }: Coverage): string {
  const share = parts === 0 ? 100 : Math.floor((reached / parts) * 100);
  const head = `Reached: ${reached} of ${parts} rules, steps, stages and the like (${share} %).\n`;
  if (unreached.length === 0) return head;
  return `${head}${table(
    ['NOT REACHED', 'NAME', 'WHERE'],
    unreached.map(({ kind, name, file, pointer }) => [words(kind), name, `${file}#${pointer}`]),
  )}`;
}

/** All of it, ending in a line break. */
export function testedText(tested: PackTested, coverage: boolean): string {
  const { pack, version, passed, failed, preparedMs, ms, results } = tested;
  const verdict = failed === 0 ? `all ${passed} scenarios pass` : `${failed} of ${passed + failed} scenarios fail`;
  const made = preparedMs === 0 ? '' : `, sandbox made in ${seconds(preparedMs)}`;
  const shown = coverage && tested.coverage !== undefined ? coverageText(tested.coverage) : '';
  return `${results.map(resultText).join('')}${pack} ${version}: ${verdict} (played in ${seconds(ms)}${made}).\n${shown}`;
}

// A plan in words: what changes, what it does to the tables, what stands in its way.
import type { MetadataPlan, PlanStep } from '@tessera/engine';

const risks: Readonly<Record<PlanStep['risk'], string>> = {
  safe: 'safe',
  locks: 'locks the table for a moment',
  rewrites: 'rewrites the table',
  losesData: 'LOSES DATA',
};

/** Most dangerous first. */
const riskOrder: readonly PlanStep['risk'][] = ['losesData', 'rewrites', 'locks', 'safe'];

const longestValue = 60;

function valueText(value: unknown): string {
  if (value === undefined) return '(none)';
  const text = JSON.stringify(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue - 1)}…`;
}

const signs: Readonly<Record<string, string>> = { added: '+', removed: '-', changed: '~', renamed: '>' };

function changeLine({ kind, name, path, change, before, after }: MetadataPlan['changes'][number]): string {
  const where = path.length === 0 ? '' : `: ${path.join('.')}`;
  const values = path.length === 0 ? '' : change === 'added' ? ` = ${valueText(after)}` : ` ${valueText(before)} → ${valueText(after)}`;
  return `  ${signs[change] ?? '~'} ${kind} ${name}${where}${change === 'removed' && path.length > 0 ? ` (was ${valueText(before)})` : values}`;
}

function stepLines(steps: readonly PlanStep[]): readonly string[] {
  const sorted = [...steps].sort((a, b) => riskOrder.indexOf(a.risk) - riskOrder.indexOf(b.risk));
  const places = sorted.map(({ object, field }) => (field === undefined ? object : `${object}.${field}`));
  const width = Math.max(0, ...places.map((place) => place.length));
  return sorted.map(({ summary, risk }, i) => `  ${(places[i] ?? '').padEnd(width)}  ${summary} [${risks[risk]}]`);
}

function section(title: string, lines: readonly string[], none: string): readonly string[] {
  return lines.length === 0 ? [`${title}: ${none}`] : [`${title} (${lines.length}):`, ...lines];
}

function findingLine({ message, count, sample }: MetadataPlan['findings'][number]): string {
  return `  ! ${message} (${count} record(s)${sample.length === 0 ? '' : `, for example ${sample.slice(0, 3).join(', ')}`})`;
}

/** The plan as text, ending in a line break. */
export function renderPlan(plan: MetadataPlan): string {
  const verdict =
    plan.findings.length === 0
      ? ['Nothing stands in its way.']
      : section('It cannot be applied: records would break', plan.findings.map(findingLine), '');
  const lines = [
    `Plan ${plan.hash}`,
    ...section('Changes of the metadata', plan.changes.map(changeLine), 'none'),
    ...section('Changes of the tables', stepLines(plan.steps), 'none'),
    ...verdict,
  ];
  return `${lines.join('\n')}\n`;
}

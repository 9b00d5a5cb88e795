// A plan in words: what changes, what it does to tables and people, what stands in its way; for a terminal or as Markdown.
import type { Conflict, MetadataPlan, PlanStep } from '@tessera/engine';
import { planWords, type PlanLanguage, type PlanWords } from './plan-words.ts';

export interface PlanStyle {
  readonly language?: PlanLanguage;
  readonly format?: 'text' | 'markdown';
}

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Most dangerous first. */
const riskOrder: readonly PlanStep['risk'][] = ['losesData', 'rewrites', 'locks', 'safe'];

const longestValue = 60;
const longestChoice = 1000;

function valueText(value: unknown, nothing: string, longest = longestValue): string {
  if (value === undefined || value === null) return nothing;
  const text = JSON.stringify(value);
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

const signs: Readonly<Record<string, string>> = { added: '+', removed: '-', changed: '~', renamed: '>' };

const changeLine =
  ({ nothing, was }: PlanWords) =>
  ({ kind, name, path, change, before, after }: MetadataPlan['changes'][number]): string => {
    const [old, now] = [valueText(before, nothing), valueText(after, nothing)];
    const head = `${signs[change] ?? '~'} ${kind} ${name}${path.length === 0 ? '' : `: ${path.join('.')}`}`;
    if (path.length === 0) return head;
    if (change === 'removed') return `${head} (${was} ${old})`;
    return change === 'added' ? `${head} = ${now}` : `${head} ${old} → ${now}`;
  };

function stepLines(steps: readonly PlanStep[], words: PlanWords): readonly string[] {
  const sorted = [...steps].sort((a, b) => riskOrder.indexOf(a.risk) - riskOrder.indexOf(b.risk));
  const places = sorted.map(({ object, field }) => (field === undefined ? object : `${object}.${field}`));
  const width = Math.max(0, ...places.map((place) => place.length));
  const risk = (step: PlanStep): string =>
    step.records === undefined ? words.risks[step.risk] : `${words.risks[step.risk]}: ${words.sample(step.records, '')}`;
  return sorted.map((step, i) => `${(places[i] ?? '').padEnd(width)}  ${words.step(step)} [${risk(step)}]`);
}

const conflictLine =
  ({ sides, nothing, reasons, choice: chosen, noChoice }: PlanWords) =>
  ({ id, reason, why, before, pack, tenant, choice }: Conflict): string => {
    // Whoever chooses must see all of them.
    const whole = (value: unknown): string => valueText(value, nothing, longestChoice);
    const values = [`${sides.before} ${whole(before)}`, `${sides.pack} ${whole(pack)}`, `${sides.tenant} ${whole(tenant)}`];
    const because = reason === 'changed' ? [] : [why === undefined ? reasons[reason] : `${reasons[reason]}: ${why}`];
    const decision = choice === undefined ? noChoice : chosen(typeof choice === 'string' ? sides[choice] : whole(choice.value));
    return `${choice === undefined ? '!' : '~'} ${id}: ${[...values, ...because].join(' · ')} [${decision}]`;
  };

function accessLines({ access }: MetadataPlan, words: PlanWords): readonly string[] {
  if (access === undefined) return [];
  const rights = access.rights.map(({ object, people, gains, loses, fields }) => {
    const changed = fields.map(({ field, before, after }) => `${field} ${before} → ${after}`).join(', ');
    return `${object}: ${words.people(people, gains.join(', '), loses.join(', '))}${changed === '' ? '' : ` · ${changed}`}`;
  });
  const records = access.records.map(
    ({ email, object, verb, gained, lost }) => `${email}, ${object}, ${verb}: ${words.records(String(gained ?? '?'), String(lost ?? '?'))}`,
  );
  return [...rights, ...records];
}

const shown = (ids: readonly string[]): string => ids.slice(0, 3).join(', ');

/** All but what stands in the way; the two that a plan always has are told even where they are empty. */
function sections(plan: MetadataPlan, words: PlanWords): readonly Section[] {
  const { titles } = words;
  const versionOf = (pack: { readonly version: string } | null): string => pack?.version ?? words.nothing;
  const packs = (plan.packs ?? []).map(
    ({ name, change, before, after }) => `${name} ${versionOf(before)} → ${versionOf(after)}: ${words.packChange[change]}`,
  );
  const kept = (plan.kept ?? []).map(
    ({ pack, kind, name, pointer, removedIn, users }) =>
      `${pack}: ${kind} ${name}${pointer}, ${words.keptFor(removedIn, users.join(', '))}`,
  );
  const automations = (plan.automations ?? []).map(
    ({ object, moment, before, after }) =>
      `${object}, ${moment}: ${before.join(', ') || words.nothing} → ${after.join(', ') || words.nothing}`,
  );
  const refused = (plan.refused ?? []).map((each) => `${words.refused(each)}; ${words.listedBy} ${JSON.stringify(each.query)}`);
  const all: readonly (Section & { readonly always?: boolean })[] = [
    { title: titles.packs, lines: packs },
    { title: titles.conflicts, lines: (plan.conflicts ?? []).map(conflictLine(words)) },
    { title: titles.changes, lines: plan.changes.map(changeLine(words)), always: true },
    { title: titles.kept, lines: kept },
    { title: titles.seeds, lines: (plan.seeds ?? []).map(words.seeds) },
    { title: titles.steps, lines: stepLines(plan.steps, words), always: true },
    { title: titles.migrations, lines: (plan.migrations ?? []).map(words.migration) },
    { title: titles.automations, lines: automations },
    { title: titles.access, lines: accessLines(plan, words) },
    { title: titles.work, lines: (plan.work ?? []).map(words.work) },
    { title: titles.refused, lines: refused },
  ];
  return all.filter(({ lines, always }) => always === true || lines.length > 0);
}

/** What stands in the way. */
function verdicts(plan: MetadataPlan, words: PlanWords): readonly (Section | string)[] {
  const undecided = (plan.conflicts ?? []).filter(({ choice }) => choice === undefined).length;
  const lines = plan.findings.map((finding) => {
    const listed = finding.query === undefined ? '' : `; ${words.listedBy} ${JSON.stringify(finding.query)}`;
    return `! ${words.finding(finding)} (${words.sample(finding.count, shown(finding.sample))})${listed}`;
  });
  const found = [
    ...(lines.length > 0 ? [{ title: words.titles.findings, lines }] : []),
    ...(undecided > 0 ? [words.undecided(undecided)] : []),
  ];
  return found.length > 0 ? found : [words.fine];
}

function sectionText({ title, lines }: Section, none: string): readonly string[] {
  return lines.length === 0 ? [`${title}: ${none}`] : [`${title} (${lines.length}):`, ...lines.map((line) => `  ${line}`)];
}

/** Changes alone, each a line. */
export function renderChanges(changes: MetadataPlan['changes']): string {
  const words = planWords.en;
  return `${sectionText({ title: words.titles.changes, lines: changes.map(changeLine(words)) }, words.none).join('\n')}\n`;
}

const mostLines = 12;

/** For whoever saves again and again: what changes, of the tables what is not safe, of the records what is counted, and what stands in the way. */
export function renderBrief({ packs, ...plan }: MetadataPlan): string {
  const words = planWords.en;
  const steps = plan.steps.filter(({ risk }) => risk !== 'safe');
  const refused = (plan.refused ?? []).filter(({ count }) => count !== null);
  const isTold = ({ title, lines }: Section): boolean => lines.length > 0 && title !== words.titles.access;
  const parts: readonly (Section | string)[] = [...sections({ ...plan, steps, refused }, words).filter(isTold), ...verdicts(plan, words)];
  const lines = parts.flatMap((part): readonly string[] => {
    if (typeof part === 'string') return part === words.fine ? [] : [part];
    const left = part.lines.length - mostLines;
    return [
      ...sectionText({ ...part, lines: part.lines.slice(0, mostLines) }, words.none).slice(1),
      ...(left > 0 ? [`  … ${left} more`] : []),
    ];
  });
  const data = lines.length === 0 && packs !== undefined ? ['  data, texts or scenarios of the pack'] : [];
  return [...lines, ...data].map((line) => `${line}\n`).join('');
}

/** Nothing of a plan is markup. */
const asCode = (line: string): string => `\`\`${line.replaceAll('`', 'ʼ').trim()}\`\``;

function sectionMarkdown({ title, lines }: Section, none: string): readonly string[] {
  return [`## ${title}`, '', ...(lines.length === 0 ? [none] : lines.map((line) => `- ${asCode(line)}`)), ''];
}

/** The plan as text, ending in a line break. */
export function renderPlan(plan: MetadataPlan, { language = 'en', format = 'text' }: PlanStyle = {}): string {
  const words = planWords[language];
  const all = [...sections(plan, words), ...verdicts(plan, words)];
  if (format === 'text') {
    const lines = all.flatMap((part) => (typeof part === 'string' ? [part] : sectionText(part, words.none)));
    return `${[`${words.plan} ${plan.hash}`, ...lines].join('\n')}\n`;
  }
  const lines = all.flatMap((part) => (typeof part === 'string' ? [`**${part}**`, ''] : sectionMarkdown(part, words.none)));
  return `${[`# ${words.plan} ${plan.hash}`, '', ...lines].join('\n').trimEnd()}\n`;
}

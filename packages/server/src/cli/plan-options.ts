// Options of commands that plan: how a plan is shown, how conflicts are decided, and the question that comes before it is applied.
import { readFile } from 'node:fs/promises';
import { fail } from '@tessera/kernel';
import type { Choice, MetadataPlan, PlanDecisions } from '@tessera/engine';
import type { Argv } from 'yargs';
import { confirmed, type Cli } from './cli-context.ts';
import { renderPlan, type PlanStyle } from './plan-text.ts';

export const showOptions = <T>(args: Argv<T>) =>
  args
    .option('format', { choices: ['text', 'markdown'] as const, default: 'text' as const, describe: 'How the plan is written' })
    .option('language', { choices: ['en', 'zh-CN'] as const, default: 'en' as const, describe: 'The language of the plan' });

export interface DecisionOptions {
  readonly choices: string | undefined;
  readonly prefer: 'tenant' | 'pack' | undefined;
}

export const decisionOptions = <T>(args: Argv<T>) =>
  args
    .option('choices', {
      type: 'string',
      describe: 'A JSON file: ids of conflicts, each with "tenant", "pack" or {"value": …}',
    })
    .option('prefer', {
      choices: ['tenant', 'pack'] as const,
      describe: 'Whose value holds in all conflicts that nobody has chosen for',
    });

const isChoice = (value: unknown): value is Choice =>
  value === 'tenant' || value === 'pack' || (typeof value === 'object' && value !== null && 'value' in value);

/** Throws REQUEST_PARAMETER_INVALID. */
export async function decisionsOf({ choices: file, prefer }: DecisionOptions): Promise<PlanDecisions> {
  const preferred = prefer === undefined ? {} : { prefer };
  if (file === undefined) return preferred;
  const invalid = (reason: string): Error => fail('REQUEST_PARAMETER_INVALID', { name: '--choices', reason: `${file} ${reason}` });
  const text = await readFile(file, 'utf8');
  let content: unknown;
  try {
    content = JSON.parse(text) as unknown;
  } catch (error) {
    throw invalid(`is not valid JSON: ${(error as Error).message}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) throw invalid('must be an object of choices.');
  const choices = Object.entries(content as Readonly<Record<string, unknown>>).map(([id, choice]): readonly [string, Choice] => {
    if (!isChoice(choice)) throw invalid(`must say "tenant", "pack" or {"value": …} for ${id}.`);
    return [id, choice];
  });
  return { ...preferred, choices: Object.fromEntries(choices) };
}

export interface ApplyOptions {
  readonly plan: string | undefined;
  readonly yes: boolean;
}

export const applyOptions = <T>(args: Argv<T>) =>
  args
    .option('plan', { type: 'string', describe: 'The hash of the plan that was looked at: only that one is applied' })
    .option('yes', { type: 'boolean', default: false, describe: 'Do not ask' });

/** The hash of the plan that is to be applied: the one that was given, or the one that somebody has said yes to; undefined with --yes. */
export async function agreedPlan(
  cli: Cli,
  { plan: given, yes }: ApplyOptions,
  style: PlanStyle,
  planned: () => Promise<MetadataPlan>,
): Promise<{ readonly planHash?: string }> {
  if (given !== undefined) return { planHash: given };
  if (yes) return {};
  const plan = await planned();
  await cli.streams.err(renderPlan(plan, style));
  await confirmed(cli, false, 'Apply it? Type yes:', 'yes');
  return { planHash: plan.hash };
}

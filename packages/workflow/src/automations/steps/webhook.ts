// webhook: posts JSON to an address, as an effect. Where a later step reads the answer, the run waits for it.
import { problem } from '@tessera/kernel';
import type { AutomationModel, WebhookStepModel } from '@tessera/metadata';
import { dependencies, type Expression, type Value } from '@tessera/rules';
import {
  holdEffectStates,
  insertEffects,
  resendEffects,
  wakeStatement,
  wireOf,
  type EffectState,
  type NewEffect,
  type ReadTarget,
} from '@tessera/storage';
import { endpointOf, type WebhookContent } from '../../effects/webhook.ts';
import { doorIn } from '../../jobs/handlers.ts';
import type { Frame, StepDoer, StepResult, StepWork } from '../step-work.ts';

type Work = StepWork<WebhookStepModel>;
type Values = Readonly<Record<string, Value>>;

const isRule = (part: object): part is Expression => 'node' in part;

/** Whether a rule anywhere in it reads the outcome of a step. */
function reads(part: unknown, step: string): boolean {
  if (typeof part !== 'object' || part === null) return false;
  if (!isRule(part)) return Object.values(part).some((each) => reads(each, step));
  return dependencies(part).paths.some(({ root, steps: [first] }) => root === '$steps' && first?.field === step);
}

const isAwaited = ({ steps }: AutomationModel, step: string): boolean => reads(steps, step);

/** As records show it: what is a number there is one here. */
function wireValue(target: ReadTarget, expression: Expression, value: Value): unknown {
  const wire = wireOf(target, expression);
  return typeof value === 'string' && (wire === 'number' || wire === 'integer') ? Number(value) : value;
}

function bodyOf({ step, session }: Work, frame: Frame, values: Values): string {
  const [record] = frame.records;
  if (step.values === undefined) return JSON.stringify({ object: record?.object, id: record?.id });
  const entries = Object.entries(step.values).map(([name, rule]) => [name, wireValue(session.target, rule, values[name] ?? null)] as const);
  return JSON.stringify(Object.fromEntries(entries));
}

/** The answer's text as JSON where it is any. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Kept with a step that has failed: when it is done again, so is the call. */
const failedKept = { failed: true } as const;
const hasFailed = (kept: unknown): boolean => typeof kept === 'object' && kept !== null && 'failed' in kept;

function answered({ address, state, answer, error }: EffectState): StepResult {
  if (state === 'ready') return { kind: 'waiting' };
  const said = answer === null ? undefined : (JSON.parse(answer) as { readonly status: number; readonly body: string });
  if (state === 'sent') return { kind: 'done', outcome: { status: String(said?.status), body: parsed(said?.body ?? '') } };
  const failure = state === 'cancelled' || error === null ? {} : (JSON.parse(error) as { readonly message?: string });
  const params = { endpoint: endpointOf(address), reason: failure.message ?? 'it was given up.' };
  return { kind: 'failed', problem: problem('WEBHOOK_FAILED', params), kept: failedKept };
}

const keyOf = (frame: Frame, { path }: WebhookStepModel): string => `${frame.key}/${path}`;

/** Those whose call has failed before, and that are done again. */
async function again({ platform, step, frames, waited }: Work, known: ReadonlyMap<string, EffectState>): Promise<ReadonlySet<string>> {
  const keys = frames.flatMap((frame, i) => {
    const key = keyOf(frame, step);
    const { state } = known.get(key) ?? {};
    return (state === 'failed' || state === 'cancelled') && hasFailed(waited[i]?.kept) ? [key] : [];
  });
  if (keys.length === 0) return new Set();
  await resendEffects(doorIn(platform), keys, platform.at);
  await platform.transaction.query(wakeStatement(['send']));
  return new Set(keys);
}

type Call = Pick<NewEffect, 'key' | 'address' | 'content' | 'runId' | 'object' | 'recordId'>;

function callOf(work: Work, frame: Frame, { address, values }: { readonly address: string; readonly values: Values }): Call {
  const [record] = frame.records;
  const content: WebhookContent = { endpoint: endpointOf(address) ?? '', body: bodyOf(work, frame, values) };
  return {
    key: keyOf(frame, work.step),
    address,
    content: JSON.stringify(content),
    runId: frame.runId ?? null,
    object: record?.object ?? null,
    recordId: record?.id ?? null,
  };
}

/** Writes down what is to be posted, once for each key. */
async function post({ platform, step }: Work, calls: readonly Call[]): Promise<void> {
  if (calls.length === 0) return;
  const { context, at, transaction } = platform;
  const effects = calls.map((call): NewEffect => ({ ...call, id: context.newId(), kind: step.type, dueAt: at }));
  await insertEffects(doorIn(platform), effects, at);
  await transaction.query(wakeStatement(['send']));
}

export const webhook: StepDoer<WebhookStepModel> = async (work) => {
  const { platform, automation, step, frames } = work;
  const waits = isAwaited(automation, step.path);
  const keys = frames.map((frame) => keyOf(frame, step));
  const known = await holdEffectStates(doorIn(platform), keys);
  const resent = await again(work, known);
  const isNew = keys.some((key) => !known.has(key));
  const addresses = isNew ? await work.evaluate(step.address) : [];
  const values = isNew && step.values !== undefined ? await work.evaluateAll(step.values) : [];
  const calls: Call[] = [];
  const results = frames.map((frame, i): StepResult => {
    const state = known.get(keys[i] ?? '');
    if (state !== undefined && (!waits || resent.has(keys[i] ?? ''))) return { kind: waits ? 'waiting' : 'done' };
    if (state !== undefined) return answered(state);
    const address = addresses[i] ?? null;
    if (typeof address !== 'string' || endpointOf(address) === undefined)
      return { kind: 'failed', problem: problem('WEBHOOK_ADDRESS', { address }) };
    calls.push(callOf(work, frame, { address, values: values[i] ?? {} }));
    return { kind: waits ? 'waiting' : 'done' };
  });
  await post(work, calls);
  return results;
};

// A sandbox over the real engine: a tenant of its own with a clock that stands still, whose mails and calls are answered here.
import { fail, failAll, type Context } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import type {
  FieldChange,
  GivenAnswer,
  Player,
  Reached,
  RecordRef,
  Sandbox,
  SandboxStart,
  SentEffect,
  Sight,
  Values,
} from '@tessera/packs';
import { createRecords, runInSession, updateRecords } from '@tessera/records';
import { newTenantToken, tokenHash } from '@tessera/security';
import {
  createSession,
  decidedEffects,
  nextDue,
  secretGeneration,
  seedsOf,
  stepsReached,
  failedRuns,
  stumbledTimers,
  type FailedRun,
  type Seeded,
} from '@tessera/storage';
import { signatureHeaders, webhookSender, type Senders } from '@tessera/workflow';
import { quietEngine } from '../create-engine.ts';
import type { Engine } from '../types/engine.ts';
import type { EngineParts } from '../engine-parts.ts';
import { contextFor, systemSession } from '../identity/platform-session.ts';
import { receiveWebhook } from '../webhooks.ts';
import { EnginePlayer, type Graphql } from './player.ts';
import type { SandboxData } from './sandbox-data.ts';

/** What the parts of a sandbox's engine are told, and tell. */
export interface SandboxState {
  /** Milliseconds since 1970. */
  now: number;
  answers: readonly GivenAnswer[];
  /** Steps that automations have done within writes. */
  readonly steps: Set<Reached>;
}

/** Nothing goes out: mails are taken as sent, and calls get the answers that the scenario gives. */
export function sandboxSenders(state: SandboxState): Senders {
  const answer: typeof fetch = (address) => {
    const url = address instanceof Request ? address.url : String(address);
    const given = state.answers.find((each) => url.startsWith(each.address));
    const { status = 200, body = null } = given ?? {};
    // Such an answer has no body, and takes none.
    const isEmpty = body === null || [204, 205, 304].includes(status);
    return Promise.resolve(new Response(isEmpty ? null : JSON.stringify(body), { status }));
  };
  return {
    mail: () => Promise.resolve({ state: 'sent' }),
    webhook: webhookSender({ fetch: answer, secretsOf: () => [new Uint8Array(32)] }),
  };
}

/** Sessions of a sandbox's people never end: its clock may move by years. */
const never = '9999-12-31T00:00:00.000Z';

interface SandboxParts {
  readonly parts: EngineParts;
  readonly state: SandboxState;
  readonly tenant: string;
  readonly model: Model;
  readonly data: SandboxData;
  readonly graphql: Graphql | undefined;
}

export class SandboxTenant implements Sandbox {
  readonly model: Model;
  readonly #own: SandboxParts;
  readonly #engine: Engine;
  #language = 'en';

  constructor(own: SandboxParts) {
    this.model = own.model;
    this.#own = own;
    this.#engine = quietEngine(own.parts);
  }

  now(): number {
    return this.#own.state.now;
  }

  moveTo(at: number): void {
    this.#own.state.now = Math.max(at, this.#own.state.now);
  }

  async reset(at: number, { language, answers, data }: SandboxStart): Promise<void> {
    const { state, data: states } = this.#own;
    state.now = at;
    state.answers = answers;
    this.#language = language;
    await states.back(data);
    state.steps.clear();
  }

  seeds(): Promise<readonly Seeded[]> {
    return seedsOf(this.#own.parts.cell.tenant(this.#own.tenant));
  }

  #context(userId: string | null, sessionId?: string): Context {
    const { parts, tenant } = this.#own;
    const actor = {
      kind: userId === null ? ('system' as const) : ('user' as const),
      userId,
      ...(sessionId === undefined ? {} : { sessionId }),
    };
    return contextFor(parts, tenant, actor, { requestId: 'scenario', languages: [this.#language, 'en'] });
  }

  async put(object: string, values: Values, id?: string): Promise<string> {
    const session = await systemSession(this.#own.parts, this.#context(null));
    const options = { allOrNone: true, internal: true };
    return runInSession(session, async (write) => {
      const [outcome] =
        id === undefined
          ? await createRecords(write, object, [{ pointer: '', input: values }], options)
          : await updateRecords(write, object, [{ pointer: '', id, input: values }], options);
      if (outcome?.ok !== true) throw failAll('RECORDS_INVALID', outcome?.problems ?? []);
      return outcome.id;
    });
  }

  async player(user: string | undefined): Promise<Player> {
    const { parts, tenant, graphql } = this.#own;
    const platform = this.#context(null);
    if (user === undefined) return new EnginePlayer(this.#engine, platform, platform, graphql);
    const database = parts.cell.tenant(tenant);
    const id = parts.newId();
    await createSession(database, {
      id,
      userId: user,
      refreshHash: tokenHash(newTenantToken(tenant)),
      userAgent: null,
      address: null,
      at: new Date(this.now()).toISOString(),
      expiresAt: never,
      impersonator: null,
    });
    return new EnginePlayer(this.#engine, this.#context(user, id), platform, graphql);
  }

  async drain(): Promise<readonly string[]> {
    const { settled } = await this.#engine.drain(this.#own.tenant, this.now());
    if (!settled)
      throw fail('AUTOMATION_LIMIT', { what: 'there is always something more to do', limit: '1,000 rounds', chain: 'what is due' });
    const { parts, tenant } = this.#own;
    return (await stumbledTimers(parts.cell.tenant(tenant))).map(({ kind, key, error }) => `${kind} ${key}: ${error}`);
  }

  async nextDue(): Promise<number | undefined> {
    const { parts, tenant } = this.#own;
    const { work, send } = await nextDue(parts.cell.tenant(tenant));
    const times = [work, send].flatMap((at) => (at === null ? [] : [Date.parse(at)]));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  async deliver(automation: string, { id, inputs }: { readonly id: string; readonly inputs: Values }): Promise<void> {
    const { parts, tenant } = this.#own;
    const generation = await secretGeneration(parts.cell.tenant(tenant), automation);
    const [body, timestamp] = [JSON.stringify(inputs), Math.floor(this.now() / 1_000)];
    const headers = signatureHeaders(parts.inboundSecrets(tenant, automation, generation), { id, timestamp, body });
    const signature = headers['webhook-signature'];
    await receiveWebhook(parts, { tenant, automation, id, timestamp: String(timestamp), signature, body });
  }

  async sight({ object, id }: RecordRef, user: string): Promise<Sight> {
    const { read, edit, verbs, administrator, layers } = await this.#engine.run('records.access', this.#context(null), {
      object,
      id,
      user,
    });
    const rules = [...layers.read, ...layers.edit].flatMap(({ kind, name, gives }) =>
      kind === 'sharingRule' && gives && name !== undefined ? [name] : [],
    );
    return { read, edit: edit && (administrator || verbs.update), rules };
  }

  async isDeleted({ object, id }: RecordRef): Promise<boolean> {
    const root = {
      kind: 'record',
      as: 'r',
      object,
      by: { id },
      deleted: 'only',
      selections: [{ kind: 'field', as: 'id', field: 'id' }],
    } as const;
    return (await this.#engine.run('records.read', this.#context(null), { roots: [root] })) !== '{"r":null}';
  }

  async changes({ object, id }: RecordRef): Promise<readonly FieldChange[]> {
    const text = await this.#engine.run('records.history', this.#context(null), { object, id, first: 1_000 });
    const { entries } = JSON.parse(text) as { readonly entries: readonly (FieldChange & { readonly actor: string | null })[] };
    return entries.map(({ field, old, new: now, actor }) => ({ field, old, new: now, by: actor }));
  }

  async effects(): Promise<readonly SentEffect[]> {
    const { parts, tenant } = this.#own;
    const all = await decidedEffects(parts.cell.tenant(tenant));
    return all.map(({ content, ...effect }) => ({ ...effect, content: JSON.parse(content) as unknown }));
  }

  failedRuns(): Promise<readonly FailedRun[]> {
    const { parts, tenant } = this.#own;
    return failedRuns(parts.cell.tenant(tenant));
  }

  async reached(): Promise<readonly Reached[]> {
    const { parts, tenant, state } = this.#own;
    const steps = await stepsReached(parts.cell.tenant(tenant));
    const ofRuns = steps.flatMap(({ automation, path, taken }) => [
      `automation ${automation}`,
      ...(path === null ? [] : [`step ${automation}/${path}`]),
      ...(path === null || taken === null ? [] : [`case ${automation}/${path}/${taken}`]),
    ]);
    return [...state.steps, ...ofRuns];
  }

  async close(): Promise<void> {
    const { parts } = this.#own;
    await this.#engine.close();
    await parts.jobs.close();
    await parts.rates.close();
  }
}

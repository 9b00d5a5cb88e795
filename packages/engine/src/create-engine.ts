// Puts an engine together: the run of any operation by its name, under the guard.
import { fail, TesseraError, uuidv7Source, type Clock, type Context, type Logger } from '@tessera/kernel';
import type { Model } from '@tessera/metadata';
import { noFileStore, type FileStore, type OnStep } from '@tessera/records';
import { deriveKey, secretSealer, tokenSigner, type OutwardFetch } from '@tessera/security';
import { cursorPads, metadataChannel, type Cell, type JobFigures, type TenantState } from '@tessera/storage';
import type { Drained, Handlers, Senders } from '@tessera/workflow';
import { ownHandlers } from './acting.ts';
import type { Engine, Runtime } from './types/engine.ts';
import type { EngineLimits, EngineParts, Session } from './engine-parts.ts';
import { startEvents } from './events.ts';
import type { Mailer } from './identity/mail.ts';
import { Identity } from './identity.ts';
import type { OperationInput, OperationName, OperationOutput } from './operation-list.ts';
import { operations } from './operations.ts';
import { openFileLink } from './operations/files.ts';
import { Policies } from './policies.ts';
import { defaultLoginLimits, LoginLimits, noRateLimits, RequestLimits, type LoginSettings, type RateSettings } from './rate-limits.ts';
import { Plans } from './read/plans.ts';
import { Background } from './sandboxes/background.ts';
import { quietInCopies } from './sandboxes/quiet.ts';
import { TenantRuntimes, type TenantRuntime } from './tenant-runtimes.ts';
import { Turns } from './turns.ts';
import { inboundSecrets, receiveWebhook } from './webhooks.ts';
import { drainTenant, sendersOf, startWorkers, webhookSecrets } from './work.ts';

export interface EngineOptions {
  readonly cell: Cell;
  readonly log: Logger;
  /** From which all keys are derived; the same on every node. */
  readonly secret: string;
  /** Secrets that were in use before: tokens that they signed and texts that they sealed are still good. */
  readonly oldSecrets?: readonly string[];
  /** Without it no mails are sent. */
  readonly mailer?: Mailer;
  /** Where the server is as seen from outside; without it there are no links in mails and no log-ins at providers. */
  readonly publicUrl?: string;
  /** How requests to identity providers go out, addresses checked; without it nobody signs in at one. */
  readonly outward?: OutwardFetch;
  readonly clock: Clock;
  readonly limits?: Partial<EngineLimits>;
  /** Requests per second; without it they are not limited. */
  readonly rates?: RateSettings;
  /** Failures to sign in; default `defaultLoginLimits`. */
  readonly logins?: LoginSettings;
  /** Bytes that Models may take in memory, with the permissions of their callers; those used longest ago are forgotten. Default 256 MB. */
  readonly modelMemory?: number;
  /** Where uploaded files lie, shared by all nodes. Without it (a command that needs none) they are refused with FILES_UNAVAILABLE. */
  readonly files?: FileStore;
  /** Jobs of each kind that this node does at once; default 0: it only makes them. */
  readonly workers?: number;
  /** How long jobs under way may take to end when the engine is closed, in milliseconds; default 10,000. */
  readonly stopMs?: number;
  /** What runs and timers do; default: what automations say. */
  readonly handlers?: Handlers;
  /** What sends mails and webhooks; default: the mailer, and requests outward. */
  readonly senders?: Senders;
  /** Told of each step that an automation does within a write. */
  readonly onStep?: OnStep;
}

const defaultLimits: EngineLimits = { cost: 200_000, depth: 12, page: 1000, records: 10_000, fileSize: 100_000_000 };

export function engineParts({ cell, log, secret, clock, limits, files = noFileStore, ...options }: EngineOptions): EngineParts {
  const {
    oldSecrets = [],
    mailer,
    publicUrl,
    outward,
    rates = noRateLimits,
    logins = defaultLoginLimits,
    modelMemory = 256_000_000,
    workers = 0,
  } = options;
  const runtimes = new TenantRuntimes(cell, log, modelMemory, options.onStep);
  return {
    cell,
    log,
    clock,
    newId: uuidv7Source(() => clock.now()),
    runtimes,
    plans: new Plans(),
    signer: tokenSigner([secret, ...oldSecrets], clock),
    sealer: secretSealer(secret, oldSecrets),
    mailer,
    publicUrl,
    outward,
    cursorPads: cursorPads(Buffer.from(deriveKey(secret, 'cursors'))),
    fileLinkKey: deriveKey(secret, 'file links'),
    files,
    limits: { ...defaultLimits, ...limits },
    rates: new RequestLimits({ cell, clock, log }, rates),
    logins: new LoginLimits({ cell, clock, log }, logins, deriveKey(secret, 'login limits')),
    jobs: cell.jobs({ works: workers > 0 }),
    handlers: options.handlers ?? ownHandlers(),
    senders: quietInCopies(options.senders ?? sendersOf({ secrets: [secret, ...oldSecrets], mailer, outward, publicUrl })),
    maskKey: (id) => Buffer.from(deriveKey(secret, `masking ${id}`)).toString('hex'),
    background: new Background(log),
    endpointSecrets: webhookSecrets([secret, ...oldSecrets]),
    inboundSecrets: inboundSecrets([secret, ...oldSecrets]),
  };
}

const sameState = (a: TenantState, b: TenantState): boolean =>
  a.modelHash === b.modelHash && a.access === b.access && a.formerLocks === b.formerLocks;

/**
 * Whether the present Runtime might answer otherwise. On one that was looked up for the attempt, only where the tenant has moved on since;
 * on one that the node had, a mistake of the request may come from its age too: a name that was not there, a rule that did not fit.
 */
function mayBeOutdated(error: unknown, lookedUp: boolean): boolean {
  return error instanceof TesseraError && (error.code === 'MODEL_CHANGED' || (!lookedUp && (error.status === 404 || error.status === 422)));
}

/** Requests that are overtaken so often stand in line. */
const freeAttempts = 2;
/** And even there other nodes may overtake them. */
const attemptsInTurn = 50;

class RunningEngine implements Engine {
  readonly #parts: EngineParts;
  readonly #identity: Identity;
  readonly #policies: Policies;
  readonly #closers: (() => Promise<void>)[];
  /** By tenant: where people or metadata change all the while, everybody would overtake everybody. */
  readonly #turns = new Turns();
  readonly events: Engine['events'];
  readonly identity: Engine['identity'];

  constructor(parts: EngineParts, identity: Identity, events: Awaited<ReturnType<typeof startEvents>>, closers: (() => Promise<void>)[]) {
    this.#parts = parts;
    this.#identity = identity;
    this.#policies = new Policies(identity);
    this.#closers = closers;
    this.identity = identity.open;
    this.events = (context, input, signal) => events.subscribe((fresh) => this.#session(context, fresh, 'events'), context, input, signal);
  }

  login: Engine['login'] = (input, request) => this.#identity.login(input, request);
  refresh: Engine['refresh'] = (token, request) => this.#identity.refresh(token, request);
  logout: Engine['logout'] = async (context) => {
    await this.#tenant(context.tenant, false);
    await this.#identity.logout(context);
  };
  authenticate: Engine['authenticate'] = async (token, request) => {
    const { rates } = this.#parts;
    let context: Context;
    try {
      context = await this.#identity.authenticate(token, request);
    } catch (error) {
      // Whoever tries tokens out is nobody yet.
      await rates.admitAddress(request.address);
      throw error;
    }
    await rates.admit(context);
    return context;
  };
  admitAddress: Engine['admitAddress'] = (address) => this.#parts.rates.admitAddress(address);

  openFileLink: Engine['openFileLink'] = (input) => openFileLink(this.#parts, input);
  receiveWebhook: Engine['receiveWebhook'] = (input) => receiveWebhook(this.#parts, input);

  async runtime(tenant: string, options: { readonly fresh?: boolean } = {}): Promise<Runtime> {
    return (await this.#tenant(tenant, options.fresh === true)).runtime;
  }

  async view(context: Context, options: { readonly fresh?: boolean } = {}): Promise<Model> {
    return (await this.#session(context, options.fresh === true, 'view')).view;
  }

  async administers(context: Context): Promise<boolean> {
    return (await this.#session(context, true, 'view')).policy.administrator;
  }

  /** A tenant that was dropped takes its tokens with it. */
  async #tenant(name: string, fresh: boolean): Promise<TenantRuntime> {
    const { runtimes } = this.#parts;
    try {
      return await (fresh ? runtimes.refresh(name) : runtimes.get(name));
    } catch (error) {
      throw error instanceof TesseraError && error.code === 'TENANT_NOT_FOUND' ? fail('TOKEN_INVALID', {}, {}, error) : error;
    }
  }

  /** @param operation what it is for, and `key` what all requests like it have alike: told of statements that take long */
  async #session(context: Context, fresh: boolean, operation: string, key?: string): Promise<Session> {
    const { runtimes, clock } = this.#parts;
    const { tenant: name, actor, requestId } = context;
    const found = (fresh ? undefined : runtimes.known(name)) ?? (await this.#tenant(name, fresh));
    const tenant: TenantRuntime = { ...found, database: found.database.for({ operation, requestId, key }) };
    const now = clock.now();
    const access = this.#policies.known(tenant, name, actor, now) ?? (await this.#policies.get(tenant, name, actor, now));
    return { ...tenant, ...access, parts: this.#parts, context, renew: () => this.#session(context, true, operation, key) };
  }

  /**
   * Runs an operation on the Runtime that this node knows; where that turns out to be old (the guard says so, or a name is missing
   * and the tenant has moved on), on the present one. A caller who named a Model (`modelHash`) is told instead.
   */
  async run<N extends OperationName>(name: N, context: Context, input: OperationInput<N>): Promise<OperationOutput<N>> {
    const operation = operations[name];
    const key = 'key' in input ? input.key : undefined;
    let session = await this.#session(context, operation.fresh, name, key);
    let lookedUp = operation.fresh;
    /** Undefined: overtaken each time. */
    const attempts = async (most: number): Promise<{ readonly output: OperationOutput<N> } | undefined> => {
      for (let attempt = 1; attempt <= most; attempt += 1) {
        if (operation.permission === 'administer' && !session.policy.administrator) throw fail('PERMISSION_DENIED', { action: name });
        try {
          return { output: await operation.run(session, input) };
        } catch (error) {
          // What began on the present Runtime has nothing to gain, and its stream, if it has one, is spent.
          if (operation.fresh || !mayBeOutdated(error, lookedUp)) throw error;
          const now = await this.#session(context, true, name, key);
          const moved = !sameState(now.state, session.state);
          if (!moved || ('modelHash' in input && now.view.hash !== session.view.hash)) throw error;
          session = now;
          lookedUp = true;
        }
      }
      return undefined;
    };
    const inTurn = async (): ReturnType<typeof attempts> => {
      session = await this.#session(context, true, name, key);
      return attempts(attemptsInTurn);
    };
    const done = (await attempts(freeAttempts)) ?? (await this.#turns.take(context.tenant, inTurn));
    if (done === undefined) throw fail('MODEL_CHANGED');
    return done.output;
  }

  drain(tenant: string, now = this.#parts.clock.now()): Promise<Drained> {
    return drainTenant(this.#parts, tenant, now);
  }

  jobFigures(): Promise<JobFigures> {
    return this.#parts.jobs.figures();
  }

  async close(): Promise<void> {
    for (const close of this.#closers) await close();
  }
}

/** Nothing is told here, and nobody waits for it. */
const noEvents: Awaited<ReturnType<typeof startEvents>> = {
  subscribe: () => {
    throw fail('UNAVAILABLE', { reason: 'changes are not told of here.' });
  },
  close: () => Promise.resolve(),
};

/** An engine that does what it is asked and nothing of itself: for whoever is alone with a tenant. Its parts are the caller's to close. */
export const quietEngine = (parts: EngineParts): Engine => new RunningEngine(parts, new Identity(parts), noEvents, []);

/** Starts an engine over an open cell. The caller closes the engine first, then the cell. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { workers = 0, stopMs = 10_000 } = options;
  const parts = engineParts(options);
  const listener = await parts.cell.listen(metadataChannel, (tenant) => {
    parts.runtimes.forget(tenant);
  });
  const events = await startEvents(parts);
  const identity = new Identity(parts);
  const closers = [
    () => events.close(),
    () => parts.background.settled(stopMs),
    () => parts.jobs.close(),
    () => identity.settled(),
    () => parts.rates.close(),
    () => listener.close(),
  ];
  if (workers === 0) return new RunningEngine(parts, identity, events, closers);
  try {
    const working = await startWorkers(parts, workers);
    return new RunningEngine(parts, identity, events, [() => working.stop(stopMs), ...closers]);
  } catch (error) {
    for (const close of closers) await close();
    throw error;
  }
}

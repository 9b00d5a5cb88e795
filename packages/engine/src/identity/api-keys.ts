// API keys: shown once, kept as hashes, limited to permission sets, with an end that must be given.
import { fail, isUuid, type Actor } from '@tessera/kernel';
import { newApiKey, readApiKey, tokenHash } from '@tessera/security';
import {
  apiKeyByHash,
  bumpAccess,
  callerOrigin,
  createApiKey,
  doorOf,
  findApiKey,
  listApiKeys,
  requestOrigin,
  revokeApiKeys,
  touchApiKey,
  type ApiKey,
} from '@tessera/storage';
import type { EngineParts, Session } from '../engine-parts.ts';
import type { RequestInfo } from '../request-info.ts';
import { iso, note, type IdentityEvent } from './audit.ts';
import { administered, personally, userById } from './guards.ts';
import type { InputOf } from './operation-types.ts';

const longestMs = 731 * 86_400_000;
const longestName = 120;

const event = (action: string, id: string, detail?: unknown): IdentityEvent => ({
  action,
  object: 'apiKey',
  recordId: id,
  ...(detail === undefined ? {} : { detail }),
});

const invalid = (reason: string, pointer: string): Error => fail('REQUEST_INVALID', { reason }, { pointer });

function checkInput(session: Session, { name, permissionSets, expiresAt }: InputOf<'apiKeys.create'>): string {
  const { permissionSets: known } = session.runtime.model;
  if (name.trim() === '' || name.length > longestName) throw invalid(`/name must have 1 to ${String(longestName)} characters.`, '/name');
  if (permissionSets.length === 0) throw invalid('/permissionSets must name at least one.', '/permissionSets');
  permissionSets.forEach((set, i) => {
    if (!Object.hasOwn(known, set)) {
      const names = Object.keys(known);
      const hint = names.length === 0 ? 'The metadata has none yet.' : `Known: ${names.slice(0, 30).join(', ')}.`;
      throw fail('COMPONENT_UNKNOWN', { kind: 'permissionSet', name: set, known: hint }, { pointer: `/permissionSets/${String(i)}` });
    }
  });
  const [end, now] = [Date.parse(expiresAt), session.context.clock.now()];
  if (!(end > now && end <= now + longestMs)) throw invalid('/expiresAt must be a time of the next two years.', '/expiresAt');
  return iso(end);
}

/** Makes a key for the caller, or for somebody else by an administrator. The key itself is in this answer and nowhere else. */
export async function makeApiKey(session: Session, input: InputOf<'apiKeys.create'>): Promise<ApiKey & { readonly key: string }> {
  const { context, database } = session;
  const own = personally(session);
  const { user } = input;
  const owner = user === undefined ? own : (await userById(session, administered(session, user, 'make API keys for others'))).id;
  const expiresAt = checkInput(session, input);
  const id = context.newId();
  const key = newApiKey(context.tenant, id);
  const origin = callerOrigin(context);
  const permissionSets = [...new Set(input.permissionSets)];
  const made = { id, userId: owner, name: input.name, permissionSets, createdBy: own, createdAt: origin.at, expiresAt };
  await database.transaction(async (transaction) => {
    const door = doorOf(transaction, database.schema);
    await createApiKey(door, { ...made, hash: tokenHash(key) });
    await note(door, origin, event('apiKey.created', id, { name: input.name, user: owner, permissionSets, expiresAt }));
  });
  return { ...made, lastUsedAt: null, lastAddress: null, revokedAt: null, key };
}

/** Keys of the caller, or of anybody for an administrator; revoked ones too. */
export async function apiKeysOf(session: Session, { user }: InputOf<'apiKeys.list'>): Promise<readonly ApiKey[]> {
  const userId = user === undefined ? personally(session) : administered(session, user, 'see the API keys of others');
  return listApiKeys(session.database, userId);
}

/** @throws API_KEY_NOT_FOUND */
export async function revokeApiKey(session: Session, { id }: InputOf<'apiKeys.revoke'>): Promise<Readonly<Record<string, never>>> {
  const { context, database, parts, policy } = session;
  const own = personally(session);
  const key = isUuid(id) ? await findApiKey(database, id) : undefined;
  if (key === undefined || key.revokedAt !== null || (key.userId !== own && !policy.administrator)) throw fail('API_KEY_NOT_FOUND', { id });
  const origin = callerOrigin(context);
  await database.transaction(async (transaction) => {
    const door = doorOf(transaction, database.schema);
    await revokeApiKeys(door, { id: key.id }, origin.at);
    await bumpAccess(transaction, database.schema);
    await note(door, origin, event('apiKey.revoked', key.id, { name: key.name, user: key.userId }));
  });
  parts.runtimes.forget(context.tenant);
  return {};
}

interface RecognisedKey {
  readonly tenant: string;
  readonly actor: Actor;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

interface KnownKey extends RecognisedKey {
  readonly id: string;
  readonly userId: string;
  /** When this node last noted its use. */
  touched: number;
}

const mostKnown = 5_000;
const touchEveryMs = 60_000;

/** Recognises the keys that come with requests. What a key may is looked up with the policy, which notices at once that it was revoked. */
export class ApiKeyCheck {
  readonly #parts: EngineParts;
  /** By hash: a key never changes, and whether it still counts is asked elsewhere. */
  readonly #known = new Map<string, KnownKey>();

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** @throws TOKEN_INVALID */
  async recognise(token: string, request: RequestInfo): Promise<RecognisedKey> {
    const hash = tokenHash(token);
    const key = this.#known.get(hash) ?? (await this.#find(token, hash));
    const now = this.#parts.clock.now();
    if (key === undefined || key.expiresAt <= now) throw fail('TOKEN_INVALID');
    if (key.touched + touchEveryMs <= now) await this.#touch(key, now, request);
    return key;
  }

  async #find(token: string, hash: string): Promise<KnownKey | undefined> {
    const named = readApiKey(token);
    if (named === undefined) return undefined;
    const { database } = await this.#parts.runtimes.get(named.tenant).catch((error: unknown) => {
      throw fail('TOKEN_INVALID', {}, {}, error);
    });
    const found = await apiKeyByHash(database, hash);
    if (found?.id !== named.id || found.revokedAt !== null) return undefined;
    const { id, userId, expiresAt } = found;
    const actor: Actor = Object.freeze({ kind: 'user', userId, apiKeyId: id });
    const known = { tenant: named.tenant, actor, id, userId, expiresAt: Date.parse(expiresAt), touched: 0 };
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.set(hash, known);
    return known;
  }

  async #touch(key: KnownKey, now: number, request: RequestInfo): Promise<void> {
    key.touched = now;
    const { database } = await this.#parts.runtimes.get(key.tenant).catch((error: unknown) => {
      throw fail('TOKEN_INVALID', {}, {}, error);
    });
    const first = await touchApiKey(database, { id: key.id, at: iso(now), address: request.address ?? null });
    if (first)
      await note(database, { ...requestOrigin(request, this.#parts.clock, key.userId), actorKind: 'apiKey' }, event('apiKey.used', key.id));
  }
}

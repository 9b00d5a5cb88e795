// Access tokens (JWT, RFC 7519, HS256 only): signed with the present secret, verified with any of the configured ones.
import { jwtVerify, SignJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { fail, isUuid, type Actor, type Clock } from '@tessera/kernel';
import { deriveKey, secretId } from '../sealer.ts';

export interface AccessClaims {
  readonly tenant: string;
  readonly userId: string;
  readonly sessionId: string;
  /** The administrator who acts as the person (claim `act`, RFC 8693 §4.1). */
  readonly impersonatedBy?: string;
}

export interface VerifiedToken extends AccessClaims {
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Who acts; the same object for as long as the token is remembered. */
  readonly actor: Actor;
}

export interface TokenSigner {
  /** Seconds that an access token lives. */
  readonly lifetime: number;
  sign(claims: AccessClaims): Promise<string>;
  /**
   * What a token says; of one that was verified before that is remembered, whether its session still stands is asked elsewhere. Throws
   * TOKEN_INVALID for every token that is not ours, unchanged, and of now.
   */
  verify(token: string): Promise<VerifiedToken>;
}

const issuer = 'tessera';
const type = 'at+jwt';
/** Of tokens that were verified; a thousand take about a megabyte. */
const mostRemembered = 10_000;

function claimsOf({ sub, tenant, sid, act }: JWTPayload): AccessClaims {
  if (typeof sub !== 'string' || typeof tenant !== 'string' || typeof sid !== 'string' || !isUuid(sub) || !isUuid(sid))
    throw new TypeError('A claim is missing, or none of ours.');
  const claims = { tenant, userId: sub, sessionId: sid };
  if (act === undefined) return claims;
  if (typeof act !== 'object' || act === null || !('sub' in act) || typeof act.sub !== 'string') throw new TypeError('act is not ours.');
  return { ...claims, impersonatedBy: act.sub };
}

function verified(payload: JWTPayload): VerifiedToken {
  const claims = claimsOf(payload);
  const { userId, sessionId, impersonatedBy } = claims;
  const actor: Actor = { kind: 'user', userId, sessionId, ...(impersonatedBy === undefined ? {} : { impersonatedBy }) };
  return Object.freeze({ ...claims, expiresAt: Number(payload.exp) * 1000, actor: Object.freeze(actor) });
}

/** What verified tokens say. The oldest is forgotten first: it ends first. */
class RememberedTokens {
  readonly #known = new Map<string, VerifiedToken>();

  get(token: string, now: number): VerifiedToken | undefined {
    const known = this.#known.get(token);
    return known !== undefined && known.expiresAt > now ? known : undefined;
  }

  add(token: string, said: VerifiedToken): VerifiedToken {
    const [oldest] = this.#known.size < mostRemembered ? [] : this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(token, said);
    return said;
  }
}

/**
 * @param secrets the present one, then those before it
 * @param lifetime seconds
 */
export function tokenSigner(secrets: readonly [string, ...(readonly string[])], clock: Clock, lifetime = 900): TokenSigner {
  const keys = new Map(secrets.map((secret) => [secretId(secret), deriveKey(secret, 'access tokens')] as const));
  const [current] = secrets;
  const [kid, key] = [secretId(current), deriveKey(current, 'access tokens')];
  const now = (): Date => new Date(clock.now());
  const remembered = new RememberedTokens();
  return {
    lifetime,
    sign: ({ tenant, userId, sessionId, impersonatedBy }) =>
      new SignJWT({ tenant, sid: sessionId, ...(impersonatedBy === undefined ? {} : { act: { sub: impersonatedBy } }) })
        .setProtectedHeader({ alg: 'HS256', typ: type, kid })
        .setIssuer(issuer)
        .setSubject(userId)
        .setIssuedAt(now())
        .setExpirationTime(new Date(clock.now() + lifetime * 1000))
        .sign(key),
    verify: async (token) => {
      const known = remembered.get(token, clock.now());
      if (known !== undefined) return known;
      try {
        const checks = { algorithms: ['HS256'], issuer, typ: type, currentDate: now(), requiredClaims: ['sub', 'exp'] };
        const { payload } = await jwtVerify(
          token,
          (header: JWTHeaderParameters) => {
            const named = header.kid === undefined ? undefined : keys.get(header.kid);
            if (named === undefined) throw new TypeError('No secret of this name.');
            return named;
          },
          checks,
        );
        return remembered.add(token, verified(payload));
      } catch (error) {
        throw fail('TOKEN_INVALID', {}, {}, error);
      }
    },
  };
}

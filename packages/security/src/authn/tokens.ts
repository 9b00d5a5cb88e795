// Access tokens (JWT, RFC 7519, HS256 only): signed with the present secret, verified with any of the configured ones.
import { jwtVerify, SignJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { fail, isUuid, type Clock } from '@tessera/kernel';
import { deriveKey, secretId } from '../sealer.ts';

export interface AccessClaims {
  readonly tenant: string;
  readonly userId: string;
  readonly sessionId: string;
  /** The administrator who acts as the person (claim `act`, RFC 8693 §4.1). */
  readonly impersonatedBy?: string;
}

export interface TokenSigner {
  /** Seconds that an access token lives. */
  readonly lifetime: number;
  sign(claims: AccessClaims): Promise<string>;
  /** Throws TOKEN_INVALID for every token that is not ours, unchanged, and of now. */
  verify(token: string): Promise<AccessClaims & { /** Milliseconds since 1970. */ readonly expiresAt: number }>;
}

const issuer = 'tessera';
const type = 'at+jwt';

function claimsOf({ sub, tenant, sid, act }: JWTPayload): AccessClaims {
  if (typeof sub !== 'string' || typeof tenant !== 'string' || typeof sid !== 'string' || !isUuid(sub) || !isUuid(sid))
    throw new TypeError('A claim is missing, or none of ours.');
  const claims = { tenant, userId: sub, sessionId: sid };
  if (act === undefined) return claims;
  if (typeof act !== 'object' || act === null || !('sub' in act) || typeof act.sub !== 'string') throw new TypeError('act is not ours.');
  return { ...claims, impersonatedBy: act.sub };
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
        return { ...claimsOf(payload), expiresAt: Number(payload.exp) * 1000 };
      } catch (error) {
        throw fail('TOKEN_INVALID', {}, {}, error);
      }
    },
  };
}

// Access tokens (JWT, RFC 7519, HS256 only) and refresh tokens (random, kept as hashes).
import { createHash, randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { fail, type Clock } from '@tessera/kernel';

export interface AccessClaims {
  readonly tenant: string;
  readonly userId: string;
  readonly sessionId: string;
}

export interface TokenSigner {
  /** Seconds that an access token lives. */
  readonly lifetime: number;
  sign(claims: AccessClaims): Promise<string>;
  /** Throws TOKEN_INVALID for every token that is not ours, unchanged, and of now. */
  verify(token: string): Promise<AccessClaims>;
}

const issuer = 'tessera';

export function tokenSigner(key: Uint8Array, clock: Clock, lifetime = 900): TokenSigner {
  const now = (): Date => new Date(clock.now());
  return {
    lifetime,
    sign: ({ tenant, userId, sessionId }) =>
      new SignJWT({ tenant, sid: sessionId })
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setSubject(userId)
        .setIssuedAt(now())
        .setExpirationTime(new Date(clock.now() + lifetime * 1000))
        .sign(key),
    verify: async (token) => {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          issuer,
          typ: 'at+jwt',
          currentDate: now(),
          requiredClaims: ['sub', 'exp'],
        });
        const { sub, tenant, sid } = payload;
        if (typeof sub === 'string' && typeof tenant === 'string' && typeof sid === 'string')
          return { tenant, userId: sub, sessionId: sid };
      } catch (error) {
        throw fail('TOKEN_INVALID', {}, {}, error);
      }
      throw fail('TOKEN_INVALID');
    },
  };
}

/** 256 random bits behind the tenant's name, which says where to look it up. */
export function newRefreshToken(tenant: string): string {
  return `${tenant}.${randomBytes(32).toString('base64url')}`;
}

export function refreshHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

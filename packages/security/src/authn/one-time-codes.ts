// One-time codes of an authenticator app (TOTP, RFC 6238: SHA-1, six digits, thirty seconds) and recovery codes.
import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { tokenHash } from './random-tokens.ts';

const period = 30;
/** A code of the steps beside the present one is taken too: clocks differ. */
const window = 1;

function totp(secret: string, label = '', issuer = ''): TOTP {
  return new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period, label, issuer });
}

/** A secret to enrol with, in Base32. */
export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an authenticator app reads, mostly as a QR code. */
export function provisioningUri(secret: string, person: { readonly label: string; readonly issuer: string }): string {
  return totp(secret, person.label, person.issuer).toString();
}

/** The step (of thirty seconds since 1970) whose code this is; undefined where it is none of now. */
export function stepOfCode(secret: string, code: string, now: number): number | undefined {
  if (!/^\d{6}$/.test(code)) return undefined;
  const delta = totp(secret).validate({ token: code, timestamp: now, window });
  return delta === null ? undefined : Math.floor(now / 1000 / period) + delta;
}

const codes = 10;
/** Without letters and digits that look alike. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';
/** Bytes from here on would make some letters more likely than others. */
const fairBelow = 256 - (256 % alphabet.length);

function newRecoveryCode(): string {
  let code = '';
  while (code.length < 16) for (const byte of randomBytes(20)) if (byte < fairBelow) code += alphabet[byte % alphabet.length] ?? '';
  return code.slice(0, 16).replaceAll(/(.{4})(?!$)/g, '$1-');
}

/** Ten codes of 79 random bits each: `k7dm-xq2p-9rtb-4wzu`. */
export function newRecoveryCodes(): readonly string[] {
  return Array.from({ length: codes }, newRecoveryCode);
}

/** However it was typed: blanks and dashes are left out, and capitals mean the same. */
export function recoveryHash(code: string): string {
  return tokenHash(code.toLowerCase().replaceAll(/[^a-z0-9]/g, ''));
}

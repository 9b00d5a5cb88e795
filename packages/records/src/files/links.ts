// Short links to a file for those who have no session at hand (an <img>, a download): HMAC over tenant, file and end.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { fail, isUuid, type Clock } from '@tessera/kernel';

/** What a link opens, whoever follows it. */
export interface FileLink {
  readonly tenant: string;
  readonly fileId: string;
}

const lifetimeMs = 300_000;

/** What stands in a URL, and when it ends, RFC 3339. */
export interface SignedFileLink {
  readonly token: string;
  readonly expiresAt: string;
}

/** Dots stand in none of the parts, so the text that is signed can be read in one way only. */
function seal(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(`file link ${text}`).digest('base64url');
}

/**
 * A token for a URL; it opens the file for five minutes. Sign only for a caller who may read the file: the link itself asks nobody.
 * @param key 32 bytes, derived for this purpose alone
 */
export function signFileLink(key: Uint8Array, { tenant, fileId }: FileLink, clock: Clock): SignedFileLink {
  const end = clock.now() + lifetimeMs;
  const text = `${tenant}.${fileId}.${String(end)}`;
  return { token: `${text}.${seal(key, text)}`, expiresAt: new Date(end).toISOString() };
}

/** Throws FILE_LINK_INVALID for every token that is not ours, unchanged, and of now. */
export function verifyFileLink(key: Uint8Array, token: string, clock: Clock): FileLink {
  const at = token.lastIndexOf('.');
  const text = token.slice(0, Math.max(0, at));
  const [given, right] = [Buffer.from(token.slice(at + 1)), Buffer.from(seal(key, text))];
  if (given.length !== right.length || !timingSafeEqual(given, right)) throw fail('FILE_LINK_INVALID');
  const [tenant = '', fileId, end] = text.split('.');
  if (!isUuid(fileId) || !(Number(end) > clock.now())) throw fail('FILE_LINK_INVALID');
  return { tenant, fileId };
}

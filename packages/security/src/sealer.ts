// Seals texts (AES-256-GCM) with keys derived from the configured secrets (HKDF, RFC 5869): the present one seals, all of them open.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

export interface SecretSealer {
  /** What begins every text that the present secret has sealed. */
  readonly mark: string;
  /** `v2.<key>~<iv>.<body>.<tail>`: the tail is in clear, for masked display. */
  seal(text: string): string;
  /** Throws TypeError where the text was not sealed with any of the secrets, or was changed. */
  open(sealed: string): string;
}

/** A key for one purpose; different purposes give unrelated keys. */
export function deriveKey(secret: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'tessera', purpose, 32));
}

/** Eight hexadecimal digits that tell secrets apart and say nothing about them. */
export function secretId(secret: string): string {
  return Buffer.from(deriveKey(secret, 'name of the secret')).toString('hex').slice(0, 8);
}

/** Only of a text so long is the end shown: of a shorter one it would tell too much. */
const shownFrom = 12;
const tailLength = 4;

/** The clear end of a sealed text. Dots part a sealed text, so here they are middle dots. */
function tailOf(text: string): string {
  const characters = Array.from(text.toWellFormed());
  if (characters.length < shownFrom) return '';
  return characters.slice(-tailLength).join('').replaceAll('.', '·');
}

const tagLength = 16;

function encrypt(key: Uint8Array, iv: Uint8Array, bound: string, text: string): string {
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagLength });
  cipher.setAAD(Buffer.from(bound, 'utf8'));
  return Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

function decrypt(key: Uint8Array, iv: string, bound: string | undefined, body: string): string {
  const bytes = Buffer.from(body, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), { authTagLength: tagLength });
  if (bound !== undefined) decipher.setAAD(Buffer.from(bound, 'utf8'));
  decipher.setAuthTag(bytes.subarray(-tagLength));
  return Buffer.concat([decipher.update(bytes.subarray(0, -tagLength)), decipher.final()]).toString('utf8');
}

/** Texts of the first form do not say which secret sealed them, so each is tried. */
function openFirstForm(keys: Iterable<Uint8Array>, iv: string, body: string): string {
  for (const key of keys) {
    try {
      return decrypt(key, iv, undefined, body);
    } catch {
      // The next may be the right one.
    }
  }
  throw new TypeError('None of the configured secrets opens this sealed text.');
}

/** @param old secrets that were the present one before: what they have sealed still opens */
export function secretSealer(secret: string, old: readonly string[] = []): SecretSealer {
  const keys = new Map([secret, ...old].map((each) => [secretId(each), deriveKey(each, 'secret fields')] as const));
  const current = secretId(secret);
  const currentKey = deriveKey(secret, 'secret fields');
  const mark = `v2.${current}~`;
  return {
    mark,
    seal: (text) => {
      const iv = randomBytes(12);
      const [head, tail] = [`${mark}${iv.toString('base64url')}`, tailOf(text)];
      return `${head}.${encrypt(currentKey, iv, `${head}.${tail}`, text)}.${tail}`;
    },
    open: (sealed) => {
      const [version, middle = '', body = '', tail = ''] = sealed.split('.');
      if (version === 'v1') return openFirstForm(keys.values(), middle, body);
      const [id = '', iv = ''] = middle.split('~');
      const key = keys.get(id);
      if (version !== 'v2' || key === undefined) throw new TypeError('None of the configured secrets opens this sealed text.');
      return decrypt(key, iv, `v2.${middle}.${tail}`, body);
    },
  };
}

// Seals texts (AES-256-GCM) with keys derived from the one configured secret (HKDF, RFC 5869).
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

export interface SecretSealer {
  seal(text: string): string;
  /** Throws where the text was not sealed with this secret, or was changed. */
  open(sealed: string): string;
}

/** A key for one purpose; different purposes give unrelated keys. */
export function deriveKey(secret: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, 'tessera', purpose, 32));
}

const version = 'v1';

export function secretSealer(secret: string): SecretSealer {
  const key = deriveKey(secret, 'secret fields');
  return {
    seal: (text) => {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `${version}.${iv.toString('base64url')}.${body.toString('base64url')}`;
    },
    open: (sealed) => {
      const [mark, iv = '', body = ''] = sealed.split('.');
      if (mark !== version) throw new TypeError('Not a sealed text.');
      const bytes = Buffer.from(body, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'));
      decipher.setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString('utf8');
    },
  };
}

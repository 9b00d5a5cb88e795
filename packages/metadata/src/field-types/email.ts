// email: an address (RFC 5321 addr-spec without comments and quoting), kept in lower case in its domain.
import { accept, wrongType } from './field-type.ts';
import { coerceText, textualType } from './textual.ts';

const address =
  /^(?=[^@]{1,64}@)[^\s@"(),:;<>[\\\].]+(\.[^\s@"(),:;<>[\\\].]+)*@([\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,}$/u;

/** Domains are the same in any case. */
export function storedEmail(address: string): string {
  const at = address.lastIndexOf('@');
  return address.slice(0, at) + address.slice(at).toLowerCase();
}

export const email = textualType({
  name: 'email',
  maxLength: 254,
  format: 'email',
  coerce: (value, field) => {
    const coerced = coerceText(typeof value === 'string' ? value.trim() : value, field);
    if (!coerced.ok || typeof coerced.value !== 'string') return coerced;
    if (!address.test(coerced.value)) return wrongType('an email address', value);
    return accept(storedEmail(coerced.value));
  },
});

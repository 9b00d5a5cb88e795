// phone: digits with the usual signs between them; kept as written.
import { wrongType } from './field-type.ts';
import { coerceText, textualType } from './textual.ts';

const number = /^\+?[\d\s().\-/]*\d[\d\s().\-/]*(([eE][xX][tT]|[xX]|转|#)\.?\s*\d+)?$/u;

export const phone = textualType({
  name: 'phone',
  maxLength: 40,
  pattern: number.source,
  coerce: (value, field) => {
    const coerced = coerceText(typeof value === 'string' ? value.trim() : value, field);
    if (!coerced.ok || typeof coerced.value !== 'string') return coerced;
    return number.test(coerced.value) ? coerced : wrongType('a phone number', value);
  },
});

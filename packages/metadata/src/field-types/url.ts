// url: an absolute http or https address; other schemes could run script where it is shown.
import { wrongType } from './field-type.ts';
import { coerceText, textualType } from './textual.ts';

export const url = textualType({
  name: 'url',
  maxLength: 2048,
  format: 'uri',
  coerce: (value, field) => {
    const coerced = coerceText(typeof value === 'string' ? value.trim() : value, field);
    if (!coerced.ok || typeof coerced.value !== 'string') return coerced;
    return /^https?:\/\//i.test(coerced.value) && URL.canParse(coerced.value) ? coerced : wrongType('an http(s) address', value);
  },
});

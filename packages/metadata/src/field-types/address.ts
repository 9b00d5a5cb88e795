// address: a postal address in parts.
import { structuredType } from './structured.ts';
import { codePoints, isStorable } from './textual.ts';

const parts = ['street', 'city', 'state', 'postalCode', 'country'];

export const address = structuredType({
  name: 'address',
  expected: `an object of ${parts.join(', ')}`,
  schema: {
    type: 'object',
    properties: Object.fromEntries(parts.map((part) => [part, { type: ['string', 'null'], maxLength: 255 }])),
    additionalProperties: false,
  },
  read: (value) => {
    const fits = Object.entries(value).every(
      ([part, text]) =>
        parts.includes(part) && (text === null || (typeof text === 'string' && codePoints(text) <= 255 && isStorable(text))),
    );
    return fits ? value : undefined;
  },
});

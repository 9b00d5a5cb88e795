// address: a postal address in parts.
import { structuredType } from './structured.ts';

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
      ([part, text]) => parts.includes(part) && (text === null || (typeof text === 'string' && text.length <= 255 && !text.includes('\0'))),
    );
    return fits ? value : undefined;
  },
});

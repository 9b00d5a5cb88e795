// Decimals as text, against a plain reckoning on whole numbers.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDecimals, compareDecimals, negateDecimal, parseDecimal, roundHalfUp } from '@tessera/metadata';

const digits = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
const scales = fc.integer({ min: 0, max: 20 });

/** `units / 10^scale` written out in full. */
function written(units: bigint, scale: number): string {
  const text = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  return `${units < 0n ? '-' : ''}${text.slice(0, text.length - scale)}${scale === 0 ? '' : `.${text.slice(-scale)}`}`;
}

const canonical = (units: bigint, scale: number): string => parseDecimal(written(units, scale)) ?? '';

describe('parseDecimal', () => {
  it.each([
    ['12.50', '12.5'],
    ['-0', '0'],
    ['-0.00', '0'],
    ['+007', '7'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['1e3', '1000'],
    ['1.25e1', '12.5'],
    ['125E-3', '0.125'],
    ['1e-2', '0.01'],
    ['-1.5e+2', '-150'],
    ['0e9999', '0'],
  ])('makes %s the canonical %s', (text, found) => {
    expect(parseDecimal(text)).toBe(found);
  });

  it.each(['', '.', '-', '+', 'e5', '1e', '1e+', '1.2.3', '1,5', ' 1', '1 ', '0x1', 'NaN', 'Infinity', '--1', '1e99999', '1'.repeat(1001)])(
    'takes %j for no number',
    (text) => {
      expect(parseDecimal(text)).toBeUndefined();
    },
  );

  it('leaves what is canonical as it is', () => {
    fc.assert(
      fc.property(digits, scales, (units, scale) => {
        const text = canonical(units, scale);
        expect(text).toMatch(/^(0|-?(0|[1-9]\d*)(\.\d*[1-9])?)$/);
        expect(parseDecimal(text)).toBe(text);
      }),
    );
  });
});

describe('roundHalfUp', () => {
  it('goes away from zero at the half', () => {
    expect(['0.5', '-0.5', '1.5', '-2.5', '0.49', '-0.49'].map((text) => roundHalfUp(text, 0))).toEqual(['1', '-1', '2', '-3', '0', '0']);
  });

  it('agrees with whole numbers', () => {
    fc.assert(
      fc.property(digits, scales, fc.integer({ min: 0, max: 20 }), (units, scale, to) => {
        const cut = scale - to;
        if (cut <= 0) {
          expect(roundHalfUp(canonical(units, scale), to)).toBe(canonical(units, scale));
          return;
        }
        const step = 10n ** BigInt(cut);
        const size = units < 0n ? -units : units;
        const whole = size / step + (size % step >= step / 2n ? 1n : 0n);
        expect(roundHalfUp(canonical(units, scale), to)).toBe(canonical(units < 0n ? -whole : whole, to));
      }),
    );
  });
});

describe('addDecimals, negateDecimal and compareDecimals', () => {
  it('agree with whole numbers', () => {
    fc.assert(
      fc.property(digits, digits, scales, scales, (a, b, left, right) => {
        const scale = Math.max(left, right);
        const [x, y] = [a * 10n ** BigInt(scale - left), b * 10n ** BigInt(scale - right)];
        expect(addDecimals(canonical(a, left), canonical(b, right))).toBe(canonical(x + y, scale));
        expect(Math.sign(compareDecimals(canonical(a, left), canonical(b, right)))).toBe(x < y ? -1 : x > y ? 1 : 0);
        expect(addDecimals(canonical(a, left), negateDecimal(canonical(a, left)))).toBe('0');
      }),
    );
  });

  it('read what a database writes', () => {
    expect(addDecimals('12.50', '-0.50')).toBe('12');
    expect(negateDecimal('0.00')).toBe('0');
  });
});

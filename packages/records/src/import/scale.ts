// Exact products of decimals, for amounts that a file states in millions.
import { parseDecimal } from '@tessera/metadata';

/** The product of two canonical decimals. */
export function multiplyDecimals(a: string, b: string): string {
  const scale = places(a) + places(b);
  const units = BigInt(a.replace('.', '')) * BigInt(b.replace('.', ''));
  return parseDecimal(`${String(units)}e-${String(scale)}`) ?? '0';
}

function places(decimal: string): number {
  const dot = decimal.indexOf('.');
  return dot < 0 ? 0 : decimal.length - dot - 1;
}

// number: an exact decimal, whole unless a scale is stated.
import { decimalType } from './decimals.ts';

export const number = decimalType({ name: 'number', precision: 15, scale: 0 });

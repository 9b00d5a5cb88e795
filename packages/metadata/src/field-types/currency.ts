// currency: an amount of money; its currency is fixed, named by a field of the record, or the tenant's.
import { decimalType } from './decimals.ts';

export const currency = decimalType({ name: 'currency', precision: 15, scale: 2, currency: true });

// percent: a share; 10 % is 0.1.
import { decimalType } from './decimals.ts';

export const percent = decimalType({ name: 'percent', precision: 9, scale: 4 });

// The table of field types: one row, one file each.
import type { FieldTypeName } from '../model.ts';
import { address } from './address.ts';
import { autoNumber } from './auto-number.ts';
import { boolean } from './boolean.ts';
import { formula, quote, rollup } from './computed.ts';
import { currency } from './currency.ts';
import { date } from './date.ts';
import { datetime } from './datetime.ts';
import { department } from './department.ts';
import { email } from './email.ts';
import type { FieldType } from './field-type.ts';
import { file } from './file.ts';
import { image } from './image.ts';
import { json } from './json.ts';
import { location } from './location.ts';
import { lookup } from './lookup.ts';
import { masterDetail } from './master-detail.ts';
import { multiPicklist } from './multi-picklist.ts';
import { number } from './number.ts';
import { percent } from './percent.ts';
import { phone } from './phone.ts';
import { picklist } from './picklist.ts';
import { richText } from './rich-text.ts';
import { secret } from './secret.ts';
import { id, integer } from './system.ts';
import { text } from './text.ts';
import { textarea } from './textarea.ts';
import { time } from './time.ts';
import { url } from './url.ts';
import { user } from './user.ts';

export const fieldTypes: Readonly<Record<FieldTypeName, FieldType>> = Object.freeze({
  address,
  autoNumber,
  boolean,
  currency,
  date,
  datetime,
  department,
  email,
  file,
  formula,
  id,
  image,
  integer,
  json,
  location,
  lookup,
  masterDetail,
  multiPicklist,
  number,
  percent,
  phone,
  picklist,
  quote,
  richText,
  rollup,
  secret,
  text,
  textarea,
  time,
  url,
  user,
});

export type { Coerced, FieldType, FilterOperator, JsonSchema } from './field-type.ts';

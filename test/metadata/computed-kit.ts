// Accounts, deals and lines whose computed fields a test writes down.
import type { FieldModel, Model } from '@tessera/metadata';
import { fieldOf, messages, model, object, objects, pack, problems, type Json } from './layer-kit.ts';

export const formula = (returns: string, rule: unknown, more: Json = {}): Json => ({ type: 'formula', returns, formula: rule, ...more });
export const rollup = (of: string, name: string, value?: unknown, more: Json = {}, aggregate: Json = {}): Json => ({
  type: 'rollup',
  aggregate: { of, function: name, ...(value === undefined ? {} : { value }), ...aggregate },
  ...more,
});
export const v = (path: string): Json => ({ var: path });

/** `account` ← `deal` ← `line`, with these fields more. */
export const files = (account: Json = {}, deal: Json = {}, line: Json = {}): Json =>
  objects(
    object('account', { industry: { type: 'text' }, ...account }),
    object('deal', {
      account: { type: 'lookup', to: 'account', inverse: 'deals' },
      closed: { type: 'date' },
      amount: { type: 'currency', currency: 'EUR' },
      money: { type: 'text' },
      any: { type: 'currency', currencyField: 'money', precision: 18, scale: 3 },
      ...deal,
    }),
    object('line', {
      deal: { type: 'masterDetail', to: 'deal', inverse: 'lines' },
      quantity: { type: 'number' },
      price: { type: 'currency', currency: 'EUR', scale: 4 },
      stage: { type: 'picklist', options: { a: {}, b: {} } },
      ...line,
    }),
  );
export const build = (...parts: Parameters<typeof files>): Model => model(pack('crm', files(...parts)));
export const wrong = (...parts: Parameters<typeof files>): string[] => problems(pack('crm', files(...parts)));
export const says = (...parts: Parameters<typeof files>): string => messages(pack('crm', files(...parts))).join('\n');
export const ofDeal = (fields: Json, name = 'x'): FieldModel => fieldOf(build({}, fields), 'deal', name);

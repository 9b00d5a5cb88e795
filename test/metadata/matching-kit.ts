// A world with a matching rule over accounts, leads and deals, for the tests of matching as metadata.
import { buildModel, type Layer } from '@tessera/metadata';
import { object, objects, pack, platform, type Json } from './layer-kit.ts';

export const label = { en: 'x' };

export const sameCompany: Json = {
  name: 'sameCompany',
  object: 'account',
  sources: { lead: { fields: { name: 'company', phone: 'mobile' } } },
  where: { '!=': [{ var: 'status' }, 'gone'] },
  criteria: {
    likeName: { order: 30, fields: { name: { by: 'company', similarity: 0.7 }, city: {} } },
    code: { order: 10, fields: { code: {} } },
    phone: { order: 20, label: { en: 'Phone' }, fields: { phone: { by: 'phone' } } },
  },
};

export const noSecond: Json = {
  name: 'noSecond',
  object: 'account',
  matching: 'sameCompany',
  action: 'block',
  message: { en: 'There is one.' },
};

const options = { open: {}, gone: {} };

export const world = (more: Json = {}, rename: (name: string) => string = (name) => name): Layer =>
  pack('crm', {
    ...objects(
      object('account', {
        [rename('code')]: { type: 'text', ...(rename('code') === 'code' ? {} : { renamedFrom: ['code'] }) },
        phone: { type: 'phone' },
        city: { type: 'text' },
        status: { type: 'picklist', options },
        since: { type: 'date' },
        notes: { type: 'richText' },
        age: { type: 'formula', returns: 'number', formula: { '+': [1, 1] } },
      }),
      object('lead', {
        company: { type: 'text' },
        code: { type: 'text' },
        mobile: { type: 'phone' },
        city: { type: 'text' },
        count: { type: 'number' },
        account: { type: 'lookup', to: 'account' },
      }),
      object('deal', { account: { type: 'lookup', to: 'account' } }),
    ),
    'matchingRules/sameCompany.json': sameCompany,
    'duplicateRules/noSecond.json': noSecond,
    ...more,
  });

const told = (path: string, content: Json) =>
  buildModel([platform, world({ [path]: content })]).problems.map(({ code, file, pointer, message }) => ({
    at: `${code} ${file === `crm/${path}` ? (pointer ?? '') : `${file ?? ''}#${pointer ?? ''}`}`,
    message,
  }));

/** What is wrong with the matching rule where it says this. */
export const wrongRule = (change: Json): string[] =>
  told('matchingRules/sameCompany.json', { ...sameCompany, ...change }).map(({ at }) => at);
export const toldOfRule = (change: Json): string[] =>
  told('matchingRules/sameCompany.json', { ...sameCompany, ...change }).map(({ message }) => message);
/** The same of the duplicate rule. */
export const wrongGuard = (change: Json): string[] => told('duplicateRules/noSecond.json', { ...noSecond, ...change }).map(({ at }) => at);

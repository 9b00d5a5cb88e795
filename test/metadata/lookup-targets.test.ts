// Objects that layers add to those that a lookup of a lower layer may point to.
import { describe, expect, it } from '@jest/globals';
import type { Layer } from '@tessera/metadata';
import { changes, crm, effective, object, objects, tenant, upgraded, type Json } from '../packs/upgrade-kit.ts';
import { fieldOf, messages, model, objectOf, pack, problems } from './layer-kit.ts';

const activity = (to: unknown): Json =>
  object('activity', { about: { type: 'lookup', to, inverse: 'activities' }, of: { type: 'lookup', to: 'deal' } });
const base = pack('crm', objects(activity(['account', 'deal']), object('account'), object('deal')));
const service = pack('service', {
  ...objects(object('ticket')),
  'extensions/activity.json': { extends: 'activity', fields: { about: { to: { ticket: {} } } } },
});
const own = (to: Json, more: readonly Json[] = []): Layer =>
  tenant({ ...objects(...more), 'extensions/activity.json': { extends: 'activity', fields: { about: { to } } } });

describe('a lookup to several objects', () => {
  it('points to what each layer adds, each with its list of records, and to nothing twice', () => {
    const built = model(base, service, own({ visit__c: {}, deal: {} }, [object('visit__c')]));
    expect(fieldOf(built, 'activity', 'about').lookup?.to).toEqual(['account', 'deal', 'ticket', 'visit__c']);
    expect(objectOf(built, 'ticket').relations).toHaveProperty('activities');
    expect(objectOf(built, 'visit__c').relations).toHaveProperty('activities');
  });

  it('says where an added object is not there, and what a lookup to one object cannot do', () => {
    expect(problems(base, service, own({ nothing__c: {} }))).toEqual([
      'METADATA_REFERENCE_MISSING tenant/extensions/activity.json#/fields/about/to/nothing__c',
    ]);
    const wrong = tenant({ 'extensions/activity.json': { extends: 'activity', fields: { of: { to: { account: {} } } } } });
    expect(messages(base, wrong)).toEqual(['to must be a text or a list; this is an object.']);
    expect(problems(base, own({ account: null }))).toEqual(['METADATA_TYPE tenant/extensions/activity.json#/fields/about/to/account']);
  });

  it('follows the new name of an object', () => {
    const renamed = pack('service', {
      ...objects(object('case', {}, { renamedFrom: ['ticket'] })),
      'extensions/activity.json': { extends: 'activity', fields: { about: { to: { case: {} } } } },
    });
    const built = model(base, renamed, own({ ticket: {} }));
    expect(fieldOf(built, 'activity', 'about').lookup?.to).toEqual(['account', 'deal', 'case']);
  });

  it('keeps what a tenant has added through an upgrade, also where the pack comes to add the same', () => {
    const files = changes('activity', { fields: { about: { to: { visit__c: {}, order: {} } } } });
    const own = { ...files, ...objects(object('visit__c')) };
    const [account, deal, order] = [object('account'), object('deal'), object('order')];
    const before = crm('1.0.0', objects(activity(['account', 'deal']), account, deal, order));
    const after = crm('2.0.0', objects(activity(['account', 'deal', 'order', 'lead']), account, deal, order, object('lead')));
    const merged = upgraded(before, after, own);
    expect(merged.conflicts).toEqual([]);
    expect(effective(merged, 'activity')['fields']).toMatchObject({ about: { to: ['account', 'deal', 'order', 'lead', 'visit__c'] } });
  });
});

// The view of what happens by itself: it belongs to those who work on the metadata.
import { describe, expect, it } from '@jest/globals';
import type { Model } from '@tessera/metadata';
import { compilePolicy, viewOf } from '@tessera/security';
import { world } from '../metadata/automation-kit.ts';
import { model } from '../metadata/layer-kit.ts';
import { grantSet, person, reading } from './access-scene.ts';

const whole = model(world());

const seenWith = (roles: Model['roles']): Model => {
  const shown: Model = { ...whole, roles };
  return viewOf(shown, compilePolicy(shown, person()));
};

describe('the view of automations, templates and decision tables', () => {
  it('is empty for somebody who may read every record', () => {
    const { automations, templates, decisionTables, source } = seenWith(grantSet('seller', { '*': reading() }));
    expect([automations, templates, decisionTables]).toEqual([{}, {}, {}]);
    expect(source['automation']).toEqual({});
    expect(Object.keys(whole.automations)).not.toEqual([]);
  });

  it('keeps calendars, which rules of anybody may reckon with', () => {
    expect(Object.keys(seenWith(grantSet('seller', { '*': reading() })).calendars)).toEqual(['office']);
  });
});

// The view of a whole pack: all of it for whoever may read everything, and whole without any one object.
import { describe, expect, it } from '@jest/globals';
import { ruleScope, type Model, type ObjectModel } from '@tessera/metadata';
import { checkCondition, checkRule } from '@tessera/rules';
import { compilePolicy, viewOf } from '@tessera/security';
import { modelOf } from '../support/packs.ts';
import { grant, grantSet, person, reading } from './access-scene.ts';

describe('the view of an example pack', () => {
  const whole: Model = { ...modelOf('crm-base'), roles: {}, permissionSets: {}, sharingRules: {} };
  const seenBy = (objects: Parameters<typeof grantSet>[1]): Model => {
    const shown: Model = { ...whole, roles: grantSet('seller', objects) };
    return viewOf(shown, compilePolicy(shown, person()));
  };

  it('is the Model for somebody who may read everything', () => {
    const everything = seenBy({ '*': reading() });
    for (const part of ['layouts', 'listViews', 'apps', 'rules'] as const) expect(everything[part]).toEqual(whole[part]);
    expect(Object.keys(everything.objects)).toEqual(Object.keys(whole.objects));
    for (const object of Object.values(everything.objects)) {
      const { fields, relations, keys } = whole.objects[object.name] as ObjectModel;
      expect([object.name, Object.keys(object.fields), object.relations, object.keys]).toEqual([
        object.name,
        Object.keys(fields),
        relations,
        keys,
      ]);
    }
  });

  it.each(Object.keys(whole.objects))('holds together without %s', (gone) => {
    const left = seenBy({ '*': reading({ '*': 'read', amount: 'none', [gone]: 'none', email: 'masked' }), [gone]: grant({}) });
    const { objects } = left;
    expect(objects[gone]).toBeUndefined();
    const fits = (object: string, path: string): boolean => checkRule({ var: path }, ruleScope(left, object)).problems.length === 0;
    for (const object of Object.values(objects)) {
      for (const { lookup } of Object.values(object.fields)) expect(lookup?.to ?? []).not.toContain(gone);
      for (const relation of Object.values(object.relations)) expect(objects[relation.object]?.fields[relation.by]).toBeDefined();
      for (const key of Object.values(object.keys)) expect(key.fields.every((name) => fits(object.name, name))).toBe(true);
    }
    for (const layout of Object.values(left.layouts)) {
      for (const name of layout.sections.flatMap(({ fields }) => fields.map((each) => each.field)))
        expect(objects[layout.object]?.fields[name]).toBeDefined();
      for (const list of layout.relatedLists) expect(objects[layout.object]?.relations[list.relation]).toBeDefined();
    }
    for (const { object, sort, filterSource, columns } of Object.values(left.listViews)) {
      for (const { path } of sort) expect([path, fits(object, path)]).toEqual([path, true]);
      for (const path of columns) expect([path, fits(object, path) || path.endsWith('email')]).toEqual([path, true]);
      if (filterSource !== null) expect(checkCondition(filterSource, ruleScope(left, object)).problems).toEqual([]);
    }
    for (const { object, listView: name } of Object.values(left.apps).flatMap(({ items }) => items)) {
      expect([object === undefined || objects[object] !== undefined, name === undefined || left.listViews[name] !== undefined]).toEqual([
        true,
        true,
      ]);
    }
    for (const { object, source } of Object.values(left.rules))
      expect(checkRule(source, ruleScope(left, object ?? '')).problems).toEqual([]);
  });
});

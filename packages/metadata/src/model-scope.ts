// The scope of rules that come at run time (filters, sorts), over a finished Model.
import type { Catalog, RuleScope } from '@tessera/rules';
import type { Model } from './model.ts';

function catalogOf(model: Model): Catalog {
  return {
    hasObject: (object) => model.objects[object] !== undefined,
    field: (object, field) => {
      const found = model.objects[object]?.fields[field];
      // A masked field comes out in selections and nowhere else.
      if (found === undefined || found.masked === true) return undefined;
      return { type: found.ruleType, ...(found.lookup === undefined ? {} : { to: found.lookup.to }) };
    },
    fieldNames: (object) => {
      const fields = Object.values(model.objects[object]?.fields ?? {});
      return fields.filter((field) => field.masked !== true).map((field) => field.name);
    },
    relation: (object, name) => model.objects[object]?.relations[name],
    relationNames: (object) => Object.keys(model.objects[object]?.relations ?? {}),
    rule: (name) => model.rules[name],
    parameter: (name) => model.parameters[name],
    calendar: (name) => model.calendars[name]?.calendar,
  };
}

/** What `$tenant` has. */
export const tenantScope: NonNullable<RuleScope['tenant']> = { timeZone: { kind: 'text' }, currency: { kind: 'text' } };

/** The scope of a rule that stands on a record of `object`. */
export function ruleScope(model: Model, object: string): RuleScope {
  return { catalog: catalogOf(model), object, userObject: 'user', tenant: tenantScope };
}

// What an object's writes are checked for: its duplicate rules, and the keys under which they take turns.
import type { DuplicateMoment, DuplicateRuleModel, Model, ObjectModel } from '@tessera/metadata';
import type { Expression } from '@tessera/rules';
import type { RecordValues } from '@tessera/storage';
import { factsOfAll } from '../rules/rule-facts.ts';
import { RuleKeys } from './keys.ts';

export interface Guard {
  readonly rule: DuplicateRuleModel;
  /** How records of the object are looked for. */
  readonly keys: RuleKeys;
}

export interface DuplicatePlan {
  readonly guards: readonly Guard[];
  /** Rules by which records of the object are looked for, or found. */
  readonly turns: readonly RuleKeys[];
  /** What the rules' conditions need beyond the record. */
  readonly facts: readonly Expression[];
}

/** Undefined where nothing is checked. */
export function duplicatePlan(model: Model, object: ObjectModel): DuplicatePlan | undefined {
  const all = Object.values(model.duplicateRules);
  const own = all.filter((rule) => rule.object === object.name);
  if (own.length === 0) return undefined;
  const keysOf = (name: string): RuleKeys[] => {
    const rule = model.matchingRules[name];
    return rule === undefined ? [] : [new RuleKeys(model, rule, object)];
  };
  const asked = new Set(own.map(({ matching }) => matching));
  // Who is found by the rule of another object takes turns with whoever looks there.
  const others = all.filter(({ matching }) => model.matchingRules[matching]?.object === object.name).map(({ matching }) => matching);
  return {
    guards: own.flatMap((rule) => keysOf(rule.matching).map((keys) => ({ rule, keys }))),
    turns: [...new Set([...asked, ...others])].flatMap(keysOf),
    facts: factsOfAll(
      object,
      own.flatMap(({ when, matching }) => {
        const rule = model.matchingRules[matching];
        return [when, rule?.object === object.name ? rule.where : undefined].filter((each) => each !== undefined);
      }),
    ),
  };
}

/** Two writes that could each be the other's duplicate have one of these names in common. */
export function turnNames({ turns }: DuplicatePlan, records: readonly RecordValues[]): ReadonlySet<string> {
  return new Set(
    turns.flatMap((keys) =>
      records.flatMap((record) => keys.of(record).flatMap((key) => (key.alike === undefined ? key.keys : [key.alike]))),
    ),
  );
}

export const isAsked = ({ rule }: Guard, moment: DuplicateMoment | 'search'): boolean => moment === 'search' || rule.on.includes(moment);

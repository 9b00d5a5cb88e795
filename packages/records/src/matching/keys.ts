// The keys under which a record is found, and those by which one is looked for.
import {
  contentHash,
  type CriterionModel,
  type FieldModel,
  type MatchFieldModel,
  type MatchingRuleModel,
  type Model,
  type ObjectModel,
} from '@tessera/metadata';
import { hasMatchKeys, vectorText, type KeyProbe, type RecordValues } from '@tessera/storage';
import { shortHash } from '../search/marks.ts';
import { fewestShared, gramGroups, gramsOf } from './likeness.ts';
import { comparable } from './normalise.ts';

/** Raised when keys are made in another way: every record then gets its keys anew. */
const method = 2;

/** No value has such a character: it stands between the values of a key. */
const between = '\u001f';
const longestPlain = 120;

/** What a record has for a criterion. */
export interface CriterionKey {
  readonly criterion: CriterionModel;
  /** The record is stored under these. */
  readonly keys: readonly string[];
  /** What the keys begin with, where likeness decides. */
  readonly alike: string | undefined;
}

interface Compared {
  readonly by: MatchFieldModel['by'];
  readonly field: FieldModel;
}

/** A criterion as it is read from records of one object. */
interface Reading {
  readonly criterion: CriterionModel;
  readonly prefix: string;
  readonly equal: readonly Compared[];
  readonly alike: Compared | undefined;
}

/** Keys are of a criterion and of how it compares: one that compares in another way has other keys. */
function prefixOf(rule: MatchingRuleModel, { name, fields }: CriterionModel): string {
  return shortHash(JSON.stringify([rule.name, name, fields.map(({ field, by, similarity }) => [field, by, similarity !== undefined])]));
}

const short = (value: string): string => (value.length > longestPlain ? contentHash(value) : value);

function keyOf({ criterion, prefix, equal, alike }: Reading, record: RecordValues): CriterionKey | undefined {
  const values = equal.map(({ by, field }) => comparable(by, field, record[field.name]).join(''));
  if (values.includes('')) return undefined;
  const whole = short(values.join(between));
  if (alike === undefined) return { criterion, keys: [`${prefix}=${whole}`], alike: undefined };
  const beginning = `${prefix}~${whole}${between}`;
  const grams = gramsOf(comparable(alike.by, alike.field, record[alike.field.name]));
  return grams.length === 0 ? undefined : { criterion, keys: grams.map((gram) => beginning + gram), alike: beginning };
}

/** How records of an object are compared by a rule. */
export class RuleKeys {
  readonly rule: MatchingRuleModel;
  readonly object: ObjectModel;
  readonly #readings: readonly Reading[];

  constructor(model: Model, rule: MatchingRuleModel, object: ObjectModel) {
    this.rule = rule;
    this.object = object;
    const names = rule.sources[object.name] ?? {};
    const compared = ({ field, by }: MatchFieldModel): Compared => {
      const found = model.objects[object.name]?.fields[names[field] ?? field];
      if (found === undefined) throw new TypeError(`${rule.name} compares no ${field} of ${object.name}.`);
      return { by, field: found };
    };
    this.#readings = rule.criteria.map((criterion) => {
      const alike = criterion.fields.find(({ similarity }) => similarity !== undefined);
      return {
        criterion,
        prefix: prefixOf(rule, criterion),
        equal: criterion.fields.filter((each) => each !== alike).map(compared),
        alike: alike && compared(alike),
      };
    });
  }

  /** The fields of the object that are compared. */
  get fields(): readonly FieldModel[] {
    return [
      ...new Set(
        this.#readings.flatMap(({ equal, alike }) => [...equal, ...(alike === undefined ? [] : [alike])].map(({ field }) => field)),
      ),
    ];
  }

  /** By criterion, those for which the record has all values. */
  of(record: RecordValues): readonly CriterionKey[] {
    return this.#readings.flatMap((reading) => keyOf(reading, record) ?? []);
  }
}

/** From which likeness on a criterion finds. */
export const leastOf = ({ fields }: CriterionModel): number => fields.find(({ similarity }) => similarity !== undefined)?.similarity ?? 1;

/** How the key's likes are looked for. */
export function probeOf({ criterion, keys, alike }: CriterionKey, without: string | undefined): KeyProbe {
  if (alike === undefined) return { any: [keys], alike: undefined, without };
  const least = leastOf(criterion);
  const groups = gramGroups(
    keys.map((key) => key.slice(alike.length)),
    least,
  );
  const any = groups.map((group) => group.map((gram) => alike + gram));
  return { any, alike: { grams: keys, prefix: alike, least, fewest: fewestShared(keys.length, least) }, without };
}

/** What an object's records are found by. */
export interface StoredKeys {
  /** The mark of the method by which their keys are made. */
  readonly mark: string;
  readonly rules: readonly RuleKeys[];
  readonly fields: readonly FieldModel[];
}

/** Undefined where no matching rule finds records of the object. */
export function storedKeys(model: Model, object: ObjectModel): StoredKeys | undefined {
  if (!hasMatchKeys(model, object.name)) return undefined;
  const rules = Object.values(model.matchingRules)
    .filter((rule) => rule.object === object.name)
    .map((rule) => new RuleKeys(model, rule, object));
  const made = rules.map(({ rule }) => rule.criteria.map((criterion) => prefixOf(rule, criterion)));
  return { mark: `#${shortHash(JSON.stringify([method, made]))}`, rules, fields: [...new Set(rules.flatMap(({ fields }) => fields))] };
}

/** PostgreSQL's text form of the record's keys. */
export function keyVector({ mark, rules }: StoredKeys, record: RecordValues): string {
  const keys = rules.flatMap((rule) => rule.of(record).flatMap((found) => found.keys));
  return vectorText(new Map([mark, ...keys].map((key) => [key, new Set()])));
}

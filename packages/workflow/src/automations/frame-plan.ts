// Rules of a step as they are worked out for many frames: what of them PostgreSQL must be asked, and what is bound for that.
import type { Model } from '@tessera/metadata';
import { factsOf, type WriteSession } from '@tessera/records';
import { withOutcomesPlaced, type Expression, type PathExpression, type PathStep, type Rooted, type RuleType } from '@tessera/rules';
import { readCondition, restrictCondition, restrictRule, type Policy } from '@tessera/security';
import { outcomeKey, type FramesWanted } from '@tessera/storage';

/** Frames from here on are records among the outcomes: no block nests so deep. */
const firstOutcomeFrame = 1_000;

export const isOutcomeFrame = (frame: number): boolean => frame >= firstOutcomeFrame;

/** A record among the outcomes: the names under which its id is found. */
export interface OutcomeRecord {
  readonly object: string;
  readonly names: readonly string[];
}

/** Gives each record among the outcomes that rules start from a frame of its own. */
class OutcomeFrames {
  readonly records = new Map<number, OutcomeRecord>();
  readonly #frames = new Map<string, number>();

  place = (steps: readonly PathStep[], holder: string): Rooted | undefined => {
    const from = steps.findIndex(({ object }) => object !== '');
    const [before, rest] = from < 0 ? [steps, []] : [steps.slice(0, from), steps.slice(from)];
    const object = rest[0]?.object ?? holder;
    // A value that was worked out before, and no record.
    if (object === '') return undefined;
    const names = before.map(({ field }) => field);
    const key = `${object} ${outcomeKey(before)}`;
    const frame = this.#frames.get(key) ?? firstOutcomeFrame + this.#frames.size;
    this.#frames.set(key, frame);
    this.records.set(frame, { object, names });
    return { root: frame, steps: rest };
  };
}

/** What rules ask for that only the database knows; and what is bound for it. */
class Needs {
  readonly facts = new Set<Expression>();
  readonly bound = new Map<number | '$old', string>();
  readonly outcomes = new Set<number>();
  readonly values = new Map<string, RuleType>();
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  /** Takes a rule apart as far as JavaScript can work it out. */
  rule(expression: Expression): void {
    if (expression.node === 'call') for (const argument of expression.arguments) this.rule(argument);
    else if (expression.node === 'aggregate' || (expression.node === 'path' && this.#isFact(expression))) {
      this.facts.add(expression);
      this.whole(expression);
    }
  }

  #isFact({ root, steps, computed }: PathExpression): boolean {
    const [first] = steps;
    if (root === '$tenant' || root === '$steps' || first === undefined) return false;
    const isId = steps.length === 1 && first.field === 'id';
    if (isId && root !== '$old') return false;
    if (root === '$user' || computed !== undefined || steps.length > 1 || (typeof root === 'number' && isOutcomeFrame(root))) return true;
    const object = this.#model.objects[first.object];
    const field = object?.fields[first.field];
    if (object === undefined || field === undefined || field.columns.length > 0) return false;
    return field.formula === undefined || factsOf(object, field.formula.expression).size > 0;
  }

  /** Notes what SQL needs for a rule. What aggregates open within it stands in the statement itself. */
  whole(expression: Expression, opened: ReadonlySet<number> = new Set()): void {
    switch (expression.node) {
      case 'literal':
      case 'given':
      case 'access':
        return;
      case 'path':
        this.#start(expression.root, expression.steps, expression.type, opened, '');
        return;
      case 'call':
        for (const argument of expression.arguments) this.whole(argument, opened);
        return;
      case 'aggregate': {
        const { source, frame, value, where, sort = [] } = expression;
        if (source.kind !== 'object')
          this.#start(source.root, source.steps, expression.type, opened, source.kind === 'children' ? source.parent : source.object);
        const inner = new Set([...opened, frame]);
        for (const part of [value, where, ...sort.map(({ by }) => by)]) if (part !== undefined) this.whole(part, inner);
      }
    }
  }

  #start(root: Rooted['root'], steps: readonly PathStep[], type: RuleType, opened: ReadonlySet<number>, holder: string): void {
    if (root === '$steps') this.values.set(outcomeKey(steps), type);
    else if (root === '$tenant' || root === '$user' || (typeof root === 'number' && opened.has(root))) return;
    else if (typeof root === 'number' && isOutcomeFrame(root)) this.outcomes.add(root);
    else this.bound.set(root, steps[0]?.object ?? holder);
  }
}

/** What is bound for some rules. Records among the outcomes count as far as they are seen. */
function wantedOf(needs: Needs, outcomes: OutcomeFrames, policy: Policy): FramesWanted {
  const stored = [...needs.outcomes].flatMap((frame) => {
    const object = outcomes.records.get(frame)?.object;
    return object === undefined ? [] : [[frame, { object, seen: readCondition(policy, object) }] as const];
  });
  return { bound: needs.bound, stored: new Map(stored), values: needs.values };
}

export interface RulePlan {
  readonly rules: readonly Expression[];
  readonly facts: readonly Expression[];
  readonly wanted: FramesWanted;
  readonly outcomes: ReadonlyMap<number, OutcomeRecord>;
}

type Planning = Pick<WriteSession, 'model' | 'access'>;

/** Rules as the session's rights let them be worked out. Throws where they read what its person may not. */
export function planRules({ model, access: { policy } }: Planning, rules: readonly Expression[]): RulePlan {
  const outcomes = new OutcomeFrames();
  const placed = rules.map((rule) => restrictRule({ model, policy }, withOutcomesPlaced(rule, outcomes.place)));
  const needs = new Needs(model);
  for (const rule of placed) needs.rule(rule);
  return { rules: placed, facts: [...needs.facts], wanted: wantedOf(needs, outcomes, policy), outcomes: outcomes.records };
}

export interface QueryPlan {
  readonly where: Expression | undefined;
  readonly sort: readonly { readonly by: Expression; readonly descending: boolean }[];
  readonly wanted: FramesWanted;
  readonly outcomes: ReadonlyMap<number, OutcomeRecord>;
}

export interface PlannedQuery {
  readonly object: string;
  readonly frame: number;
  readonly where: Expression | undefined;
  readonly sort: readonly { readonly by: Expression; readonly descending: boolean }[];
}

/** A query over the records that the session sees. Throws where it reads what its person may not. */
export function planQuery({ model, access: { policy } }: Planning, { object, frame, where, sort }: PlannedQuery): QueryPlan {
  const outcomes = new OutcomeFrames();
  const place = (rule: Expression): Expression => withOutcomesPlaced(rule, outcomes.place);
  const condition = restrictCondition({ model, policy }, { object, frame, where: where && place(where) });
  const keys = sort.map(({ by, descending }) => ({ by: restrictRule({ model, policy }, place(by)), descending }));
  const needs = new Needs(model);
  for (const rule of [...(condition === undefined ? [] : [condition]), ...keys.map(({ by }) => by)]) needs.whole(rule, new Set([frame]));
  return { where: condition, sort: keys, wanted: wantedOf(needs, outcomes, policy), outcomes: outcomes.records };
}

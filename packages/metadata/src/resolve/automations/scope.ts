// What the rules of a step may name: the records around it, what was worked out before it, who acts.
import { checkRule, type Expression, type Outcome, type RuleScope, type RuleType } from '@tessera/rules';
import { known } from '../../known.ts';
import type { FieldModel } from '../../model.ts';
import { isSettable } from '../../system-fields.ts';
import type { ModelCatalog } from '../catalog.ts';
import { fieldValue } from '../field-values.ts';
import type { Report } from '../report.ts';
import { fieldsRead } from '../walk.ts';

type Values = Readonly<Record<string, RuleType>>;

/** What holds for all of an automation. */
interface Whole {
  readonly catalog: ModelCatalog;
  readonly report: Report;
  /** Whether there is `$old`, and a `$user`. */
  readonly old: boolean;
  readonly user: boolean;
  /** Why a step cannot be looked back to, by its name. */
  readonly stepHints: Readonly<Record<string, string>>;
}

interface Here {
  /** Objects of the frames that are open, `$record` first. */
  readonly frames: readonly (string | undefined)[];
  readonly outcomes: Readonly<Record<string, Outcome>>;
  readonly values: NonNullable<RuleScope['values']>;
  /** Steps whose outcome nobody knows, since what is wrong with them is told already. */
  readonly broken: readonly string[];
  /** Within an approval: paths of the steps in which somebody may have chosen people, by their names. */
  readonly choices?: Readonly<Record<string, string>>;
}

/** A reference to a record, and the one object that it is of. */
export interface RecordReference {
  readonly record: Expression;
  readonly object: string;
}

/** Immutable: each way to go on gives another. */
export class StepScope {
  readonly #whole: Whole;
  readonly #here: Here;

  constructor(whole: Whole, here: Here) {
    this.#whole = whole;
    this.#here = here;
  }

  get catalog(): ModelCatalog {
    return this.#whole.catalog;
  }

  get report(): Report {
    return this.#whole.report;
  }

  /** The object of `$record`. */
  get object(): string | undefined {
    return this.#here.frames[0];
  }

  /** The frame of the innermost record. */
  get frame(): number {
    return this.#here.frames.length - 1;
  }

  /** With one more record open. */
  inside(object: string): StepScope {
    return new StepScope(this.#whole, { ...this.#here, frames: [...this.#here.frames, object] });
  }

  /** After a step. Undefined: nobody knows its outcome. */
  after(step: string, outcome: Outcome | undefined): StepScope {
    const here = this.#here;
    if (outcome === undefined) return new StepScope(this.#whole, { ...here, broken: [...here.broken, step] });
    return new StepScope(this.#whole, { ...here, outcomes: { ...here.outcomes, [step]: outcome } });
  }

  with(word: '$inputs' | '$series', types: Values): StepScope {
    return new StepScope(this.#whole, { ...this.#here, values: { ...this.#here.values, [word]: types } });
  }

  /** Undefined outside of approvals. */
  get choices(): Readonly<Record<string, string>> | undefined {
    return this.#here.choices;
  }

  /** After a step of an approval, in which somebody may have chosen people. */
  choosing(step: string, path: string): StepScope {
    return new StepScope(this.#whole, { ...this.#here, choices: { ...this.#here.choices, [step]: path } });
  }

  rules(): RuleScope {
    const { catalog, old, user, stepHints } = this.#whole;
    const { frames, outcomes, values } = this.#here;
    const [object, ...further] = frames;
    const { userObject, ...scope } = catalog.scope(object, { old, steps: outcomes, stepHints, values });
    return {
      ...scope,
      ...(user && userObject !== undefined ? { userObject } : {}),
      frames: further.flatMap((frame) => frame ?? []),
    };
  }

  check(source: unknown, pointer: string, expected?: RuleType): Expression | undefined {
    const checked = checkRule(source, this.rules(), expected);
    if (this.#followsBroken(source)) return undefined;
    this.report.addAll(pointer, checked.problems);
    return checked.expression && this.#withoutSecrets(checked.expression, pointer);
  }

  condition(source: unknown, pointer: string): Expression | undefined {
    return source === undefined ? undefined : this.check(source, pointer, { kind: 'boolean' });
  }

  /** A rule that gives a record of one object; `$record` where nothing is said. */
  record(source: unknown, pointer: string): RecordReference | undefined {
    if (source === undefined && this.object === undefined) {
      this.report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason: 'This runs on no record: say which one is meant, in `record`.' });
      return undefined;
    }
    const record = this.check(source ?? { var: '$record' }, pointer);
    if (record === undefined) return undefined;
    const [object, ...others] = record.type.kind === 'reference' ? record.type.to : [];
    if (object !== undefined && others.length === 0) return { record, object };
    const reason =
      object === undefined
        ? 'A record is needed here: a rule that gives a lookup, `$record`, `$item`, or the outcome of a step.'
        : `This may be a record of ${[object, ...others].join(' or ')}: say which, as in { "var": "about:${object}" }.`;
    this.report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
    return undefined;
  }

  /** A record of this object. */
  recordOf(object: string, source: unknown, pointer: string): Expression | undefined {
    const found = this.record(source, pointer);
    if (found === undefined || found.object === object) return found?.record;
    this.report.add(pointer, 'METADATA_REFERENCE_UNFIT', {
      reason: `A record of ${object} is needed here; this is one of ${found.object}.`,
    });
    return undefined;
  }

  /** The field that a value is for; nothing where nobody may set it. */
  settable(object: string, name: string, pointer: string): FieldModel | undefined {
    const field = this.catalog.model(object, name);
    if (field === undefined) {
      // A field whose own definition is wrong is told there.
      if (this.catalog.field(object, name) !== undefined) return undefined;
      const hint = this.catalog.fieldHint(object, name);
      this.report.add(pointer, 'METADATA_REFERENCE_MISSING', { kind: 'field', name, where: ` on ${object}`, known: hint });
      return undefined;
    }
    if (isSettable(field)) return field;
    const reason = `Nobody sets ${object}.${name}: its value is ${field.system ? 'kept by the system' : 'worked out'}. Leave it out.`;
    this.report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
    return undefined;
  }

  /** A value for a field of an object, or for an input. */
  value(field: FieldModel, source: unknown, pointer: string): Expression | undefined {
    if (this.#followsBroken(source)) return undefined;
    const found = fieldValue(field, { source, pointer, purpose: 'be set' }, this.rules(), this.report);
    if (found?.node === 'literal' && found.value === null && field.required === true) {
      this.report.add(pointer, 'VALUE_REQUIRED', { field: field.name });
      return undefined;
    }
    return found && this.#withoutSecrets(found, pointer);
  }

  /** Says that a name is not there, and which are. */
  missing(pointer: string, kind: string, name: string, { where = '', names = [] }: { where?: string; names?: readonly string[] }): void {
    this.report.add(pointer, 'METADATA_REFERENCE_MISSING', { kind, name, where, known: known(names, name) });
  }

  hasObject(object: string, pointer: string): boolean {
    if (this.catalog.hasObject(object)) return true;
    const hint = this.catalog.objectHint(object);
    this.report.add(pointer, 'METADATA_REFERENCE_MISSING', { kind: 'object', name: object, where: '', known: hint });
    return false;
  }

  /** Secrets are never read back, also not into a journal. */
  #withoutSecrets(expression: Expression, pointer: string): Expression | undefined {
    const secret = fieldsRead(expression).find((step) => this.catalog.model(step.object, step.field)?.type === 'secret');
    if (secret === undefined) return expression;
    const reason = `This reads ${secret.object}.${secret.field}, which is a secret: those are never shown. Remove it.`;
    this.report.add(pointer, 'METADATA_REFERENCE_UNFIT', { reason });
    return undefined;
  }

  #followsBroken(source: unknown): boolean {
    const { broken } = this.#here;
    if (broken.length === 0) return false;
    const text = JSON.stringify(source);
    return broken.some((step) => text.includes(`"$steps.${step}"`) || text.includes(`"$steps.${step}.`));
  }
}

// The values of a read taken out of it: requests that differ in nothing else have one key, and the engine keeps one plan for them.
import { cursorNulls } from '@tessera/engine';
import { Given, isGivable, isUuid, type GivenValue } from '@tessera/kernel';

export class LateValues {
  readonly givens = new Map<string, GivenValue>();
  /** Each name with what a statement depends on for all that. A name says where the value stands, so no caller's JSON can pass for one. */
  readonly #forms: string[] = [];

  #given(name: string, value: GivenValue, form: string): Given {
    this.givens.set(name, value);
    this.#forms.push(`${form} ${name}`);
    return new Given(name, value);
  }

  /** An operand of a comparison. What decides how a comparison looks (null, true, false) stays where it is. */
  operand(name: string, value: unknown): unknown {
    return isGivable(value) ? this.#given(name, value, Array.isArray(value) ? 'list' : typeof value) : value;
  }

  /** The id of a record. What is none stays: it finds nothing. */
  id<T>(name: string, value: T): T | Given {
    return isUuid(value) ? this.#given(name, value, 'id') : value;
  }

  /** A cursor; which of its keys are null decides where its list goes on. */
  cursor<T>(name: string, value: T): T | Given {
    const nulls = typeof value === 'string' ? cursorNulls(value) : undefined;
    return typeof value === 'string' && nulls !== undefined ? this.#given(name, value, `cursor ${nulls}`) : value;
  }

  /** The key of a request of these parts, which have what the methods above gave in them. */
  key(...parts: readonly unknown[]): string {
    return JSON.stringify([this.#forms, ...parts]);
  }
}

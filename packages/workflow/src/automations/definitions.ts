// Definitions: what runs began with, kept by hash and read against the Model that is in force.
import { BoundedCache, problem, TesseraError } from '@tessera/kernel';
import { resolveAutomationAgainst, type AutomationModel, type Model } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { loadDefinitions, type Definition } from '@tessera/storage';
import { doorIn } from '../jobs/handlers.ts';

/** What is kept of an automation of the Model. */
export function definitionOf({ source }: Model, { name, hash }: AutomationModel): Definition {
  return { hash, kind: 'automation', name, content: JSON.stringify(source['automation']?.[name]) };
}

/** Resolved definitions that are not the Model's own. */
const mostKept = 200;

/** Automations as runs began with them. */
export class Definitions {
  readonly #kept = new BoundedCache<string, AutomationModel | TesseraError>(mostKept);

  /** What no longer fits is an error RUN_OUTDATED, with all that is wrong. */
  async get(
    session: WriteSession,
    run: { readonly automation: string; readonly definition: string },
  ): Promise<AutomationModel | TesseraError> {
    const { model } = session;
    const present = Object.hasOwn(model.automations, run.automation) ? model.automations[run.automation] : undefined;
    if (present?.hash === run.definition) return present;
    const key = `${model.hash} ${run.definition}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const found = (await loadDefinitions(doorIn(session), [run.definition])).get(run.definition);
    if (found === undefined) throw new TypeError(`The definition ${run.definition} is not kept.`);
    const source = JSON.parse(found.content) as Readonly<Record<string, unknown>>;
    const { automation, problems } = resolveAutomationAgainst(model, run.automation, source);
    const made = automation ?? new TesseraError(problem('RUN_OUTDATED', { automation: run.automation }), problems);
    this.#kept.set(key, made);
    return made;
  }
}

// Definitions: what runs and approvals began with, kept by hash and read against the Model that is in force.
import { BoundedCache, problem, TesseraError, type Problem } from '@tessera/kernel';
import { resolveAutomationAgainst, type AutomationModel, type Model } from '@tessera/metadata';
import type { WriteSession } from '@tessera/records';
import { loadDefinitions, type Definition } from '@tessera/storage';
import { doorIn } from '../jobs/handlers.ts';

/** What is kept of an automation of the Model. */
export function definitionOf({ source }: Model, { name, hash }: AutomationModel): Definition {
  return { hash, kind: 'automation', name, content: JSON.stringify(source['automation']?.[name]) };
}

/** Components of one kind. */
export interface DefinitionKind<Component> {
  present(model: Model, name: string): Component | undefined;
  /** As it was written once, read against the Model. */
  resolve(
    model: Model,
    name: string,
    source: Readonly<Record<string, unknown>>,
  ): { readonly component: Component | undefined; readonly problems: readonly Problem[] };
  /** That it no longer fits. */
  outdated(name: string): Problem;
}

export const automationKind: DefinitionKind<AutomationModel> = {
  present: ({ automations }, name) => (Object.hasOwn(automations, name) ? automations[name] : undefined),
  resolve: (model, name, source) => {
    const { automation, problems } = resolveAutomationAgainst(model, name, source);
    return { component: automation, problems };
  },
  outdated: (automation) => problem('RUN_OUTDATED', { automation }),
};

/** Resolved definitions that are not the Model's own. */
const mostKept = 200;

/** Components as something began with them. */
export class Definitions<Component extends { readonly hash: string }> {
  readonly #kept = new BoundedCache<string, Component | TesseraError>(mostKept);
  readonly #kind: DefinitionKind<Component>;

  constructor(kind: DefinitionKind<Component>) {
    this.#kind = kind;
  }

  /** What no longer fits is an error, with all that is wrong. */
  async get(session: WriteSession, { name, hash }: { readonly name: string; readonly hash: string }): Promise<Component | TesseraError> {
    const { model } = session;
    const present = this.#kind.present(model, name);
    if (present?.hash === hash) return present;
    const key = `${model.hash} ${hash}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const found = (await loadDefinitions(doorIn(session), [hash])).get(hash);
    if (found === undefined) throw new TypeError(`The definition ${hash} is not kept.`);
    const source = JSON.parse(found.content) as Readonly<Record<string, unknown>>;
    const { component, problems } = this.#kind.resolve(model, name, source);
    const made = component ?? new TesseraError(this.#kind.outdated(name), problems);
    this.#kept.set(key, made);
    return made;
  }
}

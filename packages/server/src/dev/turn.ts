// What a save does: the pack and those that it needs are checked, planned and put in force; what stands in the way is told and changes nothing.
import { join } from 'node:path';
import type { MetadataPlan, PackDesk, PlanDecisions } from '@tessera/engine';
import { failAll, TesseraError, type Problem } from '@tessera/kernel';
import { folderState, isSameState } from '../cli/folder-changes.ts';
import { failureText, placeText } from '../cli/output.ts';
import { renderBrief } from '../cli/plan-text.ts';
import type { Onlooker } from './dev-input.ts';

interface Place {
  readonly packs: PackDesk;
  readonly tenant: string;
  readonly decisions: PlanDecisions;
}

const isNothing = ({ packs = [], changes, steps }: MetadataPlan): boolean => packs.length + changes.length + steps.length === 0;

const losesData = ({ steps }: MetadataPlan): boolean => steps.some(({ risk }) => risk === 'losesData');

const isBlocked = ({ findings, conflicts = [] }: MetadataPlan): boolean =>
  findings.length > 0 || conflicts.some(({ choice }) => choice === undefined);

/** What goes while something comes beside it may only have another name: how to say so. */
function renamedText({ changes }: MetadataPlan): string {
  const fields = changes.filter(({ kind, path }) => kind === 'object' && path.length === 2 && path[0] === 'fields');
  const named = (change: string, object: string): readonly string[] =>
    fields.flatMap((each) => (each.change === change && each.name === object ? [each.path[1] ?? ''] : []));
  const lines = [...new Set(fields.map(({ name }) => name))].flatMap((object) => {
    const come = named('added', object);
    if (come.length === 0) return [];
    return named('removed', object).map(
      (gone) =>
        `If ${object}.${gone} has only another name now (${come.join(', ')}), say there "renamedFrom": ["${gone}"], and its data stay.\n`,
    );
  });
  return lines.join('');
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

function warningText(warnings: readonly Problem[]): string {
  if (warnings.length === 0) return '';
  return `Worth a look (${warnings.length}):\n${warnings.map((warning) => `  ${placeText(warning)}: ${warning.message}\n`).join('')}`;
}

interface Done {
  /** Undefined where the tenant had it already. */
  readonly version: number | undefined;
  /** Whether demo data were. */
  readonly isLoaded: boolean;
}

function doneText(version: number | undefined, isLoaded: boolean): string {
  if (version !== undefined) return `In force as version ${version}`;
  return isLoaded ? 'The demo data are loaded' : 'The tenant has it already';
}

export class Turns {
  readonly #place: Place;
  readonly #onlooker: Onlooker;
  /** Folders as they lay when the tenant got what is in them. Demo data are loaded only when they change: that takes longer than all the rest. */
  readonly #inForce = new Map<string, Readonly<Record<'all' | 'data', Awaited<ReturnType<typeof folderState>>>>>();

  /** Folders whose demo data the tenant has yet to get. */
  readonly #owed = new Set<string>();

  constructor(place: Place, onlooker: Onlooker) {
    this.#place = place;
    this.#onlooker = onlooker;
  }

  /**
   * Puts the pack in a folder in force, after those that it needs.
   * @returns whether the tenant has now what lies in the folders
   * @throws PACK_UNREADABLE, METADATA_INVALID and whatever else stands against a pack, of which nothing is in force then
   */
  async turn(folder: string): Promise<boolean> {
    try {
      return await this.#turn(folder);
    } catch (error) {
      // Saved, or changed in the tenant, between the plan and its application.
      if (!(error instanceof TesseraError) || error.code !== 'PLAN_OUTDATED') throw error;
      return this.#turn(folder);
    }
  }

  async #turn(folder: string): Promise<boolean> {
    const began = performance.now();
    const { packs } = this.#place;
    const folders = await packs.foldersOf(folder);
    const { problems, warnings } = await packs.validate(folder);
    if (problems.length > 0) throw failAll('METADATA_INVALID', problems);
    let version: number | undefined;
    let isLoaded = false;
    for (const each of folders) {
      const done = await this.#putInForce(each);
      if (done === undefined) continue;
      if (done === 'refused') return false;
      version = done.version ?? version;
      isLoaded ||= done.isLoaded;
    }
    const took = seconds(performance.now() - began);
    await this.#onlooker.say(`${version === undefined ? '' : warningText(warnings)}${doneText(version, isLoaded)} (${took}).\n`);
    return true;
  }

  /** Undefined where the folder lies as it did. */
  async #putInForce(folder: string): Promise<Done | 'refused' | undefined> {
    const { packs, tenant, decisions } = this.#place;
    const [known, lies] = [this.#inForce.get(folder), { all: await folderState(folder), data: await folderState(join(folder, 'data')) }];
    if (known !== undefined && isSameState(known.all, lies.all)) return undefined;
    // Nobody waits for what it does to each of the people.
    const plan = await packs.plan(tenant, { folder }, decisions, { access: false });
    const version = isNothing(plan) ? undefined : await this.#apply(folder, plan);
    if (version === 'refused') return version;
    const areOwed =
      known === undefined ? version !== undefined || (await packs.lacksDemo(tenant, folder)) : !isSameState(known.data, lies.data);
    if (areOwed) this.#owed.add(folder);
    const isLoaded = this.#owed.has(folder) && (await this.#loadDemo(folder));
    if (!this.#owed.has(folder)) this.#inForce.set(folder, lies);
    return { version, isLoaded };
  }

  async #apply(folder: string, plan: MetadataPlan): Promise<number | 'refused' | undefined> {
    const { packs, tenant, decisions } = this.#place;
    const { say, agrees } = this.#onlooker;
    await say(renderBrief(plan));
    if (isBlocked(plan)) return 'refused';
    if (losesData(plan)) {
      await say(renamedText(plan));
      if (!(await agrees())) return 'refused';
    }
    return (await packs.apply(tenant, { folder }, { decisions, planHash: plan.hash })).version;
  }

  /** What is refused is tried again with the next save. */
  async #loadDemo(folder: string): Promise<boolean> {
    const { packs, tenant } = this.#place;
    try {
      await packs.loadDemo(tenant, folder);
      this.#owed.delete(folder);
      return true;
    } catch (error) {
      await this.#onlooker.say(`${failureText(error)}The demo data are not all there.\n`);
      return false;
    }
  }
}

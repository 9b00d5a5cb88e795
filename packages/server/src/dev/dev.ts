// tessera dev: a server with a tenant for one pack, and every save of its files put in force there.
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { graphqlAsker } from '@tessera/api';
import type { Administration, ScenarioDesk } from '@tessera/engine';
import { fail } from '@tessera/kernel';
import { WatchedFolders } from '../cli/folder-changes.ts';
import { failureText } from '../cli/output.ts';
import { testedText } from '../cli/scenario-text.ts';
import type { Config } from '../config.ts';
import { readDocuments } from '../documents.ts';
import { createLogger } from '../logging.ts';
import { greeting, serve } from '../start.ts';
import { openPlatform } from '../wiring.ts';
import type { DevInput, Onlooker } from './dev-input.ts';
import { readyTenant, tenantFor, type DevPeople } from './tenant.ts';
import { Turns } from './turn.ts';

interface Working extends Onlooker {
  readonly input: DevInput & { readonly tenant: string };
  readonly administration: Administration;
  readonly signal: AbortSignal;
  readonly welcoming: DevPeople['welcoming'];
}

const mostNamed = 5;
const kept = 'The tenant keeps what it has.\n';

function savedText(changed: readonly string[]): string {
  if (changed.length === 0) return '';
  const more = changed.length > mostNamed ? ` and ${changed.length - mostNamed} more` : '';
  return `\n${new Date().toTimeString().slice(0, 8)} ${changed.slice(0, mostNamed).join(', ')}${more}\n`;
}

/** A mistake in a file, or one of ours, is no reason to stop: the next save may be better. */
async function tried(say: Onlooker['say'], watched: WatchedFolders, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // A file that was read while it was being written: what is wrong, if anything is, the turn of that save tells.
    await say((await watched.haveMoved()) ? 'Saved again meanwhile.\n' : `${failureText(error)}${kept}`);
  }
}

async function watch({ input, administration, signal, welcoming, ...onlooker }: Working, desk: ScenarioDesk | undefined): Promise<void> {
  const { folder, tenant, decisions } = input;
  const { say } = onlooker;
  const { packs } = administration;
  const turns = new Turns({ packs, tenant, decisions }, onlooker);
  const watched = new WatchedFolders(signal);
  for (let changed: readonly string[] | undefined = []; changed !== undefined; changed = await watched.changes()) {
    await say(savedText(changed));
    // Looked at before they are read, so that no save is missed.
    await watched.watch(await packs.foldersOf(folder).catch(() => [folder]));
    await tried(say, watched, async () => {
      const { result: isInForce, lines } = await welcoming(() => turns.turn(folder));
      if (!isInForce) await say(kept);
      for (const line of lines) await say(`${line}\n`);
      if (isInForce && desk !== undefined) await say(testedText(await desk.test({ folder }), false));
    });
    if (changed.length === 0) await say(`Watching ${folder}; Ctrl-C ends it.\n`);
  }
}

/** A folder that was mistyped is no pack that is about to come. */
async function demandPack(folder: string): Promise<void> {
  await access(join(folder, 'pack.json')).catch((error: unknown) => {
    throw fail('PACK_UNREADABLE', { folder, reason: 'it has no pack.json. `tessera pack create` makes a pack.' }, {}, error);
  });
}

/** Works until the signal aborts, then ends everything that it has begun. Throws PACK_UNREADABLE. */
export async function runDev(config: Config, given: DevInput, onlooker: Onlooker, signal: AbortSignal): Promise<void> {
  await demandPack(given.folder);
  const input = { ...given, tenant: given.tenant ?? tenantFor(given.folder) };
  const log = createLogger(config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL);
  const persisted = await readDocuments(config);
  const platform = await openPlatform(config, log);
  const running = await serve(platform, { config, log, persisted });
  try {
    const { administration } = platform;
    const { notes, welcoming } = await readyTenant({ administration, tenant: input.tenant, password: config.DEMO_PASSWORD });
    await onlooker.say(greeting({ url: running.url, notes }, config.PUBLIC_URL));
    const working = { ...onlooker, input, administration, signal, welcoming };
    if (input.test) await administration.atScenarioDesk(graphqlAsker(), (desk) => watch(working, desk));
    else await watch(working, undefined);
  } finally {
    await running.stop();
  }
}

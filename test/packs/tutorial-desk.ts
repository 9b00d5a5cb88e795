// Somebody who works through a page: types its commands in a shell, saves its files, and looks at what `tessera dev` says.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const program = join(import.meta.dirname, '../../packages/server/src/cli.ts');
const longestTurnMs = 120_000;
/** Of a process that was asked to end. */
const longestEndMs = 60_000;

/** What `tessera dev` says last of a save, and with `--test`. */
const turnIsOver = /(In force as version|has it already|are loaded).*\n|keeps what it has\.\n/;
const testIsOver = /scenarios (pass|fail) \(.*\n|keeps what it has\.\n/;

/** A shell with all that it has started, which are a group of their own. */
class Shell {
  readonly process: ChildProcess;
  /** Its exit code, when nothing of it is left to say something; null after a signal. */
  readonly ended: Promise<number | null>;
  output = '';

  constructor(text: string, { cwd, env, hear }: { cwd: string; env: Readonly<Record<string, string>>; hear: (text: string) => void }) {
    this.process = spawn('bash', ['-c', text], { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.setEncoding('utf8').on('data', (said: string) => {
        this.output += said;
        hear(said);
      });
    this.ended = once(this.process, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  }

  get lives(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** As the terminal does: to all of the group. */
  #signal(signal: NodeJS.Signals): void {
    if (this.process.pid !== undefined && this.lives) process.kill(-this.process.pid, signal);
  }

  /** Asks it to end, and sees to it that it does. Gives its exit code. */
  async end(): Promise<number | null> {
    this.#signal('SIGINT');
    const patience = new AbortController();
    const late = sleep(longestEndMs, undefined, { signal: patience.signal }).then(
      () => {
        this.#signal('SIGKILL');
      },
      () => undefined,
    );
    const code = await this.ended;
    patience.abort();
    await late;
    return code;
  }
}

interface Watching {
  readonly shell: Shell;
  readonly isOver: RegExp;
}

const isWatching = (command: string): boolean => /^[^#\n]*npm run tessera -- dev /m.test(command);

export class TutorialDesk {
  readonly #folder: string;
  readonly #environment: Readonly<Record<string, string>>;
  /** Functions that the page has defined for later, by their names. */
  readonly #definitions = new Map<string, string>();
  #watching: Watching | undefined;
  readonly #shells = new Set<Shell>();
  /** What has been said since somebody looked. */
  #said = '';

  private constructor(folder: string, databaseUrl: string) {
    this.#folder = folder;
    this.#environment = {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: databaseUrl,
      DATA_DIR: join(folder, 'data'),
      TESSERA_SECRET: 'a secret of these tests, long enough',
      PORT: '0',
    };
  }

  /** @param databaseUrl in the place of the embedded database, which takes seconds to make */
  static async open(databaseUrl: string): Promise<TutorialDesk> {
    const folder = await mkdtemp(join(tmpdir(), 'tessera-tutorial-'));
    await mkdir(join(folder, 'tessera'));
    return new TutorialDesk(folder, databaseUrl);
  }

  /** Throws where nobody serves anything. */
  get url(): string {
    const url = /Tessera runs at (\S+)/.exec(this.#watching?.shell.output ?? '')?.[1];
    if (url === undefined) throw new Error(`Nothing is served. It said: ${this.#watching?.shell.output ?? 'nothing'}`);
    return url;
  }

  /** What has been said, which is forgotten. */
  look(): string {
    const said = this.#said;
    this.#said = '';
    return said;
  }

  #start(commands: string, tessera: string): Shell {
    const called = [...this.#definitions].flatMap(([name, body]) => (new RegExp(`^${name} `, 'm').test(commands) ? [body] : []));
    const text = [...called, commands]
      .join('\n')
      .replaceAll('npm run tessera --', 'tessera')
      .replaceAll(/(?<!\/)localhost:4000/g, () => new URL(this.url).host);
    const shell = new Shell(`set -eo pipefail\ntessera() { ${tessera} "${process.execPath}" "${program}" "$@"; }\n${text}`, {
      cwd: join(this.#folder, 'tessera'),
      env: this.#environment,
      hear: (said) => (this.#said += said),
    });
    this.#shells.add(shell);
    return shell;
  }

  /** Throws where a command fails. */
  async type(commands: string): Promise<void> {
    const defined = /^(\w+)\(\) \{$/m.exec(commands)?.[1];
    if (defined !== undefined) {
      this.#definitions.set(defined, commands);
      return;
    }
    if (isWatching(commands)) return this.#watch(commands);
    // What has the database for itself comes after the watching, as the page says.
    if (commands.includes('npm run tessera')) await this.#endWatching();
    const before = this.#watching?.shell.output.length ?? 0;
    const shell = this.#start(commands, '');
    const code = await shell.ended;
    this.#shells.delete(shell);
    if (code !== 0) throw new Error(`${commands}\nended with ${String(code)} and said: ${shell.output}`);
    if (this.#watching !== undefined && commands.includes('rm ')) await this.#turn(before);
  }

  async #watch(commands: string): Promise<void> {
    await this.#endWatching();
    // In the place of the shell, so that the exit code is its own.
    const shell = this.#start(commands, 'exec');
    this.#watching = { shell, isOver: commands.includes('--test') ? testIsOver : turnIsOver };
    await this.#until(() => shell.output.includes('Ctrl-C ends it.\n'));
  }

  async #until(isSo: () => boolean): Promise<void> {
    const since = performance.now();
    while (!isSo()) {
      const isOver = this.#watching?.shell.lives !== true || performance.now() - since > longestTurnMs;
      if (isOver) throw new Error(`Waited in vain. It said: ${this.#watching?.shell.output ?? 'nothing'}`);
      await sleep(20);
    }
  }

  /** Until what came last is worked through. */
  #turn(before: number): Promise<void> {
    return this.#until(() => this.#watching?.isOver.test(this.#watching.shell.output.slice(before)) === true);
  }

  async save(path: string, text: string): Promise<void> {
    const before = this.#watching?.shell.output.length ?? 0;
    const file = join(this.#folder, 'equipment', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${text}\n`);
    await this.#turn(before);
  }

  async #endWatching(): Promise<void> {
    const shell = this.#watching?.shell;
    this.#watching = undefined;
    if (shell === undefined) return;
    this.#shells.delete(shell);
    const code = await shell.end();
    if (code !== 0) throw new Error(`It ended with ${String(code)} and said: ${shell.output}`);
  }

  /** Ends all that was begun, whatever has become of it. */
  async close(): Promise<void> {
    this.#watching = undefined;
    await Promise.all([...this.#shells].map((shell) => shell.end()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

// What `npm run tessera -- …` runs. The check of Node comes before anything else is even read.
import './node-version.mjs';
import './compile-cache.mjs';

const { runCli } = await import('./cli/commands.ts');
const { cliActions } = await import('./cli/desk-actions.ts');
const { ask } = await import('./cli/ask.ts');

/** Waits while the reader at the other end of the pipe is slow. */
const writeTo =
  (stream: NodeJS.WriteStream) =>
  (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      stream.write(text, (error) => {
        if (error === undefined || error === null) resolve();
        else reject(error);
      });
    });

process.exitCode = await runCli(process.argv.slice(2), cliActions, {
  out: writeTo(process.stdout),
  err: writeTo(process.stderr),
  interactive: process.stderr.isTTY && process.stdin.isTTY,
  ask,
});

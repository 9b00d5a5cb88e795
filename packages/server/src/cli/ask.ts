// One line from whoever started the program: typed, or by standard input.
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** @param hidden what is typed is not shown */
export function ask(question: string, hidden = false): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) stderr.write(question);
  const silent = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: stdin, output: hidden ? silent : stderr, terminal: stdin.isTTY });
  return new Promise((resolve) => {
    let answer = '';
    lines.once('line', (line) => {
      answer = line;
      lines.close();
    });
    lines.once('close', () => {
      if (hidden && stdin.isTTY) stderr.write('\n');
      resolve(answer);
    });
  });
}

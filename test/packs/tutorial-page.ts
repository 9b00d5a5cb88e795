// A page of steps: what it says to type, and what it says one sees, block by block.
import { readFileSync } from 'node:fs';

export type Block = { readonly line: number; readonly text: string } & (
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 'commands' | 'seen' }
);

/** JSON blocks are files, named in the line above; `sh` is typed; `text` is seen, `…` being anything. */
export function blocksOf(page: string): readonly Block[] {
  const lines = readFileSync(page, 'utf8').split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const language = /^```(\w+)$/.exec(lines[at] ?? '')?.[1];
    if (language === undefined) continue;
    const end = lines.indexOf('```', at + 1);
    const block = { line: at + 1, text: lines.slice(at + 1, end).join('\n') };
    const path = /^`([^`]+)`$/.exec(lines[at - 2] ?? '')?.[1];
    if (language === 'json' && path === undefined) throw new Error(`Line ${at + 1} does not say which file it is.`);
    if (language === 'json') blocks.push({ kind: 'file', path: path ?? '', ...block });
    else blocks.push({ kind: language === 'sh' ? 'commands' : 'seen', ...block });
    at = end;
  }
  return blocks;
}

/** A line of a page as a pattern: `…` is anything. */
const pattern = (line: string): RegExp =>
  new RegExp(
    `^${line
      .split('…')
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join('.*')}$`,
  );

/** The first line that is not seen, those before it in their order above it; undefined: all are. */
export function unseen(expected: string, output: string): string | undefined {
  const lines = output.split('\n');
  let at = 0;
  return expected.split('\n').find((line) => {
    const found = lines.findIndex((seen, index) => index >= at && pattern(line).test(seen));
    at = found + 1;
    return found < 0;
  });
}

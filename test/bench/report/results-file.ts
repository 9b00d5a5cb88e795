// RESULTS.md: a section for each part, in the order of the parts; a part that was not run keeps the section that it had.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Section {
  readonly name: string;
  readonly title: string;
  readonly markdown: string;
}

const path = join(import.meta.dirname, '../RESULTS.md');
const opening = (name: string): string => `<!-- part: ${name} -->`;
const closing = '<!-- end of part -->';

const head = `# Results of \`npm run bench\`

Each section says on what it was made. Ratios hold within a run; absolute figures belong to the machine.`;

/** The section of a part as it stands in the file, with its marks. */
function standing(text: string, name: string): string | undefined {
  const from = text.indexOf(opening(name));
  const to = text.indexOf(closing, from);
  return from < 0 || to < 0 ? undefined : text.slice(from, to + closing.length);
}

/** Puts sections into the file; `order` names all parts there are. */
export async function writeResults(order: readonly string[], sections: readonly Section[]): Promise<void> {
  const before = await readFile(path, 'utf8').catch(() => '');
  const found = order.flatMap((name) => {
    const fresh = sections.find((section) => section.name === name);
    if (fresh === undefined) return standing(before, name) ?? [];
    return `${opening(name)}\n\n## ${fresh.title}\n\n${fresh.markdown}\n\n${closing}`;
  });
  await writeFile(path, `${[head, ...found].join('\n\n')}\n`);
}

// The tutorial's page, worked through as it stands: every file saved, every command typed, everything seen that it says one sees.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { TutorialDesk } from './tutorial-desk.ts';
import { blocksOf, unseen, type Block } from './tutorial-page.ts';

const page = join(import.meta.dirname, '../../packages/packs/TUTORIAL.md');

let database: TestDatabase;
let desk: TutorialDesk;

beforeAll(async () => {
  database = await testDatabase();
  desk = await TutorialDesk.open(database.url);
});
afterAll(async () => {
  await desk.close();
  await database.drop();
});

async function step(block: Block): Promise<void> {
  if (block.kind === 'file') return desk.save(block.path, block.text);
  if (block.kind === 'commands') return desk.type(block.text);
  const said = desk.look();
  const missing = unseen(
    block.text.replaceAll('http://127.0.0.1:4000', () => desk.url),
    said,
  );
  if (missing !== undefined) throw new Error(`TUTORIAL.md, line ${block.line}: nobody saw\n${missing}\nbut\n${said}`);
}

describe('the tutorial', () => {
  it('leads from an empty folder to a pack that is tested and served', async () => {
    const blocks = blocksOf(page);
    expect(blocks.filter(({ kind }) => kind === 'file').length).toBeGreaterThan(12);
    expect(blocks.filter(({ kind }) => kind === 'seen').length).toBeGreaterThan(8);
    for (const block of blocks) await step(block);
  }, 400_000);
});

// The pack for high-tech and modern services: it is whole, and its scenarios reach all of it.
import { afterAll, beforeAll } from '@jest/globals';
import { packDesk, provesPack, type PackDesk } from './example-pack.ts';

let desk: PackDesk;

beforeAll(async () => {
  desk = await packDesk();
});
afterAll(() => desk.close());

provesPack('hightech', () => desk.options, { least: 16, one: 'budgetIsKept' });

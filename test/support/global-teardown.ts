// Ends what global-setup.ts started, if any test asked for it.
import { takeBack } from './global-setup.ts';

export default async function tearDown(): Promise<void> {
  if (globalThis.tesseraTestPostgres !== undefined) await takeBack(globalThis.tesseraTestPostgres);
}

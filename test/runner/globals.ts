// `@jest/globals` for tests that are plain modules of Node: what the runner has put into the process.
import type * as Globals from '@jest/globals';

export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } = globalThis as unknown as typeof Globals;

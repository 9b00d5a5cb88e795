// Tests run the TypeScript sources as they are, as plain modules of Node: each process loads the product once.
import { availableParallelism } from 'node:os';

export default {
  runner: ['jest-light-runner', { runtime: 'child_process' }],
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {},
  setupFiles: ['<rootDir>/test/runner/setup.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // The default leaves a core idle. Tests wait for the database, for servers that start and for leases that run out: one more fills that.
  maxWorkers: availableParallelism() + 1,
};

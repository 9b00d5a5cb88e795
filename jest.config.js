// Tests run the TypeScript sources as they are, as plain modules of Node: each process loads the product once.
export default {
  runner: ['jest-light-runner', { runtime: 'child_process' }],
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {},
  setupFiles: ['<rootDir>/test/runner/setup.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // The default leaves one core idle, and with two that means one test at a time; one process more than cores gains nothing.
  maxWorkers: '100%',
};

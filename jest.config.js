// Tests run the TypeScript sources as they are; swc only strips the types.
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } }] },
  transformIgnorePatterns: ['/node_modules/(?!@tessera/)'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testTimeout: 180_000,
  // The default leaves one core idle, and with two that means one test at a time.
  maxWorkers: '100%',
  // A worker keeps what the modules of each file held; with a large heap every large buffer costs a long collection.
  workerIdleMemoryLimit: '400MB',
};

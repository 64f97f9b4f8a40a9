/** Real ES modules under jest: the backend is ESM with top-level await and import attributes. */
export default {
  testEnvironment: '<rootDir>/test/support/engine-environment.mjs',
  roots: ['<rootDir>/backend/src', '<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // The tools of test/plugin belong to the plugin's package: running the product must not install a browser.
    '^(esbuild|playwright-core)$': '<rootDir>/plugin/node_modules/$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/backend/dist'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript' },
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  // One embedded engine costs about 0.5 GB; two cores carry two workers.
  maxWorkers: 2,
  // A net, not a measure: in a fresh clone the first file also fills the caches of jest and of the template database
  // (30 s were not enough on a busy machine with two cores).
  testTimeout: 120_000,
};

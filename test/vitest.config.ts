import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // CommonJS packages are imported as Node and the build do.
    deps: { interopDefault: false },
    root: 'test',
    cache: false,
    include: ['**/*.test.ts'],
    exclude: ['faults/**', 'real-agents/**'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Two cores are the machine the suite is planned for; interactive shells starve when more run at once.
    maxWorkers: 2,
    globalSetup: ['./support/setup.ts'],
  },
})

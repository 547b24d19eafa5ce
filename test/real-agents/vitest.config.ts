import { defineConfig } from 'vitest/config'

/** Real coding agents, which are large downloads (run.sh): no part of the ordinary run. */
export default defineConfig({
  test: {
    root: 'test',
    cache: false,
    include: ['real-agents/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    globalSetup: ['./support/setup.ts'],
    reporters: ['verbose'],
    disableConsoleIntercept: true,
  },
})

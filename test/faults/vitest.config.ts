import { defineConfig } from 'vitest/config'

/** Kill, starve and confuse the outbox: minutes of it, so it is no part of the ordinary run. */
export default defineConfig({
  test: {
    root: 'test',
    cache: false,
    include: ['faults/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    globalSetup: ['./support/setup.ts'],
    // The counts are what somebody runs this for.
    disableConsoleIntercept: true,
  },
})

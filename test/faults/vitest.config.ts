import { defineConfig } from 'vitest/config'

/** Kill, starve and confuse the outbox: minutes of it, so it is no part of the ordinary run. */
export default defineConfig({
  test: {
    root: 'test',
    cache: false,
    include: ['faults/*.test.ts'],
    // Real shells and terminals share the machine with others: what a busy moment broke is tried again, and reported.
    retry: process.env['CI'] === 'true' ? 2 : 0,
    testTimeout: 600_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    globalSetup: ['./support/setup.ts'],
    // The counts are what somebody runs this for.
    disableConsoleIntercept: true,
  },
})

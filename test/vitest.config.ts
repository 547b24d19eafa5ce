import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: 'test',
    cache: false,
    include: ['**/*.test.ts'],
    exclude: ['faults/**'],
    // Real shells and terminals share the machine with others: what a busy moment broke is tried again, and reported.
    retry: process.env['CI'] === 'true' ? 2 : 0,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores are the machine the suite is planned for; interactive shells starve when more run at once.
    maxWorkers: 2,
    globalSetup: ['./support/setup.ts'],
  },
})

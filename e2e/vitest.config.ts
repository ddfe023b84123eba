import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './longest-first.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

export default defineConfig({
  root,
  test: {
    // Importing the real package in plain Node starts a download.
    alias: { electron: fileURLToPath(new URL('./fixtures/electron-stub.ts', import.meta.url)) },
    include: ['shared/**/*.test.ts', 'electron/**/*.test.ts', 'renderer/**/*.test.{ts,tsx}', 'e2e/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'e2e/lab/**', 'out/**', 'dist/**'],
    testTimeout: 20_000,
    // Half of the time of these tests is waiting for shells, sshd and time limits: more workers than cores halve the run.
    maxWorkers: Math.max(4, availableParallelism()),
    sequence: { sequencer: LongestFirst },
  },
})

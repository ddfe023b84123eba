import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './longest-first.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const include = ['shared/**/*.test.ts', 'electron/**/*.test.ts', 'renderer/**/*.test.{ts,tsx}', 'e2e/**/*.test.ts']
const exclude = ['**/node_modules/**', 'e2e/lab/**', 'out/**', 'dist/**']
// A module that a test replaces would stay replaced for the files that come after it in the same worker.
const replacing = globSync(include, { cwd: root, exclude }).filter((file) => readFileSync(root + file, 'utf8').includes('vi.mock('))
const settings = {
  root,
  // Importing the real package in plain Node starts a download.
  alias: { electron: fileURLToPath(new URL('./fixtures/electron-stub.ts', import.meta.url)) },
  testTimeout: 20_000,
  setupFiles: [fileURLToPath(new URL('./fixtures/leave-as-found.ts', import.meta.url))],
}

export default defineConfig({
  root,
  test: {
    // Files share what their worker has imported: importing it for each file anew was a third of the run.
    projects: [
      { test: { ...settings, name: 'shared', include, exclude: [...exclude, ...replacing], isolate: false } },
      { test: { ...settings, name: 'isolated', include: replacing, exclude } },
    ],
    // Half of the time of these tests is waiting for shells, sshd and time limits: more workers than cores halve the run.
    maxWorkers: Math.max(4, availableParallelism()),
    sequence: { sequencer: LongestFirst },
    globalSetup: fileURLToPath(new URL('./fixtures/temporary-folder.ts', import.meta.url)),
  },
})

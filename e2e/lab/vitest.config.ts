import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { DealtOut } from './dealt-out.ts'

/** Tests against real hosts. Run inside the lab: `e2e/lab/with-lab.sh -- npx vitest run -c e2e/lab/vitest.config.ts`. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['e2e/lab/**/*.lab.test.ts'],
    // One set of hosts: a test that pulls a plug must not meet another file's audit.
    fileParallelism: false,
    sequence: { sequencer: DealtOut },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: fileURLToPath(new URL('../fixtures/temporary-folder.ts', import.meta.url)),
  },
})

import { readdirSync } from 'node:fs'
import { mergeConfig } from 'vitest/config'
import { isMine } from './faults-part.ts'
import lab from './vitest.config.ts'

const countsLast = {
  onTestRunEnd(modules: readonly { children: { allTests(state: 'passed' | 'failed'): Iterable<unknown> } }[]): void {
    const count = (state: 'passed' | 'failed') => modules.flatMap(({ children }) => [...children.allTests(state)]).length
    process.once('exit', () => process.stdout.write(`${count('passed')} passed, ${count('failed')} failed\n`))
  },
}

const MATRIX = 'push-matrix.faults.test.ts'
/** Whole files but the matrix, whose cells are dealt out by itself. */
const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.faults.test.ts') && name !== MATRIX)
const mine = [MATRIX, ...files.sort().filter((_, index) => isMine(index))].map((name) => `e2e/lab/${name}`)

/** The rest of the faults of a push, by `run-faults.ts`. Its last line is `N passed, N failed`. */
export default mergeConfig(
  { ...lab, test: { ...lab.test, include: [] } },
  { test: { include: mine, setupFiles: ['e2e/lab/fresh-hosts.ts'], reporters: ['default', countsLast], maxConcurrency: 200 } },
)

import { mergeConfig } from 'vitest/config'
import lab from './vitest.config.ts'

const countsLast = {
  onTestRunEnd(modules: readonly { children: { allTests(state: 'passed' | 'failed'): Iterable<unknown> } }[]): void {
    const count = (state: 'passed' | 'failed') => modules.flatMap(({ children }) => [...children.allTests(state)]).length
    process.once('exit', () => process.stdout.write(`${count('passed')} passed, ${count('failed')} failed\n`))
  },
}

/** The rest of the faults of a push: more than an hour, so not part of every run. Its last line is `N passed, N failed`. */
export default mergeConfig(
  { ...lab, test: { ...lab.test, include: [] } },
  { test: { include: ['e2e/lab/**/*.faults.test.ts'], reporters: ['default', countsLast], maxConcurrency: 200 } },
)

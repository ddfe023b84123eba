import { mergeConfig } from 'vitest/config'
import lab from './vitest.config.ts'

/** The rest of the faults of a push: minutes, so not part of every run. */
export default mergeConfig({ ...lab, test: { ...lab.test, include: [] } }, { test: { include: ['e2e/lab/**/*.faults.test.ts'] } })

import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take a minute or more: they ask a real program about generated input, or push to a simulated host again and again. */
const LONG = /\/(?:real-nginx|random-packets|real-caddy|corpus|demo-recovery|demo-templates)\.test\.ts$/

/** A long file that starts last is waited for alone: it starts first. A fresh clone has no record of how long files take. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const long = ({ moduleId }: TestSpecification) => Number(LONG.test(moduleId))
    return sorted.toSorted((a, b) => long(b) - long(a))
  }
}

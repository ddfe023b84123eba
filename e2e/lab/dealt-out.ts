import { basename } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes a minute and a half or more, longest first: pushes that wait for their undo, reboots, commands that hang. */
const LONG = ['push', 'firewall-start', 'probe', 'operate', 'deploy', 'pam', 'models', 'jump']

const place = ({ moduleId }: TestSpecification): number => {
  const at = LONG.indexOf(basename(moduleId, '.lab.test.ts'))
  return at < 0 ? LONG.length : at
}

const longestFirst = (files: readonly TestSpecification[]): TestSpecification[] =>
  files.toSorted((a, b) => place(a) - place(b) || (a.moduleId < b.moduleId ? -1 : 1))

/**
 * `vitest --shard K/N`: files dealt out to N labs side by side, since a lab test is mostly waiting. There and back again, so that the lab that took the longest file of
 * one round takes the shortest of the next.
 */
export class DealtOut extends BaseSequencer {
  override async shard(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { index, count } = this.ctx.config.shard ?? { index: 1, count: 1 }
    return longestFirst(files).filter((_, at) => {
      const inRound = at % count
      return (Math.floor(at / count) % 2 === 0 ? inRound : count - 1 - inRound) === index - 1
    })
  }

  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(files)
  }
}

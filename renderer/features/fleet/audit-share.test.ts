import { expect, test } from 'vitest'
import type { HostProgress } from '#shared/model/job.ts'
import { shareDone } from './audit-share.ts'

const host = (stage: HostProgress['stage'], sectionsDone = 0, sectionsTotal = 0): HostProgress => ({
  ...{ host: 'a', stage, current: '', sectionsDone, sectionsTotal },
})

test('an audit of which most hosts wait is not nearly done', () => {
  const waiting = Array.from({ length: 6 }, () => host('waiting'))
  expect(shareDone([host('done', 40, 40), host('probing', 20, 40), host('failed'), ...waiting, host('waiting')])).toBe(25)
  expect(shareDone([host('done', 40, 40), host('cancelled', 3, 40)])).toBe(100)
  expect(shareDone([])).toBe(0)
})

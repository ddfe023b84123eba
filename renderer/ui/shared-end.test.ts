import { expect, test } from 'vitest'
import { sharedEnd } from './shared-end.ts'

test.each([
  [['gpu-001-frankfurt', 'gpu-002-frankfurt', 'gpu-003-frankfurt'], '-frankfurt'],
  [['gpu-01.ai.example.com', 'gpu-02.ai.example.com', 'lab-01.example.com'], '.ai.example.com'],
  // Half of them are not most of them.
  [['a.one.example', 'b.one.example', 'a.two.example', 'b.two.example'], '.example'],
  [['gpu-01', 'gpu-02', 'lab-01'], '-01'],
  [['gpu-01', 'gpu-02', 'gpu-11'], ''],
  [['inference-frankfurt-rack-17'], ''],
  [['.a', '.a'], ''],
  [[], ''],
])('the names %j end with "%s"', (names, end) => {
  expect(sharedEnd(names)).toBe(end)
})

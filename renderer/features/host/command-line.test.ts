import { expect, test } from 'vitest'
import { commandLine } from './command-line.ts'

test('a command line is quoted where a shell would take it apart', () => {
  expect(commandLine(['/opt/a b/vllm', '--api-key=‹redacted›', "it's", '$(id)', ''])).toBe(
    `'/opt/a b/vllm' --api-key=‹redacted› 'it'\\''s' '$(id)' ''`,
  )
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Services } from '#core/services.ts'
import { GatehouseError } from '#shared/errors.ts'
import { UsageError } from './exit-code.ts'
import { runModelQuarantine } from './model-quarantine.command.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

/** What was done, in its order. */
let done: string[]
vi.mock('./step-up-terminal.ts', () => ({ stepUpOnTerminal: vi.fn() }))
vi.mock('./open-services.ts', () => ({
  interrupted: () => new AbortController().signal,
  withFleet: (_: string, __: string, use: (services: Services) => Promise<number>) =>
    use({
      fleet: { require: () => 'the fleet' },
      transport: () => 'the transport',
      quarantine: {
        list: () => [],
        take: async () => ({ id: String(done.push('taken')) }),
        release: async () => done.push('released'),
      },
    } as unknown as Services),
}))

beforeEach(() => {
  done = []
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  vi.mocked(stepUpOnTerminal).mockImplementation(async () => {
    done.push('code')
  })
})
afterEach(() => vi.restoreAllMocks())

const take = ['--host', 'gpu-01', '--path', '/m/x', '--reason', 'it runs code']
const run = (...words: string[]) => runModelQuarantine(['--fleet', 'f', ...words])

test.each([
  [take, 'taken'],
  [['release', 'q1'], 'released'],
])('%j: a code, then the host', async (words, end) => {
  expect(await run(...words)).toBe(0)
  expect(done).toEqual(['code', end])
})

test.each([[take], [['release', 'q1']]])('%j: without a code nothing is moved', async (words) => {
  vi.mocked(stepUpOnTerminal).mockRejectedValue(new GatehouseError({ code: 'step-up.not-enrolled', detail: '' }))
  await expect(run(...words)).rejects.toMatchObject({ failure: { code: 'step-up.not-enrolled' } })
  expect(done).toEqual([])
})

test('nobody is asked for a list, nor for words that say too little', async () => {
  expect(await run()).toBe(0)
  await expect(run('--host', 'gpu-01', '--path', '/m/x')).rejects.toThrow(UsageError)
  expect(done).toEqual([])
})

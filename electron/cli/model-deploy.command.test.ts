import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { GatehouseError } from '#shared/errors.ts'
import { runModelDeploy } from './model-deploy.command.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

/** What was done, in its order. */
let done: string[]
vi.mock('./step-up-terminal.ts', () => ({ stepUpOnTerminal: vi.fn(), askPassphrase: vi.fn() }))
vi.mock('#core/services.ts', () => ({
  createServices: () => ({
    fleet: { load: async () => ({ problems: [] }), require: () => 'the fleet' },
    transport: () => 'the transport',
    models: { job: () => null },
    registry: { get: () => ({ model: 'm' }) },
    deployments: {
      store: async () => done.push('store'),
      discard: async () => done.push('discard'),
      start: () => ({ done: Promise.resolve({ hosts: done.push('deploy') && [{ stage: 'done' }] }) }),
    },
    close: async () => undefined,
  }),
}))

beforeEach(() => {
  done = []
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  vi.mocked(stepUpOnTerminal).mockImplementation(async () => {
    done.push('code')
  })
})
afterEach(() => vi.restoreAllMocks())

const run = (verb: string) => runModelDeploy(verb, ['r1', '--fleet', 'f', '--host', 'gpu-01', '--from', '/fresh', '--yes'])

test.each(['deploy', 'discard'])('%s --yes: a code, then the host', async (verb) => {
  expect(await run(verb)).toBe(0)
  expect(done).toEqual(['code', verb])
})

test.each(['deploy', 'discard'])('%s --yes: without a code nothing is changed', async (verb) => {
  vi.mocked(stepUpOnTerminal).mockRejectedValue(new GatehouseError({ code: 'step-up.not-enrolled', detail: '' }))
  await expect(run(verb)).rejects.toMatchObject({ failure: { code: 'step-up.not-enrolled' } })
  expect(done).toEqual([])
})

test('the registry of this computer is filled without one: what lies there is named by its hash', async () => {
  expect(await run('store')).toBe(0)
  expect(done).toEqual(['store'])
})

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Services } from '#core/services.ts'
import { GatehouseError } from '#shared/errors.ts'
import { runModelRegistry } from './model-registry.command.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

const approve = vi.fn()
vi.mock('./step-up-terminal.ts', () => ({ stepUpOnTerminal: vi.fn() }))
vi.mock('./open-services.ts', () => ({
  withFleet: (_: string, __: string, use: (services: Services) => Promise<number>) =>
    use({ registry: { approve }, fleet: { require: () => 'the fleet' } } as unknown as Services),
}))

let said = ''
beforeEach(() => {
  said = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text
    return true
  })
  approve.mockReturnValue({ id: 'r1', model: 'm', steps: [{ step: 'approved' }] })
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.mocked(stepUpOnTerminal).mockReset()
  approve.mockReset()
})

const run = () => runModelRegistry('approve', ['r1', '--fleet', 'f', '--tier', 'users', '--host', 'gpu-01', '--name', 'Eve'])
const request = { id: 'r1', name: 'Eve', tiers: ['users'], hosts: ['gpu-01'] }

test('an approval needs a code', async () => {
  await run()
  expect(stepUpOnTerminal).toHaveBeenCalledOnce()
  expect(approve).toHaveBeenCalledWith('the fleet', request)
  expect(said).toBe('r1 m: Approved\n')
})

test.each(['step-up.wrong-code', 'step-up.not-enrolled'] as const)('%s approves nothing', async (code) => {
  vi.mocked(stepUpOnTerminal).mockRejectedValue(new GatehouseError({ code, detail: '' }))
  await expect(run()).rejects.toMatchObject({ failure: { code } })
  expect(approve).not.toHaveBeenCalled()
})

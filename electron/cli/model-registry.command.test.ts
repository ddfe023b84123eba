import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Services } from '#core/services.ts'
import { GatehouseError } from '#shared/errors.ts'
import { runModelRegistry } from './model-registry.command.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

const state = vi.fn()
const approve = vi.fn()
vi.mock('./step-up-terminal.ts', () => ({ stepUpOnTerminal: vi.fn() }))
vi.mock('./open-services.ts', () => ({
  withFleet: (_: string, __: string, use: (services: Services) => Promise<number>) =>
    use({ stepUp: { state }, registry: { approve }, fleet: { require: () => 'the fleet' } } as unknown as Services),
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

test('where an authenticator is enrolled, an approval needs its code', async () => {
  state.mockResolvedValue({ enrolled: true })
  await run()
  expect(stepUpOnTerminal).toHaveBeenCalledOnce()
  expect(approve).toHaveBeenCalledWith('the fleet', request, true)
  expect(said).toBe('r1 m: Approved\n')
})

test('a wrong code approves nothing', async () => {
  state.mockResolvedValue({ enrolled: true })
  vi.mocked(stepUpOnTerminal).mockRejectedValue(new GatehouseError({ code: 'step-up.wrong-code', detail: '' }))
  await expect(run()).rejects.toMatchObject({ failure: { code: 'step-up.wrong-code' } })
  expect(approve).not.toHaveBeenCalled()
})

test('without one it is recorded that there was no second factor, and said how there can be', async () => {
  state.mockResolvedValue({ enrolled: false })
  await run()
  expect(stepUpOnTerminal).not.toHaveBeenCalled()
  expect(approve).toHaveBeenCalledWith('the fleet', request, false)
  expect(said).toContain('Approved without a second factor; gatehouse step-up enrols')
})

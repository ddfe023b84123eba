import { expect, test } from 'vitest'
import type { Services } from '../services.ts'
import { createHandle } from './handlers.ts'

test('a drill is told of while it runs, with when its undo fires once that is armed, and none is begun beside it on the same host', async () => {
  const changed: string[] = []
  let arm: (firesAt: Date) => void = () => undefined
  let end: (result: unknown) => void = () => undefined
  const services = new Proxy(
    {
      changed: (event: string) => void changed.push(event),
      stepUp: { require: () => undefined },
      fleet: { require: () => ({}) },
      transport: () => ({}),
      pushJobs: { job: () => null },
      waveJobs: { job: () => null },
      recovery: {
        drilled: () => undefined,
        drill: (...[, , , , onArmed]: [unknown, unknown, string, AbortSignal, typeof arm]) => {
          arm = onArmed
          return new Promise((resolve) => {
            end = resolve
          })
        },
      },
    } as unknown as Services,
    { get: (of, name) => Reflect.get(of, name) ?? {} },
  )
  const handle = createHandle(services)
  const drilled = async (host: string) => (await handle('push:drilled', { host })) as { value: { underWay: unknown } }
  expect(await drilled('gpu-01')).toMatchObject({ value: { at: null, underWay: null } })
  const first = handle('push:drill', { host: 'gpu-01' })
  await expect.poll(() => drilled('gpu-01')).toMatchObject({ value: { underWay: { firesAt: null } } })
  arm(new Date('2026-11-29T10:00:15Z'))
  expect(await drilled('gpu-01')).toMatchObject({ value: { underWay: { firesAt: '2026-11-29T10:00:15.000Z' } } })
  expect(await drilled('gpu-02')).toMatchObject({ value: { underWay: null } })
  expect(await handle('push:drill', { host: 'gpu-01' })).toMatchObject({ ok: false, failure: { code: 'push.running', host: 'gpu-01' } })
  expect((await drilled('gpu-01')).value.underWay).not.toBeNull()
  end({ verdict: 'rolled-back-proven', reason: '', readBack: '', advice: '' })
  expect(await first).toMatchObject({ ok: true })
  expect(await drilled('gpu-01')).toMatchObject({ value: { underWay: null } })
  expect(new Set(changed)).toEqual(new Set(['push:changed']))
})

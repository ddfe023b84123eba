import { expect, test } from 'vitest'
import { fleetNotices } from './fleet-notices.ts'

test('an audit that broke off as a whole says why, and can be tried again', () => {
  const tried: unknown[] = []
  const actions = { compare: () => undefined, retry: (hosts?: readonly string[]) => void tried.push(hosts), showCommands: () => undefined }
  expect(fleetNotices([], [], [], undefined, actions)).toEqual([])
  const [notice, ...others] = fleetNotices([], [], [], { code: 'store.unwritable', detail: 'database or disk is full' }, actions)
  expect(others).toEqual([])
  expect(notice?.text).toBe('The data folder cannot be written: database or disk is full. Check its permissions and the space on the disk.')
  notice?.actions[0]?.run()
  expect(tried).toEqual([undefined])
})

import { expect, test } from 'vitest'
import { audited } from '../../stores/__fixtures__/hosts.ts'
import { connectionWords } from '../../stores/connection-words.ts'
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

test('sudo is named where it refused something, and not where something was not asked or not answered in time', () => {
  const actions = { compare: () => undefined, retry: () => undefined, showCommands: () => undefined }
  const saidOf = (refused: readonly string[]) => {
    const host = audited('gpu-01', {}, { state: 'limited', refused: [...refused] })
    return [connectionWords(host).word, ...fleetNotices([host], [], [], undefined, actions).map(({ text }) => text)]
  }
  expect(saidOf(['nginx'])).toEqual([
    'Limited sudo',
    'runs with limited rights: sudo refused 1 read-only command. Those checks stay Not evaluated.',
  ])
  expect(saidOf([])).toEqual([
    'Incomplete',
    'was read in part. Not all could be asked, or was answered in time. What is missing is Not evaluated.',
  ])
})

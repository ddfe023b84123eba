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

test('a jump host that refuses the login is one notice; nobody behind it is said to have refused', () => {
  const actions = { compare: () => undefined, retry: () => undefined, showCommands: () => undefined }
  const failure = { code: 'ssh.auth-failed', detail: 'wrong code', host: 'bastion-01' } as const
  const hosts = ['gpu-01', 'gpu-02'].map((name) => audited(name, {}, { state: 'auth-failed', failure }))
  const said = (jump: Parameters<typeof fleetNotices>[1][number]) =>
    fleetNotices(hosts, [jump], [], undefined, actions).map(({ words, subject, text }) => `${words.word} | ${subject} ${text}`)
  expect(said({ name: 'bastion-01', state: 'failed', failure })).toEqual([
    'Jump host | bastion-01 could not be used. Every way to log in was refused: wrong code. 2 hosts behind it were not asked.',
  ])
  expect(said({ name: 'bastion-01', state: 'connected' })).toEqual([
    'Not asked | gpu-01 and gpu-02 were not asked: bastion-01 could not be used. Every way to log in was refused: wrong code.',
  ])
})

import { describe, expect, test } from 'vitest'
import type { ChangedKey } from '#shared/model/prompt.ts'
import { audit, audited, finding, host } from '../../stores/__fixtures__/hosts.ts'
import { viewHost } from '../../stores/host-view.ts'
import { attentionOf, placeOf } from './attention.ts'
import { fleetNotices } from './fleet-notices.ts'

const print = { keyType: 'ssh-ed25519', sha256: 'SHA256:x' }
const key: ChangedKey = {
  hop: 'gpu-03',
  address: '',
  pinned: [print],
  presented: print,
  pinnedAt: '',
  at: '2026-11-22T12:00:00.000Z',
  command: '',
  removal: '',
}
const lines = (...args: Parameters<typeof attentionOf>) =>
  attentionOf(...args).map((entry) => `${entry.words.word} | ${placeOf(entry)} | ${entry.text}`)

describe('attention', () => {
  test('one entry per cause: the same finding on three hosts is one', () => {
    const hosts = ['gpu-1', 'gpu-2', 'gpu-3'].map((name) => audited(name, { 'INF-1': 'fail' }))
    expect(lines(hosts, [], 'severity')).toEqual(['Fail | 3 hosts, INF-1 | INF-1 is fail'])
    expect(attentionOf(hosts, [], 'severity')[0]?.actions.map(({ label }) => label)).toEqual(['gpu-1', 'gpu-2', 'gpu-3'])
  })

  test('what keeps several checks from a verdict is one cause, told by the gravest', () => {
    const unread = (item: 'INF-2' | 'INF-4', severity: 'critical' | 'low') =>
      finding(item, 'not-evaluated', { title: 'Open WebUI is not modelled', severity })
    const findings = [unread('INF-2', 'low'), unread('INF-4', 'critical'), finding('INF-6', 'not-evaluated')]
    expect(lines([audited('gpu-1', {}, { findings })], [], 'severity')).toEqual([
      'Not evaluated | gpu-1, 2 checks | Open WebUI is not modelled',
      'Not evaluated | gpu-1, INF-6 | INF-6 is not-evaluated',
    ])
    // What fails in two ways is two things to do.
    const failing = findings.map((one) => ({ ...one, status: 'fail' as const }))
    expect(lines([audited('gpu-1', {}, { findings: failing })], [], 'severity')).toHaveLength(3)
  })

  test('many hosts that one cause keeps away are a number, as with findings', () => {
    const away = ['gpu-1', 'gpu-2', 'gpu-3'].map((name) =>
      viewHost(host(name), audit(name, { state: 'unreachable', failure: { code: 'ssh.unreachable', detail: '' } }), null),
    )
    expect(lines(away, [], 'severity')).toEqual(['Unreachable | 3 hosts | The host does not answer'])
  })

  test('a changed key outranks everything, and fails come by severity', () => {
    const findings = [
      finding('INF-2', 'warning'),
      finding('INF-3', 'fail', { severity: 'medium' }),
      finding('INF-7', 'fail', { severity: 'critical' }),
    ]
    const away = viewHost(host('gpu-9'), audit('gpu-9', { state: 'unreachable', failure: { code: 'ssh.unreachable', detail: '' } }), null)
    expect(lines([audited('gpu-1', {}, { findings }), away], [key], 'severity')).toEqual([
      'Key changed | gpu-03 | The ssh-ed25519 key no longer matches the pinned one',
      'Fail | gpu-1, INF-7 | INF-7 is fail',
      'Fail | gpu-1, INF-3 | INF-3 is fail',
      'Unreachable | gpu-9 | The host does not answer',
      'Warning | gpu-1, INF-2 | INF-2 is warning',
    ])
  })

  test('a key that is not trusted is no plug that was pulled, and one that no dialog compares is said, too', () => {
    const away = (
      name: string,
      state: 'unreachable' | 'key-changed',
      code: 'ssh.host-key-unknown' | 'ssh.host-key-revoked' | 'ssh.host-key-changed',
      by = name,
    ) => viewHost(host(name), audit(name, { state, failure: { code, detail: '', host: by } }), null)
    const hosts = [
      away('gpu-1', 'unreachable', 'ssh.host-key-unknown'),
      away('gpu-2', 'key-changed', 'ssh.host-key-revoked'),
      away('gpu-3', 'key-changed', 'ssh.host-key-changed'),
      away('gpu-4', 'key-changed', 'ssh.host-key-changed', 'jump'),
    ]
    const compared = 'Key changed | jump | The ssh-ed25519 key no longer matches the pinned one'
    expect(lines(hosts, [{ ...key, hop: 'jump' }], 'severity')).toEqual([
      'Key revoked | gpu-2 | The host key is revoked',
      'Key changed | gpu-3 | The host key has changed',
      compared,
      'Key unknown | gpu-1 | The host key is not known',
    ])
    const actions = { compare: () => undefined, retry: () => undefined, showCommands: () => undefined }
    expect(
      fleetNotices(hosts, [], [{ ...key, hop: 'jump' }], undefined, actions).map(({ words, subject }) => `${words.word} ${subject}`),
    ).toEqual([...['Host key changed jump', 'Key unknown gpu-1', 'Key revoked gpu-2', 'Key changed gpu-3']])
  })

  test('what sudo refused stands for the items that stayed unknown there', () => {
    const findings = [finding('INF-2', 'not-evaluated'), finding('INF-6', 'not-evaluated'), finding('INF-1', 'fail')]
    const limited = audited('lab-1', {}, { state: 'limited', findings, refused: ['nginx', 'models'] })
    expect(lines([limited], [], 'severity')).toEqual([
      'Fail | lab-1, INF-1 | INF-1 is fail',
      'Not evaluated | lab-1, 2 checks | sudo refused 2 read-only commands',
    ])
  })

  test('passes and items without a control ask for nothing', () => {
    expect(lines([audited('gpu-1', { 'INF-1': 'pass', 'INF-2': 'not-applicable' })], [], 'severity')).toEqual([])
  })

  test('last known results are not current: only the reason is shown', () => {
    const lastKnown = { finishedAt: '2026-11-20T08:00:00.000Z', items: [], findings: [finding('INF-1', 'fail')] }
    const away = viewHost(host('a'), audit('a', { state: 'unreachable', failure: { code: 'ssh.refused', detail: '' }, lastKnown }), null)
    expect(lines([away], [], 'severity')).toEqual(['Unreachable | a | The connection was refused'])
  })

  test('newest first', () => {
    const at = (day: number) => `2026-11-${day}T00:00:00.000Z`
    const findings = [finding('INF-1', 'fail', { lastChanged: at(10) }), finding('INF-2', 'warning', { lastChanged: at(20) })]
    expect(lines([audited('a', {}, { findings })], [], 'newest').map((line) => line.slice(0, 4))).toEqual(['Warn', 'Fail'])
  })

  test('a title from a host cannot pose as something else', () => {
    const [entry] = attentionOf(
      [audited('a', {}, { findings: [finding('INF-1', 'fail', { title: 'ok\u202e\u001b[2J' })] })],
      [],
      'severity',
    )
    expect(entry?.text).toBe('ok\ufffd')
  })
})

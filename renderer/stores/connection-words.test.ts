import { expect, test } from 'vitest'
import type { ErrorCode } from '#shared/error-catalogue.ts'
import { audited } from './__fixtures__/hosts.ts'
import { connectionWords, failedHop } from './connection-words.ts'

const failed = (code: ErrorCode) => audited('gpu-01', {}, { state: 'unreachable', failure: { code, detail: '' } })

/** Whoever reads Unreachable looks for a cable or a firewall: only where the host did not answer. */
test.each<[ErrorCode, string]>([
  ['ssh.unreachable', 'Unreachable'],
  ['ssh.handshake-timeout', 'Unreachable'],
  ['ssh.jump-lost', 'Unreachable'],
  ['ssh.host-key-unknown', 'Key unknown'],
  ['ssh.known-hosts-unreadable', 'Not asked'],
  ['ssh.exec-refused', 'No commands'],
  ['prompt.declined', 'Declined'],
  ['prompt.unavailable', 'Not asked'],
  ['probe.no-shell', 'No shell'],
  ['probe.timeout', 'Too slow'],
  ['probe.garbled', 'Not read'],
])('%s: %s', (code, word) => {
  expect(connectionWords(failed(code)).word).toBe(word)
})

test('what a jump host did is no word about the hosts behind it: they were not asked', () => {
  const behind = (code: ErrorCode, by: string) =>
    audited(
      'gpu-01',
      {},
      { state: code === 'ssh.host-key-changed' ? 'key-changed' : 'auth-failed', failure: { code, detail: '', host: by } },
    )
  for (const code of ['ssh.auth-failed', 'ssh.host-key-changed'] as const) {
    expect(connectionWords(behind(code, 'bastion-01')).word).toBe('Not asked')
    expect(failedHop(behind(code, 'bastion-01'))).toBe('bastion-01')
    expect(failedHop(behind(code, 'gpu-01'))).toBeUndefined()
  }
  expect(connectionWords(behind('ssh.auth-failed', 'gpu-01')).word).toBe('Login refused')
})

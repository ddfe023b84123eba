import { expect, test } from 'vitest'
import { known } from '../../../facts/fact.ts'
import { chain, closed, judge, listener, marked, named, sshd, turned, unread, wide } from './network-host.testing.ts'
import ssh from './ssh-only-from-jump.control.ts'

const running = (name: string, above = ['systemd']) => ({
  processes: known([
    { pid: 5, ppid: 1, user: 'root', uid: 0, name: above[0], argv: above, line: 1 },
    { pid: 7, ppid: 5, user: 'root', uid: 0, name, argv: [name], line: 4 },
  ]),
})
const shim = ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby', '-id', 'a'.repeat(64)]

test.each([
  ['SSH for the jump host', ssh, closed, {}, named, 'pass'],
  ['SSH for all', ssh, wide, {}, named, 'fail'],
  ['SSH by a second port that is led to it', ssh, turned('tcp dport 2222 redirect to :22'), {}, named, 'pass fail'],
  [
    'another SSH server beside it, open to all',
    ssh,
    closed.replace('ip saddr 10.0.9.9 tcp dport 22 accept', 'ip saddr 10.0.9.9 tcp dport 22 accept\ntcp dport 2222 accept'),
    { listeners: [listener(22, 'sshd'), listener(2222, 'dropbear')] },
    named,
    'pass fail',
  ],
  ['SSH beside Tailscale, whose own SSH asks no sshd', ssh, closed, running('tailscaled'), named, 'pass not-evaluated'],
  [
    'SSH beside Tailscale, all of whose addresses are the jump host’s',
    ssh,
    closed,
    running('tailscaled'),
    { ...named, jump: ['10.0.9.9', '100.64.0.0/10'] },
    'pass',
  ],
  ['SSH beside Tailscale in a container', ssh, closed, running('tailscaled', shim), named, 'pass'],
  ['SSH beside Teleport', ssh, closed, running('teleport'), named, 'pass not-evaluated'],
  ['SSH beside the agent of AWS', ssh, closed, running('amazon-ssm-agen'), named, 'pass not-evaluated'],
  ['SSH beside Tor, by which nobody gets around sshd', ssh, closed, running('tor'), named, 'pass'],
  ['SSH, processes unread', ssh, closed, { processes: unread }, named, 'pass'],
  ['SSH in doubt', ssh, marked, {}, named, 'not-evaluated'],
  ['no jump networks named', ssh, closed, {}, {}, 'not-evaluated'],
  [
    'SSH bound by AllowUsers',
    ssh,
    wide,
    { sshd: known({ settings: { allowusers: [{ value: 'ops@10.0.9.9', line: 3 }] } }) },
    named,
    'pass',
  ],
  ['AllowUsers from anywhere', ssh, wide, { sshd: known({ settings: { allowusers: [{ value: 'ops', line: 3 }] } }) }, named, 'fail'],
  ['SSH by a socket of systemd', ssh, wide, { listeners: [listener(22, 'systemd')] }, named, 'fail'],
  [
    'SSH by a second port of its socket, each session an sshd of its own',
    ssh,
    `${closed}${chain('ip', 'input', 'drop', 'tcp dport 2222 accept').replace('table ip input', 'table ip more')}`.replace(
      'ip saddr 10.0.9.9 tcp dport 22 accept',
      'ip saddr 10.0.9.9 tcp dport 22 accept\ntcp dport 2222 accept',
    ),
    {
      listeners: [listener(22, 'systemd'), listener(2222, 'systemd')],
      sshd: sshd('port 22'),
      os: known({ ssh: { ports: [{ value: 2222, line: 1 }] } }),
    },
    named,
    'pass fail',
  ],
  [
    'SSH open, bound by AllowUsers that sshd was not told to read',
    ssh,
    wide,
    { sshd: known({ settings: { allowusers: [{ value: 'ops@10.0.9.9', line: 3 }] } }, { reason: 'not read', cite: [] }) },
    named,
    'fail',
  ],
  [
    'SSH elsewhere, and open: the port that was used is not its port',
    ssh,
    chain('inet', 'input', 'drop', 'tcp dport 2222 accept'),
    { listeners: [], sshd: sshd('port 2222') },
    named,
    'fail',
  ],
  ['SSH on the loopback too', ssh, closed, { listeners: [listener(22, 'sshd'), listener(22, 'sshd', 'loopback')] }, named, 'pass'],
  ['SSH open, and sshd names no account', ssh, wide, { sshd: sshd('port 22') }, named, 'fail'],
  ['SSH open, and sshd names sources', ssh, wide, { sshd: sshd('allowusers ops@10.0.9.9') }, named, 'pass'],
  ['SSH open, Match blocks unread', ssh, wide, { sshd: sshd('allowusers ops@10.0.9.9'), 'sshd-matches': unread }, named, 'fail'],
  ['SSH open, and one account from anywhere', ssh, wide, { sshd: sshd('allowusers ops@10.0.9.9 root') }, named, 'fail'],
] as const)('%s', (_, control, nft, change, networks, expected) => {
  const verdicts = judge(control, nft, change, networks)
  expect(verdicts.map(({ status }) => status).join(' ')).toBe(expected)
  for (const { title } of verdicts) expect(title.length).toBeLessThan(48)
})

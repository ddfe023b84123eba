import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseSs } from './parse-ss.ts'

const fixture = (name: string): string => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8')
const row = (local: string, users = ''): string => `tcp   LISTEN 0      4096   ${local}   0.0.0.0:*    ${users}`

describe('one row of ss', () => {
  test.each([
    ['0.0.0.0:80', '0.0.0.0', 80, 'wildcard'],
    ['*:9400', '*', 9400, 'wildcard'],
    ['[::]:80', '::', 80, 'wildcard'],
    ['127.0.0.1:11434', '127.0.0.1', 11434, 'loopback'],
    ['127.8.9.10:1', '127.8.9.10', 1, 'loopback'],
    ['[::1]:6010', '::1', 6010, 'loopback'],
    ['[::ffff:127.0.0.1]:8080', '::ffff:127.0.0.1', 8080, 'loopback'],
    ['[::ffff:10.0.0.5]:8080', '::ffff:10.0.0.5', 8080, 'specific'],
    ['[::ffff:0.0.0.0]:8080', '::ffff:0.0.0.0', 8080, 'wildcard'],
    ['127.0.0.53%lo:53', '127.0.0.53', 53, 'loopback'],
    ['0.0.0.0%virbr0:67', '0.0.0.0', 67, 'wildcard'],
    ['0.0.0.0%lo:67', '0.0.0.0', 67, 'loopback'],
    ['[fe80::1]%eth0:546', 'fe80::1', 546, 'specific'],
    ['[fe80::1%eth0]:546', 'fe80::1', 546, 'specific'],
    ['10.20.0.11:8000', '10.20.0.11', 8000, 'specific'],
    // iproute2 of RHEL 7 and Ubuntu 18.04 prints IPv6 without brackets.
    [':::22', '::', 22, 'wildcard'],
  ])('%s', (local, address, port, scope) => {
    expect(parseSs(row(local))).toEqual({
      ok: true,
      listeners: [{ protocol: 'tcp', address, port, scope, processes: [], line: 1 }],
    })
  })

  test.each([
    ['users:(("nginx",pid=12,fd=6))', [{ name: 'nginx', pid: 12 }]],
    [
      'users:(("nginx",pid=12,fd=6),("nginx",pid=13,fd=6),("nginx",pid=13,fd=7))   ',
      [
        { name: 'nginx', pid: 12 },
        { name: 'nginx', pid: 13 },
      ],
    ],
    ['users:(("a b (c)",pid=7,fd=1))', [{ name: 'a b (c)', pid: 7 }]],
    ['users:(("say "hi"",pid=7,fd=1))', [{ name: 'say "hi"', pid: 7 }]],
    ['users:(("x",pid=1,fd=3)",pid=999,fd=4))', [{ name: 'x",pid=1,fd=3)', pid: 999 }]],
    ['users:(("two\nlines",pid=7,fd=1))', [{ name: 'two\nlines', pid: 7 }]],
  ])('owners %j', (users, processes) => {
    const parsed = parseSs(`${row('0.0.0.0:80', users)}\n${row('127.0.0.1:81')}\n`)
    expect(parsed).toMatchObject({ ok: true, listeners: [{ port: 80, processes }, { port: 81 }] })
  })
})

/** Rows that were published with `ss -tulpn` in notes of these systems, shortened: CentOS 7, Rocky 8, Ubuntu 24.04 with ssh.socket. */
test.each<[string, string, readonly (readonly [address: string, port: number, owners: string])[]]>([
  [
    'CentOS 7 (iproute 4.11)',
    'udp    UNCONN     0      0         *:961                   *:*                   users:(("rpcbind",pid=367,fd=7))\nudp    UNCONN     0      0      127.0.0.1:323                   *:*                   users:(("chronyd",pid=366,fd=5))\ntcp    LISTEN     0      128       *:111                   *:*                   users:(("rpcbind",pid=367,fd=8),("systemd",pid=1,fd=57))',
    [
      ['*', 961, 'rpcbind'],
      ['127.0.0.1', 323, 'chronyd'],
      ['*', 111, 'rpcbind systemd'],
    ],
  ],
  [
    'Rocky 8 (iproute 5.18)',
    'udp   UNCONN 0      0            0.0.0.0:514       0.0.0.0:*    users:(("rsyslogd",pid=5425,fd=4))\ntcp   LISTEN 0      25              [::]:514          [::]:*    users:(("rsyslogd",pid=5425,fd=7))',
    [
      ['0.0.0.0', 514, 'rsyslogd'],
      ['::', 514, 'rsyslogd'],
    ],
  ],
  [
    'Ubuntu 24.04 (iproute2 6.1)',
    'Netid State  Recv-Q Send-Q      Local Address:Port Peer Address:PortProcess                                                        \nudp   UNCONN 0      0      172.31.23.158%ens5:68        0.0.0.0:*    users:(("systemd-network",pid=925,fd=23))                       \ntcp   LISTEN 0      4096              0.0.0.0:22         0.0.0.0:*    users:(("sshd",pid=1355,fd=3),("systemd",pid=1,fd=95))         ',
    [
      ['172.31.23.158', 68, 'systemd-network'],
      ['0.0.0.0', 22, 'sshd systemd'],
    ],
  ],
])('%s', (_, text, expected) => {
  const parsed = parseSs(text)
  if (!parsed.ok) throw new Error(`line ${parsed.line}`)
  expect(parsed.listeners.map(({ address, port, processes }) => [address, port, processes.map(({ name }) => name).join(' ')])).toEqual(
    expected,
  )
})

test('the header of an ss without -H is passed over', () => {
  const header = 'Netid State  Recv-Q Send-Q  Local Address:Port   Peer Address:Port Process'
  expect(parseSs(`${header}\n${row('0.0.0.0:80')}`)).toMatchObject({ ok: true, listeners: [{ port: 80, line: 2 }] })
})

test.each([
  ['tcp LISTEN 0 128 nonsense 0.0.0.0:*', 1],
  [`${row('0.0.0.0:80')}\nCannot open netlink socket`, 2],
  [row('0.0.0.0:70000'), 1],
  [row('0.0.0.0:80', 'users:(("nginx",pid=x,fd=6))'), 1],
])('a row that cannot be read is an error with its line: %j', (text, line) => {
  expect(parseSs(text)).toEqual({ ok: false, line })
})

test('the lab, as root and as the audit account', () => {
  const root = parseSs(fixture('debian12-lab-root.txt'))
  const audit = parseSs(fixture('debian12-lab-audit.txt'))
  if (!root.ok || !audit.ok) throw new Error('the recording was not read')
  expect(root.listeners.find(({ port }) => port === 11434)).toMatchObject({ scope: 'wildcard', processes: [{ name: 'ollama' }] })
  expect(root.listeners.find(({ port }) => port === 8000)).toMatchObject({ scope: 'loopback', processes: [{ name: 'vllm' }] })
  expect(audit.listeners.every(({ processes }) => processes.length === 0)).toBe(true)
  expect(audit.listeners.map(({ address, port }) => `${address} ${port}`).sort()).toEqual(
    root.listeners.map(({ address, port }) => `${address} ${port}`).sort(),
  )
})

test.each(['debian-11', 'debian-13'])('%s (iproute2 5.10, 6.15)', (os) => {
  const parsed = parseSs(fixture(`${os}-lab-root.txt`))
  if (!parsed.ok) throw new Error('the recording was not read')
  expect(parsed.listeners.map(({ address, port, processes }) => `${address} ${port} ${processes[0]?.name}`).sort()).toEqual([
    '0.0.0.0 22 sshd',
    '0.0.0.0 443 nginx',
    '127.0.0.1 11434 ollama',
    ':: 22 sshd',
  ])
})

test('property: whatever a process is called, its pid is read and no other appears', () => {
  const name = fc.string({ unit: fc.constantFrom(...'ab",=()pidf1 3'.split('')), maxLength: 15 })
  fc.assert(
    fc.property(fc.array(fc.tuple(name, fc.integer({ min: 1, max: 4_194_304 })), { minLength: 1, maxLength: 4 }), (owners) => {
      const users = `users:(${owners.map(([comm, pid]) => `("${comm}",pid=${pid},fd=3)`).join(',')})`
      const parsed = parseSs(row('0.0.0.0:80', users))
      const pids = parsed.ok ? parsed.listeners.flatMap(({ processes }) => processes.map(({ pid }) => pid)) : []
      expect(pids).toEqual([...new Set(owners.map(([, pid]) => pid))])
    }),
  )
})

test('property: never throws', () => {
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void parseSs(`tcp LISTEN ${text}`)))
})

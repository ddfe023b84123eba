import { execFileSync } from 'node:child_process'
import { linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { shells } from '#testing/installed.ts'
import { ownNetworkScript } from './gateway.ts'
import { parseProcesses } from './parse.ts'

const proc = mkdtempSync(join(tmpdir(), 'gatehouse-networks-'))
afterAll(() => rmSync(proc, { recursive: true }))

/** Of one network all processes have the same files. */
function put(pid: number, sameAs?: number): void {
  const folder = join(proc, String(pid), 'net')
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(tables))
    if (sameAs === undefined) writeFileSync(join(folder, name), text)
    else linkSync(join(proc, String(sameAs), 'net', name), join(folder, name))
}
const row = (at: number, local: string, state: string) =>
  `   ${at}: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000   999        0 3000${at} 1`
/** As a lab host had them: a macvlan with a link-local address, and one of IPv4. */
const tables = {
  tcp: `  sl  local_address rem_address   st\n${row(0, '0100007F:2CED', '0A')}\n${row(1, '0100007F:2CED', '01')}\n`,
  tcp6: `  sl  local_address\n${row(0, '00000000000000000000000000000000:2CAA', '0A')}\n`,
  if_inet6: '00000000000000000000000000000001 01 80 10 80       lo\nfe80000000000000f845f2fffecd9397 02 40 20 80     eth0\n',
  fib_trie:
    'Main:\n  +-- 0.0.0.0/0 3 0 5\n           |-- 127.0.0.1\n              /32 host LOCAL\n           |-- 10.200.0.2\n              /32 host LOCAL\n           |-- 10.200.0.255\n              /32 link BROADCAST\n',
}
put(1)
put(700)
put(710, 700)
put(711, 700)
put(90, 1)

const told = ([program = '', ...words]: readonly string[], pid: number) => {
  const script = ownNetworkScript.replaceAll('/proc/', `${proc}/`)
  return execFileSync(program, [...words, '-c', `${script}\npid=${pid}\nown_network`], { encoding: 'utf8' })
}

test.each(shells)('%s: a network of its own, what listens in it and who is in it', (...shell) => {
  expect(told(shell, 90)).toBe('')
  expect(told(shell, 999)).toBe('')
  const printed = told(shell, 700)
  const ps = (pid: number, name: string) =>
    `${String(pid).padStart(7)}       1     0 ${'root'.padEnd(32)} ${name.padEnd(32)} /usr/bin/${name}`
  const processes = parseProcesses(`@ps procps\n${ps(1, 'systemd')}\n${ps(700, 'ollama')}\n@argv 700\n=ollama\n${printed}`)
  expect(Array.isArray(processes) && processes[1]).toMatchObject({
    addresses: ['fe80::f845:f2ff:fecd:9397', '10.200.0.2'],
    ownNetwork: {
      sockets: [
        { address: '127.0.0.1', port: 11_501, scope: 'loopback' },
        { address: '::', port: 11_434, scope: 'wildcard' },
      ],
      beside: [710, 711],
      moreBeside: false,
    },
  })
})

test('what cannot be read is more', () => {
  const processes = parseProcesses(
    `@ps procps\n      1       0     0 root                             systemd                          /sbin/init\n@network 1\n@socket 1 more\n`,
  )
  expect(Array.isArray(processes) && processes[0]?.ownNetwork).toEqual({ sockets: [], beside: [], moreBeside: true })
})

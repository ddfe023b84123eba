import { describe, expect, test } from 'vitest'
import type { Listener } from '#shared/model/listener.ts'
import { scopeOf } from '../listeners/address-scope.ts'
import type { OwnNetwork, Process } from '../processes/processes.ts'
import { assembleServices } from './assemble.ts'

/** As on a lab host (systemd 252): Ollama in units with PrivateNetwork=yes or NetworkNamespacePath=, systemd-socket-proxyd beside one of them. */
const server = (network: Partial<OwnNetwork>, addresses: readonly string[] = []): Process => ({
  ...{ pid: 700, ppid: 1, uid: 999, user: 'ollama', name: 'ollama', line: 3, cgroup: '/system.slice/ollama.service', addresses },
  ...{ argv: ['/usr/local/bin/ollama', 'serve'], environment: { OLLAMA_HOST: '127.0.0.1:11434' } },
  ownNetwork: { sockets: [{ address: '127.0.0.1', port: 11_434, scope: 'loopback' }], beside: [], moreBeside: false, ...network },
})
const other = (pid: number, ...argv: string[]): Process => ({
  ...{ pid, ppid: 1, uid: 0, user: 'root', name: (argv[0] ?? '').slice(-15), line: pid, argv },
})
const proxyd = other(710, '/usr/lib/systemd/systemd-socket-proxyd', '127.0.0.1:11434')
const listener = (address: string, port: number, ...pids: number[]): Listener => ({
  ...{ protocol: 'tcp', address, port, line: port, scope: scopeOf(address) ?? 'specific' },
  processes: pids.map((pid) => ({ pid, name: 'x' })),
})
const found = (main: Process, listeners: readonly Listener[] | undefined, processes: readonly Process[] = []) => {
  const sources = { units: [], containers: [], accounts: undefined, listeners, processes: [main, ...processes] }
  const [service] = assembleServices(sources)
  return [service?.binds.map(({ address, port }) => `${address}:${port}`), service?.bindUnknown]
}
const wide = [{ address: '::', port: 11_434, scope: 'wildcard' }] as const

describe('a server with a network of its own', () => {
  test('a socket of the host on its port is not its own', () =>
    expect(found(server({}), [listener('127.0.0.1', 11_434, 800)])).toEqual([[], undefined]))
  test('without an address nobody gets to it, whatever it listens on', () =>
    expect(found(server({ sockets: wide }), [listener('0.0.0.0', 22, 1, 90)])).toEqual([[], undefined]))
  test('with one, who gets there is not known', () =>
    expect(found(server({ sockets: wide }, ['10.200.0.2']), [])).toEqual([
      [],
      'it has a network of its own, where it listens on [::]:11434 with address 10.200.0.2, and who gets there was not followed',
    ]))
  test('a rule that leads a port of the host to it', () => {
    const led = { port: 18_502, address: '10.200.0.2', to: 11_434, section: 'iptables', line: 7 }
    const main = server({ sockets: wide }, ['10.200.0.2'])
    const [service] = assembleServices({
      ...{ units: [], containers: [], accounts: undefined, listeners: [], processes: [main] },
      ledTo: () => [led, { ...led, port: 90, to: 9090 }],
    })
    expect(service?.binds).toMatchObject([{ address: '0.0.0.0', port: 18_502, section: 'iptables', line: 7 }])
    expect(service?.bindUnknown).toBeDefined()
  })
  test('with one, but on its loopback', () => expect(found(server({}, ['10.200.0.2']), [])).toEqual([[], undefined]))
  test('a program in there with a socket of the host leads to it', () =>
    expect(found(server({ beside: [710] }), [listener('0.0.0.0', 11_601, 1, 710)], [proxyd])).toEqual([['0.0.0.0:11601'], undefined]))
  test('one that leads to another port does not', () =>
    expect(
      found(server({ beside: [711] }), [listener('0.0.0.0', 11_601, 711)], [other(711, 'systemd-socket-proxyd', '127.0.0.1:9000')]),
    ).toEqual([[], undefined]))
  // As `unshare --net --fork` (util-linux 2.38) and bwrap stand there, waiting for what they started.
  test.each(['/usr/bin/unshare', '/usr/bin/bwrap', 'tini'])('%s, which started it, leads nowhere', (starter) => {
    const above = other(690, starter, '--net', '/usr/local/bin/ollama', 'serve')
    expect(found({ ...server({ beside: [690] }), ppid: 690 }, [], [above])).toEqual([[], undefined])
    expect(found({ ...server({ beside: [690] }), ppid: 690 }, [listener('0.0.0.0', 11_601, 690)], [above])[0]).toEqual(['0.0.0.0:11601'])
    // One that did not start it may be anything.
    expect(found(server({ beside: [690] }), [], [above])[1]).toMatch(/process 690/)
  })
  test('a shell that started it may lead there itself', () =>
    expect(found({ ...server({ beside: [690] }), ppid: 690 }, [], [other(690, '/bin/bash', '/opt/start.sh')])[1]).toMatch(/process 690/))
  test('a socket that systemd handed to it', () =>
    expect(found(server({}), [listener('0.0.0.0', 11_500, 1, 700)])).toEqual([['0.0.0.0:11500'], undefined]))
  test.each<[string, Partial<OwnNetwork>, readonly Listener[] | undefined, readonly Process[], RegExp]>([
    ['a socket for a proxy that has not begun', {}, [listener('0.0.0.0', 11_601, 1)], [], /^systemd holds port 11601 for a program/],
    ['owners that could not be read', {}, [listener('0.0.0.0', 11_601)], [], /who holds port 11601 of the host/],
    ['somebody else in there', { beside: [720] }, [], [other(720, 'socat', 'UNIX-LISTEN:/x')], /socat \(process 720\) runs in its network/],
    ['more than were told', { moreBeside: true }, [], [], /not all that runs in there/],
    ['no list of sockets', {}, undefined, [], /listening sockets could not be read/],
  ])('not known: %s', (_, network, listeners, processes, why) => {
    expect(found(server(network), listeners, processes)).toEqual([[], expect.stringMatching(why)])
  })
})

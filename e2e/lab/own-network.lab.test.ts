import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AuditRun, audit, hostOf } from './audit.ts'
import { arrange, kill, start } from './lab.ts'

/** Servers in networks of their own, real ones: without a way in, behind systemd-socket-proxyd (its manual's own example), and with an address. */

const data = mkdtempSync(join(tmpdir(), 'gatehouse-own-network-'))
const unit = (name: string, address: string, network: string) => `cat >/etc/systemd/system/${name}.service <<U
[Service]
ExecStart=/usr/local/bin/ollama serve
Environment=OLLAMA_HOST=${address} HOME=/tmp
${network}
User=ollama
U`

let idle: AuditRun
let used: AuditRun

beforeAll(async () => {
  await arrange(
    'gpu2',
    `${unit('alone', '0.0.0.0:11500', 'PrivateNetwork=yes')}
${unit('led', '127.0.0.1:11501', 'PrivateNetwork=yes')}
${unit('cell', '0.0.0.0:11502', 'NetworkNamespacePath=/run/netns/cell')}
printf '[Socket]\\nListenStream=0.0.0.0:11601\\n' >/etc/systemd/system/door.socket
cat >/etc/systemd/system/door.service <<U
[Unit]
Requires=led.service
After=led.service
JoinsNamespaceOf=led.service
[Service]
ExecStart=/usr/lib/systemd/systemd-socket-proxyd 127.0.0.1:11501
PrivateNetwork=yes
U
set -e
ip netns add cell
ip link add cell-host type veth peer name cell-own
ip link set cell-own netns cell
ip addr add 10.200.0.1/24 dev cell-host
ip link set cell-host up
ip -n cell addr add 10.200.0.2/24 dev cell-own
ip -n cell link set cell-own up
iptables -t nat -A PREROUTING -p tcp --dport 18502 -j DNAT --to-destination 10.200.0.2:11502
systemctl daemon-reload
systemctl start alone led cell door.socket`,
  )
  idle = await audit(data, ['--host', 'gpu2'])
  await arrange('gpu2', 'curl --silent --fail --max-time 5 http://127.0.0.1:11601/api/version')
  used = await audit(data, ['--host', 'gpu2'])
}, 240_000)
afterAll(async () => {
  rmSync(data, { recursive: true })
  await arrange(
    'gpu2',
    'systemctl stop alone led cell door.socket door; ip link del cell-host; ip netns del cell; iptables -t nat -D PREROUTING -p tcp --dport 18502 -j DNAT --to-destination 10.200.0.2:11502',
  )
  await kill('gpu2')
  await start('gpu2')
}, 120_000)

const said = ({ report }: AuditRun, control: string) =>
  ['alone', 'led', 'cell'].map((name) => {
    const found = hostOf(report, 'gpu2').findings.find((one) => one.control === control && one.subject === `${name}.service`)
    return `${found?.status}: ${found?.title}`
  })
const unseen = "not-evaluated: The server's sockets could not be seen"

test('what leads in is followed, and what may is not passed', () => {
  // Until somebody connects, systemd holds the socket of the proxy, and nobody knows for whom.
  const open = 'fail: Inference port is open to the network'
  // To the one with an address a rule of translation leads.
  expect(said(idle, 'inference-bound-to-loopback')).toEqual([unseen, unseen, open])
  expect(said(used, 'inference-bound-to-loopback')).toEqual(['pass: No port is open for others', open, open])
})

test('a way out is not judged by the routes of the host', () => {
  const held = 'pass: No way leads to public model hubs by itself'
  expect(said(used, 'model-hubs-not-reachable')).toEqual([held, held, 'not-evaluated: Whether hubs can be reached is not certain'])
})

test('an address of a unit is none of the host', () => {
  const own = 'not-applicable: A restart keeps its own network'
  expect(said(used, 'inference-bind-configured-loopback')).toEqual([own, own, own])
})

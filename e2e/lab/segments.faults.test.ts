import { afterAll, expect, test } from 'vitest'
import { gatehouse } from './console.ts'
import { arrange, asRoot, kill, lab, type Server, ssh, start } from './lab.ts'
import { maySee, templateDesk } from './template-desk.ts'

/** The firewall templates on real kernels: found, pushed, undone to the byte, pushed again; the jump host comes in and nobody else. */

afterAll(async () => {
  for (const host of ['gpu2', 'gpu3'] as const) {
    // The network of a host outlives it.
    await asRoot(host, 'nft flush ruleset')
    await kill(host)
    await start(host)
  }
}, 120_000)

const rules = (host: Server) => arrange(host, 'nft -s list ruleset | sed "/^#/d"; systemctl is-active ufw nftables; true')

test('ufw: rules of an article that let everybody out', async () => {
  const desk = templateDesk('ufw-segment')
  const words = ['plan', '--fleet', lab.fleetFile, '--host', 'gpu2', '--template', 'ufw-segment', '--set', 'jump=10.9.9.9']
  expect(await gatehouse(words)).toMatchObject({ status: 2, stderr: expect.stringMatching(/jump leaves out 10\.77\.\d+\.10/) })
  const { file, plan } = await desk.plan('gpu2')
  expect(plan).toMatchObject({ danger: 'lock-out', parameters: { clients: ['10.0.1.0/24'], ports: ['443'], sshPort: 22 } })
  expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'outbound-only-to-storage', subject: '*', status: 'warning' }))
  const before = await rules('gpu2')
  await desk.undone('gpu2', file)
  expect(await rules('gpu2')).toBe(before)
  await desk.done(file)
  await holds('gpu2', 'ufw reload', '/etc/ufw/user.rules')
}, 400_000)

test('ufw: a host without any firewall, and one that had another policy of its own before', async () => {
  const desk = templateDesk('ufw-segment')
  await maySee('gpu3')
  await arrange('gpu3', 'iptables -P FORWARD DROP')
  // What ufw leaves when it stops: jumps to chains that are empty.
  const held = () =>
    arrange('gpu3', 'for tool in iptables ip6tables; do $tool -S; done | grep -vE "^-N ufw|^-A (INPUT|FORWARD|OUTPUT) -j ufw"')
  const before = await held()
  const { file, plan } = await desk.plan('gpu3')
  expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'firewall-default-deny-inbound', status: 'fail' }))
  await desk.undone('gpu3', file)
  expect(await held()).toBe(before)
}, 400_000)

test('nftables: a host without any firewall; its rules come again with the host', async () => {
  const desk = templateDesk('nftables-segment')
  await maySee('gpu3')
  const before = await rules('gpu3')
  const { file, plan } = await desk.plan('gpu3')
  expect(plan.turns).toContainEqual(expect.objectContaining({ control: 'firewall-default-deny-inbound', status: 'fail' }))
  await desk.undone('gpu3', file)
  expect(await rules('gpu3')).toBe(before)
  await desk.done(file)
  await holds('gpu3', 'nft flush ruleset; systemctl start nftables.service', '/etc/nftables.conf')
}, 400_000)

test('firewalld, whose unit conflicts with that of nftables: refused while it is planned, by either', async () => {
  await maySee('gpu3')
  // The conflict is that of the unit of Debian's package; the program does not matter.
  const unit = '/lib/systemd/system/firewalld.service'
  await arrange(
    'gpu3',
    `printf '%s\\n' '[Unit]' Before=network-pre.target Conflicts=nftables.service '[Service]' 'ExecStart=/usr/bin/sleep infinity' '[Install]' WantedBy=multi-user.target >${unit}
     systemctl daemon-reload; systemctl enable firewalld`,
  )
  const planned = (template: string) => gatehouse(['plan', '--fleet', lab.fleetFile, '--host', 'gpu3', '--template', template])
  const first = { status: 2, stderr: expect.stringContaining('disable and stop firewalld.service first') }
  for (const template of ['nftables-segment', 'ufw-segment']) expect(await planned(template)).toMatchObject(first)
  await arrange('gpu3', `systemctl disable firewalld; rm ${unit}; systemctl daemon-reload`)
}, 120_000)

/** Loaded again as at the start of the host, the file is as it was pushed; SSH comes in from the jump host alone, and nothing goes out. */
async function holds(host: Server, again: string, path: string): Promise<void> {
  const sum = `sha256sum ${path}`
  const pushed = await arrange(host, sum)
  await arrange(host, again)
  expect(await arrange(host, sum)).toBe(pushed)
  expect((await ssh([host, 'whoami'])).stdout).toBe('gatehouse-audit\n')
  const address = (await arrange(host, "ip -4 -o addr show scope global | sed 's/.*inet \\([0-9.]*\\).*/\\1/'")).trim()
  const reaches = (port: number) => asRoot('jump', `nc -z -w 2 ${address} ${port}`)
  await arrange(host, `systemd-run -q --collect --unit=open-${host} nc -lk 9999`)
  expect([(await reaches(22)).status, (await reaches(9999)).status]).toEqual([0, 1])
  const jump = address.replace(/\d+$/, '10')
  expect((await asRoot(host, `nc -z -w 2 ${jump} 22`)).status).toBe(1)
}

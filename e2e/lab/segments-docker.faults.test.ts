import { afterAll, expect, test } from 'vitest'
import { gatehouse } from './console.ts'
import { arrange, asRoot, install, kill, lab, type Server, start } from './lab.ts'
import { maySee, STATE, templateDesk } from './template-desk.ts'

/**
 * The firewall templates beside a real Docker: its chains stay, a container answers as before where nobody asked for less, and a port that Docker
 * publishes past the rules is named before anything is changed. The packets are real.
 */

const hosts = ['gpu2', 'gpu3'] as const
const APP = '10.0.1.5'

/** The next file finds hosts without Docker. */
afterAll(async () => {
  for (const host of hosts) {
    // The network of a host outlives it.
    await asRoot(host, `systemctl stop docker.socket docker; ip link del docker0; ip route del ${APP}/32; nft flush ruleset`)
    await kill(host)
    await start(host)
  }
  await arrange('jump', `ip addr del ${APP}/32 dev lo`)
}, 60_000)

/** One container that everybody reaches, one that only the host itself does, as a proxy on it would. */
async function withDocker(host: Server) {
  await install(host, 'docker', ['unpack.sh', 'image.sh', 'docker.sh'])
  const four = (await arrange(host, "ip -4 -o addr show eth0 | sed 's/.*inet \\([0-9.]*\\).*/\\1/'")).trim()
  const image = 'localai/localai:v4.9.0 /usr/local/bin/local-ai run --address :8080'
  await arrange(
    host,
    `docker tag stand-ins localai/localai:v4.9.0
     docker run --detach --restart always --name outer --publish 8088:8080 ${image}
     docker run --detach --restart always --name inner --publish 127.0.0.1:8089:8080 ${image}
     ip route add ${APP}/32 via ${four.replace(/\d+$/, '10')}; sleep 2`,
  )
  await asRoot('jump', `ip addr add ${APP}/32 dev lo`)
  const ask = async (from: 'jump' | Server, words: string) =>
    (await asRoot(from, `curl -s -o /dev/null -w '%{http_code}' -m 2 ${words}`)).stdout
  return {
    /** Who is answered by the containers: an application server, somebody else, the host by the port of either. */
    asked: async () => [
      await ask('jump', `--interface ${APP} http://${four}:8088/healthz`),
      await ask('jump', `http://${four}:8088/healthz`),
      await ask(host, 'http://127.0.0.1:8088/healthz'),
      await ask(host, 'http://127.0.0.1:8089/healthz'),
    ],
    /** Docker's own rules. */
    held: () =>
      arrange(host, '{ iptables-save; iptables-save -t nat; ip6tables-save; } | grep -E "^-A.*(DOCKER|docker0|172[.])" | grep -v ufw'),
  }
}

/** The plan is refused with the reason, and nothing is touched. */
async function refused(host: Server, template: string): Promise<void> {
  const before = await arrange(host, STATE)
  const run = await gatehouse(['plan', '--fleet', lab.fleetFile, '--host', host, '--template', template])
  expect(run).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/forwards \S*:8088 past the rules that \S+ makes.*push docker-published-ports first/),
  })
  expect(await arrange(host, STATE)).toBe(before)
}

test('nftables: whose own file flushes all rules', async () => {
  await maySee('gpu3')
  await arrange(
    'gpu3',
    `printf '%s\\n' '#!/usr/sbin/nft -f' 'flush ruleset' 'table inet own {' '  chain input {' '    type filter hook input priority filter; policy accept;' '  }' '}' >/etc/nftables.conf
     systemctl enable --now nftables.service`,
  )
  const { asked, held } = await withDocker('gpu3')
  expect(await asked()).toEqual(['200', '200', '200', '200'])
  await refused('gpu3', 'nftables-segment')

  const published = templateDesk('docker-published-ports')
  await published.done((await published.plan('gpu3')).file)
  expect(await asked()).toEqual(['200', '000', '200', '200'])

  const desk = templateDesk('nftables-segment')
  const { file, plan } = await desk.plan('gpu3')
  expect(plan.parameters).toMatchObject({ containers: ['172.17.0.0/16'] })
  const rules = await held()
  await desk.undone('gpu3', file)
  expect([await held(), await asked()]).toEqual([rules, ['200', '000', '200', '200']])
  await desk.done(file)
  expect([await held(), await asked()]).toEqual([rules, ['200', '000', '200', '200']])

  // As after a start of the host: the new file alone, then Docker. Taken back, the old file is loaded, which flushes what Docker holds.
  await arrange('gpu3', 'systemctl stop docker.socket docker; systemctl restart nftables; systemctl start docker; sleep 3')
  expect([await asRoot('gpu3', 'nft list table inet own'), await asked()]).toMatchObject([{ status: 1 }, ['200', '000', '200', '200']])
  const again = await held()
  expect(await desk.takenBack(plan)).toBe('committed and proven')
  expect([await asRoot('gpu3', 'nft list table inet own'), await held()]).toMatchObject([{ status: 0 }, again])
  expect(await asked()).toEqual(['200', '000', '200', '200'])

  // A container that asks a model of the host is let in where its network is named.
  const inside = async () =>
    (await asRoot('gpu3', "docker exec inner curl -s -o /dev/null -w '%{http_code}' -m 2 http://172.17.0.1:11434/")).stdout
  await desk.done((await desk.plan('gpu3')).file)
  expect(await inside()).toBe('000')
  await desk.done((await desk.plan('gpu3', { clients: '10.0.1.0/24,172.17.0.0/16' })).file)
  expect(await inside()).toBe('200')
}, 400_000)

test('ufw: which lets the host itself out to nobody, containers included', async () => {
  const { asked, held } = await withDocker('gpu2')
  expect(await asked()).toEqual(['200', '200', '000', '000'])
  await refused('gpu2', 'ufw-segment')

  const published = templateDesk('docker-published-ports')
  await published.done((await published.plan('gpu2')).file)
  const desk = templateDesk('ufw-segment')
  const { file } = await desk.plan('gpu2')
  const rules = await held()
  await desk.undone('gpu2', file)
  expect([await held(), await asked()]).toEqual([rules, ['200', '000', '000', '000']])
  await desk.done(file)
  expect([await held(), await asked()]).toEqual([rules, ['200', '000', '200', '200']])
  expect(await arrange('gpu2', 'ufw status | grep 172')).toMatch(/172\.17\.0\.0\/16 +ALLOW OUT +Anywhere/)
}, 400_000)

import { afterAll, expect, test } from 'vitest'
import { arrange, asRoot, install } from './lab.ts'
import { templateDesk } from './template-desk.ts'

/** Ports that Docker publishes: a real Docker on gpu2, with an engine of the lab in its container; the packets are real. */

/** The next file finds a host without Docker. */
afterAll(async () => {
  // The network of a host outlives it.
  await arrange('gpu2', 'systemctl stop docker.socket docker; ip link del docker0; ip route del 10.0.1.5/32; nft flush ruleset')
  await arrange('jump', 'ip addr del 10.0.1.5/32 dev lo')
}, 60_000)

test('a port of LocalAI that Docker opens to everybody', async () => {
  await install('gpu2', 'docker', ['unpack.sh', 'image.sh', 'docker.sh'])
  // By IPv6 the proxy on the host takes it, so the rules of ufw for the host hold, as they do for what the proxy sends on.
  await arrange(
    'gpu2',
    `docker tag stand-ins localai/localai:v4.9.0
     docker run --detach --restart always --name localai --publish 8080:8080 localai/localai:v4.9.0 /usr/local/bin/local-ai run --address :8080
     ip6tables -I INPUT -p tcp --dport 8080 -j ACCEPT; iptables -I OUTPUT -o docker0 -j ACCEPT
     ip route add 10.0.1.5/32 via $(ip -4 -o addr show eth0 | sed -E 's#.*inet ([0-9]+[.][0-9]+[.][0-9]+).*#\\1#').10`,
  )
  const four = (await arrange('gpu2', "ip -4 -o addr show eth0 | sed 's/.*inet \\([0-9.]*\\).*/\\1/'")).trim()
  const six = (await arrange('gpu2', "ip -6 -o addr show eth0 | sed 's/.*inet6 \\([0-9a-f:]*\\).*/\\1/'")).trim()
  const side = (await arrange('jump', `ip -o route get ${four} | sed 's/.* dev \\([a-z0-9]*\\).*/\\1/'`)).trim()
  await arrange('jump', 'ip addr add 10.0.1.5/32 dev lo')
  const ask = async (words: string) => (await asRoot('jump', `curl -s -o /dev/null -w '%{http_code}' -m 2 ${words}`)).stdout
  const asked = async () => [
    await ask(`--interface 10.0.1.5 http://${four}:8080/healthz`),
    await ask(`http://${four}:8080/healthz`),
    await ask(`-g 'http://[${six}%25${side}]:8080/healthz'`),
  ]
  const held = () => arrange('gpu2', 'iptables-save | grep -v "^[#:]"; ip6tables-save | grep -v "^[#:]"')
  expect(await asked()).toEqual(['200', '200', '200'])

  const desk = templateDesk('docker-published-ports')
  const [found] = (await desk.findings('gpu2', ['inference-port-only-from-app'])).filter(({ subject }) => subject.endsWith(':8080'))
  expect(found).toMatchObject({ status: 'fail', remediation: { template: 'docker-published-ports' } })
  const { file, plan } = await desk.plan('gpu2')
  expect(plan.parameters).toMatchObject({ ports: ['8080'], clients: ['10.0.1.0/24'] })
  expect(plan.turns).toEqual([
    expect.objectContaining({ control: 'inference-port-only-from-app', subject: found?.subject, status: 'fail' }),
  ])
  const before = await held()
  await desk.undone('gpu2', file)
  expect(await held()).toBe(before)
  await desk.done(file)
  expect(await asked()).toEqual(['200', '000', '000'])

  // What a container asks of others goes out by the same port, and comes back.
  await arrange(
    'jump',
    "systemd-run -q --collect python3 -c 'import http.server as s; s.test(s.SimpleHTTPRequestHandler, port=8080)'; sleep 1",
  )
  expect(
    await arrange('gpu2', `docker exec localai curl -s -o /dev/null -w '%{http_code}' -m 3 http://${four.replace(/\d+$/, '10')}:8080/`),
  ).toBe('200')
  // As after a start of the host: no rule is there, and those of Gatehouse come before Docker.
  await arrange(
    'gpu2',
    `mkdir -p /run/systemd/system/docker.service.d
     printf '[Service]\\nExecStartPre=/bin/sh -c "iptables -S DOCKER-USER >/run/closed-before-docker"\\n' >/run/systemd/system/docker.service.d/look.conf
     systemctl daemon-reload; systemctl stop docker.socket docker gatehouse-published-ports; nft flush ruleset; ufw reload
     iptables -I OUTPUT -o docker0 -j ACCEPT; ip6tables -I INPUT -p tcp --dport 8080 -j ACCEPT; systemctl start docker`,
  )
  expect(await arrange('gpu2', 'cat /run/closed-before-docker')).toBe('-N DOCKER-USER\n-A DOCKER-USER -j GATEHOUSE-PUBLISHED\n')
  expect(await asked()).toEqual(['200', '000', '000'])
  expect(await desk.takenBack(plan)).toBe('committed and proven')
  expect(await asked()).toEqual(['200', '200', '200'])
}, 400_000)

/** What Docker before 28 leaves open (`core/policy/controls/inference/direct-way.ts`): the packets and the verdict agree, before and after the rule that is proposed. */
test('ports on the loopback, and neighbours that set a route', async () => {
  await arrange(
    'gpu2',
    `docker tag stand-ins ollama/ollama:0.16.3
     serve() { docker run --detach --env OLLAMA_HOST=0.0.0.0 "$@" ollama/ollama:0.16.3 /usr/local/bin/ollama serve; }
     docker run --detach --name holder --publish 8085:11434 stand-ins sleep 1d
     serve --name on-loopback --publish 127.0.0.1:11502:11434
     serve --name unpublished
     serve --name sharer --network container:holder`,
  )
  const names = ['on-loopback', 'unpublished'] as const
  const addresses = (await arrange('gpu2', `docker inspect --format '{{.NetworkSettings.IPAddress}}' ${names.join(' ')}`))
    .trim()
    .split('\n')
  const four = (await arrange('gpu2', "ip -4 -o addr show eth0 | sed 's/.*inet \\([0-9.]*\\).*/\\1/'")).trim()
  await arrange('jump', `ip route add 172.17.0.0/16 via ${four}`)
  const desk = templateDesk('docker-published-ports')
  /** Who answers the jump host at its own address, and who is said to be open to it. */
  const compared = async () => {
    const codes: string[] = []
    for (const address of addresses)
      codes.push((await asRoot('jump', `curl -s -o /dev/null -w '%{http_code}' -m 2 http://${address}:11434/`)).stdout)
    const found = await desk.findings('gpu2', ['inference-bound-to-loopback'])
    return names.map((name, at) => [name, codes[at], found.find(({ subject }) => subject === name)?.status])
  }
  expect(await compared()).toEqual([
    ['on-loopback', '200', 'warning'],
    ['unpublished', '000', 'pass'],
  ])
  const said = await desk.findings('gpu2', ['inference-bound-to-loopback'])
  const of = (name: string) => said.find(({ subject }) => subject === name)
  // The listing names neither network nor port of it.
  expect(of('sharer')?.status).toBe('fail')
  await arrange('gpu2', 'iptables -P FORWARD ACCEPT')
  expect((await compared()).map(([, ...what]) => what)).toEqual([
    ['200', 'warning'],
    ['200', 'warning'],
  ])
  const rule = /iptables -t raw .* -j DROP/.exec(of('on-loopback')?.hint ?? '')?.[0]
  await arrange('gpu2', rule ?? 'false')
  expect((await compared()).map(([, ...what]) => what)).toEqual(names.map(() => ['000', 'pass']))
  await arrange('gpu2', 'iptables -t raw -F PREROUTING; iptables -P FORWARD DROP')
  await arrange('jump', `ip route del 172.17.0.0/16 via ${four}`)
}, 200_000)

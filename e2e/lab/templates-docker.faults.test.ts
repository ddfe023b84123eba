import { afterAll, expect, test } from 'vitest'
import { arrange, asRoot } from './lab.ts'
import { templateDesk } from './template-desk.ts'

/**
 * Ports that Docker publishes. dockerd and its command are stand-ins that make the chains, the translation and the proxy as Docker Engine 24 does
 * (recorded: core/facts/firewall/__fixtures__/debian-12-docker); the container is a network namespace, the packets are real.
 */

/** The next file finds a host without Docker. */
afterAll(async () => {
  await arrange(
    'gpu2',
    `systemctl stop docker docker-${ID}.scope; rm -f /usr/lib/systemd/system/docker.service /usr/bin/docker /usr/bin/dockerd /usr/bin/docker-proxy /usr/local/bin/local-ai
     systemctl daemon-reload; ip netns del inside; ip link del docker0 2>/dev/null; ip route del 10.0.1.5/32
     nft flush ruleset; ufw reload`,
  )
  await arrange('jump', 'ip addr del 10.0.1.5/32 dev lo')
})

test('a port of LocalAI that Docker opens to everybody', async () => {
  await arrange('gpu2', 'cat >/usr/local/lib/stand-ins/docker_proxy.py', PROXY)
  await arrange('gpu2', 'cat >/usr/bin/dockerd && chmod 755 /usr/bin/dockerd', DOCKERD)
  await arrange('gpu2', 'cat >/usr/bin/docker && chmod 755 /usr/bin/docker', DOCKER)
  await arrange(
    'gpu2',
    `${standIn('docker-proxy', 'docker_proxy.py', '/usr/bin')}; ${standIn('local-ai', 'local_ai.py', '/usr/local/bin')}
     ip netns add inside && ip link add docker0 type veth peer name eth0 netns inside && ip addr add 172.17.0.1/16 dev docker0 && ip link set docker0 up
     ip -n inside addr add 172.17.0.2/16 dev eth0 && ip -n inside link set eth0 up && ip -n inside link set lo up && ip -n inside route add default via 172.17.0.1
     sysctl -qw net.ipv4.ip_forward=1; ip6tables -I INPUT -p tcp --dport 8080 -j ACCEPT; iptables -I OUTPUT -o docker0 -j ACCEPT
     ip route add 10.0.1.5/32 via $(ip -4 -o addr show eth0 | sed -E 's#.*inet ([0-9]+[.][0-9]+[.][0-9]+).*#\\1#').10
     setsid systemd-run --scope -q --unit=docker-${ID} ip netns exec inside /usr/local/bin/local-ai run --address :8080 >/dev/null 2>&1 </dev/null &
     printf '%b' '[Service]\\nExecStart=/usr/bin/dockerd\\n[Install]\\nWantedBy=multi-user.target\\n' >/usr/lib/systemd/system/docker.service
     systemctl daemon-reload && systemctl start docker`,
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
    await arrange('gpu2', `ip netns exec inside curl -s -o /dev/null -w '%{http_code}' -m 3 http://${four.replace(/\d+$/, '10')}:8080/`),
  ).toBe('200')
  // As after a start of the host: the rules are there before Docker leads to them.
  await arrange(
    'gpu2',
    'systemctl stop docker; iptables -D FORWARD -j DOCKER-USER; iptables -F DOCKER-USER; iptables -X DOCKER-USER; systemctl start docker',
  )
  expect(await asked()).toEqual(['200', '000', '000'])
  expect(await arrange('gpu2', 'cat /run/closed-before-docker')).toBe('closed\n')
  expect(await desk.takenBack(plan)).toBe('committed and proven')
  expect(await asked()).toEqual(['200', '200', '200'])
}, 400_000)

const ID = '4f1c2d3e4b5a69788796a5b4c3d2e1f00112233445566778899aabbccddeeff0'

const standIn = (program: string, file: string, folder: string) => `cp /usr/bin/python3 /usr/local/lib/stand-ins/bin/${program}
printf '%s\\n' '#!/usr/bin/python3 -I' 'import sys' 'sys.path.insert(0, "/usr/local/lib/stand-ins")' 'import pose' \\
  'pose.launch("/usr/local/lib/stand-ins/bin/${program}", "${file}")' >${folder}/${program}
chmod 755 ${folder}/${program}`

/** Makes DOCKER-USER where it is missing, and leaves alone what is in it. */
const DOCKERD = `#!/bin/sh
if iptables -S GATEHOUSE-PUBLISHED >/dev/null 2>&1; then echo closed; else echo open; fi >/run/closed-before-docker
for chain in DOCKER DOCKER-USER; do iptables -N $chain 2>/dev/null; done
iptables -t nat -N DOCKER 2>/dev/null
rule() { iptables -t "$1" -C $3 2>/dev/null || iptables -t "$1" "$2" $3; }
rule filter -A 'DOCKER-USER -j RETURN'
rule filter -I 'FORWARD -i docker0 ! -o docker0 -j ACCEPT'
rule filter -I 'FORWARD -o docker0 -j DOCKER'
rule filter -I 'FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'
rule filter -I 'FORWARD -j DOCKER-USER'
rule filter -A 'DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp --dport 8080 -j ACCEPT'
rule nat -A 'PREROUTING -m addrtype --dst-type LOCAL -j DOCKER'
rule nat -A 'POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE'
rule nat -A 'DOCKER ! -i docker0 -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:8080'
for address in 0.0.0.0 ::; do
  /usr/bin/docker-proxy -proto tcp -host-ip $address -host-port 8080 -container-ip 172.17.0.2 -container-port 8080 &
done
exec sleep infinity
`

/** As the docker command answers who may ask, which the audit account may by sudo alone. */
const DOCKER = `#!/bin/sh
[ "$1" != --version ] || { echo 'Docker version 24.0.7, build afdd53b'; exit 0; }
[ "$(id -u)" = 0 ] || { echo 'permission denied while trying to connect to the Docker daemon socket' >&2; exit 1; }
echo '{"ID":"${ID}","Names":"localai","Image":"localai/localai:v4.9.0","Command":"\\"/usr/local/bin/local-ai run\\"","Ports":"0.0.0.0:8080->8080/tcp, :::8080->8080/tcp","State":"running","Status":"Up 3 weeks","Networks":"bridge"}'
`

/** Takes connections on the host, and goes to the container for each. */
const PROXY = `import socket, sys, threading
sys.path.insert(0, "/usr/local/lib/stand-ins")
import pose
words = pose.command_line()
value = lambda name: words[words.index(name) + 1]
address, inside = (value("-host-ip"), int(value("-host-port"))), (value("-container-ip"), int(value("-container-port")))
family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
door = socket.socket(family)
door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
if family == socket.AF_INET6:
    door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
door.bind(address)
door.listen()
def pump(source, target):
    while data := source.recv(65536):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)
while True:
    one, other = door.accept()[0], socket.create_connection(inside)
    for ends in ((one, other), (other, one)):
        threading.Thread(target=pump, args=ends, daemon=True).start()
`

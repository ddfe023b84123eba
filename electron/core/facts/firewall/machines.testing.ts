import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Listings, RuleSet } from './rule-sets.testing.ts'

/**
 * Real packets: a host, a remote machine with many addresses and a container behind the host, each a network namespace of Linux. Needs root, ip, ufw
 * and iptables of the nf_tables kind; `GATEHOUSE_NFT_ROOT` names another root folder that has the last two.
 */
export type Case = readonly [source: string, target: string, port: number]

const sources4 = ['10.0.1.5', '10.0.1.130', '10.0.2.5', '192.168.7.9', '10.9.0.2']
const sources6 = ['fd09::2', 'fd00:1::5', 'fd00:2::5']
const ports = [22, 80, 443, 8000, 9000, 9090]
const HOST4 = '10.9.0.1'
const HOST6 = 'fd09::1'
/** The host's second interface. Answers to addresses beyond its own network leave by the first. */
const SECOND4 = '10.30.0.1'
const SECOND6 = 'fd30::1'
const between = (sources: readonly string[], targets: readonly string[]): readonly Case[] =>
  sources.flatMap((source) => targets.flatMap((target) => ports.map((port): Case => [source, target, port])))
/** From the remote machine to the host; by its second interface comes last, which older recordings do not have. */
export const inCases = [
  ...between(sources4, [HOST4]),
  ...between(sources6, [HOST6]),
  ...between(['10.30.0.2', '10.0.1.5', '192.168.7.9'], [SECOND4]),
  ...between(['fd30::2', 'fd00:1::5'], [SECOND6]),
]
/** It comes by the second interface, and the answer leaves by the first. */
export const isRoundabout = ([source, target]: Case): boolean =>
  (target === SECOND4 || target === SECOND6) && !/^(?:10\.30\.|fd30:)/.test(source)
/** From the host to the remote machine. */
export const outCases = [...between([HOST4], ['10.0.1.5', '10.0.2.5', '192.168.7.9']), ...between([HOST6], ['fd00:1::5', 'fd09::2'])]
/** From the container by the host to the remote machine. */
const CONTAINER4 = '172.17.0.2'
const CONTAINER6 = 'fd17::2'
export const forwardCases = [
  ...between([CONTAINER4], ['10.0.1.5', '10.0.2.5', '192.168.7.9', '10.30.0.2']),
  ...between([CONTAINER6], ['fd00:1::5', 'fd09::2']),
]

const ipProgram = 'ip'
const setsProgram = 'ipset'
const root = process.env.GATEHOUSE_NFT_ROOT
const inRoot = (program: string): readonly string[] => (root ? ['chroot', root, program] : [program])
const ip = (line: string) => execFileSync(ipProgram, line.split(' '), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
const within = (namespace: string, words: readonly string[]) => ['netns', 'exec', namespace, ...words]

export const canRun = (): boolean =>
  process.getuid?.() === 0 &&
  spawnSync(ipProgram, ['netns', 'list'], { stdio: 'ignore' }).status === 0 &&
  ['iptables-nft-restore', 'ip6tables-nft-restore', 'nft', 'ufw'].every((program) => {
    const [first = '', ...words] = [...inRoot(program), '--version']
    return spawnSync(first, words, { stdio: 'ignore' }).status === 0
  })

/** Sets of iptables are made by a program of their own, in no other root than this one. */
export const canMakeSets = (): boolean => root === undefined && spawnSync(setsProgram, ['version'], { stdio: 'ignore' }).status === 0

/** Listens on every port, answers by taking the connection. */
const LISTEN = `for (const port of process.argv.slice(1)) require('net').createServer((s) => s.on('error', () => 0).destroy()).listen(Number(port), '::')
console.log('ready')`

/**
 * One line in: every case is tried at once; one line out, a letter for each. Of a process that had to wait for its turn the clock runs out before it is told
 * what came meanwhile, so that is looked at once more.
 */
const PROBE = `const net = require('net'); const [text, limit] = process.argv.slice(1); const cases = JSON.parse(text)
const one = ([localAddress, host, port]) => new Promise((done) => {
  const socket = net.connect({ host, port, localAddress }); const end = (letter) => { socket.destroy(); done(letter) }
  socket.setTimeout(Number(limit), () => setImmediate(() => setImmediate(() => end('d')))); socket.on('connect', () => { socket.resetAndDestroy(); done('a') })
  socket.on('error', (error) => end(error.code === 'ECONNREFUSED' ? 'r' : 'd'))
})
process.stdin.on('data', async () => console.log((await Promise.all(cases.map(one))).join('')))
console.log('ready')`

/** ufw as after its installation, on copies: ip-netns(8) gives every command its own mounts, so that nothing is left behind. */
const UFW = `set -e
mount -t tmpfs none "$1/mnt"
cp -a "$1/etc/ufw" "$1/mnt/ufw"; cp -a "$1/etc/default/ufw" "$1/mnt/default"
cp "$1/usr/share/ufw/"*.rules "$1/usr/share/ufw/ufw.conf" "$1/mnt/ufw"
mount --bind "$1/mnt/ufw" "$1/etc/ufw"; mount --bind "$1/mnt/default" "$1/etc/default/ufw"
mount -t proc proc "$1/proc"; mount -t tmpfs none "$1/run"
exec chroot "$1" sh -c "$2"`

/** A root folder where the packages of firewalld lie unpacked, whose own engine loads rules. */
export const firewalldRoot = process.env.GATEHOUSE_FIREWALLD_ROOT
export const ENGINE = new URL('firewalld/real-firewalld.py', import.meta.url).pathname
/** For sh: root folder, engine, folder for what it tells. Of a whole system with its own programs, of another release perhaps; else with the Python and the programs of this one. */
export const FIREWALLD = `set -e
if [ -x "$1/usr/bin/python3" ]; then
  mount -t proc proc "$1/proc"
  mount -t tmpfs none "$1/tmp"
  mkdir "$1/tmp/told"
  mount --bind "$3" "$1/tmp/told"
  cp "$2" "$1/tmp/engine.py"
  exec chroot "$1" python3 /tmp/engine.py /tmp/told/told /
fi
library=$1/usr/lib/x86_64-linux-gnu
export GI_TYPELIB_PATH="$library/girepository-1.0" LD_LIBRARY_PATH="$library"
exec python3 "$2" "$3/told" "$1"`

export interface Machines {
  /** Loads the rules and gives back what the host says it holds. */
  load(set: RuleSet): Promise<Listings>
  /** One letter for each case: `a` answered, `r` refused, `d` nothing. */
  probe(): Promise<{ readonly in: string; readonly out: string; readonly forward: string }>
  stop(): void
}

/** Who is whose neighbour is written down: rules that stop neighbour discovery would otherwise count for all ports at once, and only at times. */
function introduce(at: string, neighbour: string, device: string, addresses: readonly string[], by = device) {
  const [, hardware = ''] = /link\/ether (\S+)/.exec(ip(`-n ${neighbour} link show ${device}`)) ?? []
  for (const address of addresses) ip(`-n ${at} neigh replace ${address} lladdr ${hardware} dev ${by} nud permanent`)
}

interface Names {
  readonly host: string
  readonly remote: string
  readonly container: string
}

function connectMachines({ host, remote, container }: Names) {
  for (const namespace of [host, remote, container]) {
    ip(`netns add ${namespace}`)
    ip(`-n ${namespace} link set lo up`)
    // Addresses would wait for duplicates otherwise, and the host forwards for its container.
    const settings = [
      'net.ipv6.conf.default.accept_dad=0',
      'net.ipv4.ip_forward=1',
      'net.ipv6.conf.all.forwarding=1',
      'net.ipv4.conf.default.rp_filter=0',
      'net.ipv4.conf.all.rp_filter=0',
      // Every refusal is told, not only some a second.
      'net.ipv4.icmp_ratelimit=0',
      'net.ipv6.icmp.ratelimit=0',
      'net.ipv4.icmp_msgs_burst=10000',
    ]
    execFileSync(ipProgram, within(namespace, ['sysctl', '-qw', ...settings]), { stdio: 'ignore' })
  }
  ip(`link add eth0 netns ${host} type veth peer name eth0 netns ${remote}`)
  ip(`link add eth1 netns ${host} type veth peer name eth1 netns ${remote}`)
  ip(`link add docker0 netns ${host} type veth peer name eth0 netns ${container}`)
  for (const [namespace, name] of [
    [host, 'eth0'],
    [host, 'docker0'],
    [host, 'eth1'],
    [remote, 'eth0'],
    [remote, 'eth1'],
    [container, 'eth0'],
  ])
    ip(`-n ${namespace} link set ${name} up`)
  ip(`-n ${host} addr add ${HOST4}/16 dev eth0`)
  ip(`-n ${host} addr add ${HOST6}/64 dev eth0 nodad`)
  ip(`-n ${host} addr add ${SECOND4}/24 dev eth1`)
  ip(`-n ${host} addr add ${SECOND6}/64 dev eth1 nodad`)
  ip(`-n ${host} addr add 172.17.0.1/16 dev docker0`)
  ip(`-n ${host} route add default dev eth0`)
  ip(`-n ${host} -6 route add default dev eth0`)
  ip(`-n ${remote} addr add 10.9.0.2/16 dev eth0`)
  ip(`-n ${remote} addr add fd09::2/64 dev eth0 nodad`)
  ip(`-n ${remote} addr add 10.30.0.2/24 dev eth1`)
  ip(`-n ${remote} addr add fd30::2/64 dev eth1 nodad`)
  for (const source of sources4.filter((one) => one !== '10.9.0.2')) ip(`-n ${remote} addr add ${source}/32 dev eth0`)
  for (const source of sources6.filter((one) => one !== 'fd09::2')) ip(`-n ${remote} addr add ${source}/128 dev eth0 nodad`)
  ip(`-n ${container} addr add 172.17.0.2/16 dev eth0`)
  ip(`-n ${container} route add default via 172.17.0.1`)
  ip(`-n ${host} addr add fd17::1/64 dev docker0 nodad`)
  ip(`-n ${container} addr add ${CONTAINER6}/64 dev eth0 nodad`)
  ip(`-n ${container} -6 route add default via fd17::1`)
  ip(`-n ${remote} route add 172.17.0.0/16 via ${HOST4}`)
  ip(`-n ${remote} -6 route add fd17::/64 via ${HOST6}`)
  introduce(host, remote, 'eth0', [...sources4, ...sources6])
  introduce(remote, host, 'eth0', [HOST4, HOST6])
  introduce(host, container, 'eth0', [CONTAINER4, CONTAINER6], 'docker0')
  introduce(container, host, 'docker0', ['172.17.0.1', 'fd17::1'], 'eth0')
  introduce(host, remote, 'eth1', ['10.30.0.2', 'fd30::2'])
  introduce(remote, host, 'eth1', [SECOND4, SECOND6])
}

async function load(host: string, set: RuleSet): Promise<Listings> {
  const run = async (words: readonly string[], input?: string): Promise<string> => {
    const running = promisify(execFile)(ipProgram, within(host, words), { encoding: 'utf8', maxBuffer: 16_777_216 })
    // A program that refuses what it reads ends before it has read all of it, and says why.
    running.child.stdin?.on('error', () => undefined)
    running.child.stdin?.end(input)
    return (await running).stdout
  }
  const runInRoot = (program: string, words: readonly string[], input?: string) => run([...inRoot(program), ...words], input)
  await runInRoot('nft', ['flush', 'ruleset'])
  if (set.ipsets !== undefined || set.firewalld !== undefined) {
    // The rules before held their sets, and let go of them a moment after they are gone.
    for (let again = 0; again < 50; again += 1) {
      const gone = await run([setsProgram, 'destroy']).then(
        () => true,
        () => false,
      )
      if (gone) break
      await setTimeout(100)
    }
  }
  if (set.ipsets !== undefined) await run([setsProgram, '-exist', 'restore'], set.ipsets)
  // As a word: nft 1.0.9 of Ubuntu 24.04 reads no socket, which is what a child's standard input is, and opens it by /proc.
  if (set.nft !== undefined) await runInRoot('nft', [set.nft])
  if (set.v4 !== undefined) await runInRoot('iptables-nft-restore', [], set.v4)
  if (set.v6 !== undefined) await runInRoot('ip6tables-nft-restore', [], set.v6)
  if (set.firewalld !== undefined) {
    const told = mkdtempSync(join(tmpdir(), 'gatehouse-firewalld-'))
    await run(['sh', '-c', FIREWALLD, 'sh', `${firewalldRoot}`, ENGINE, told], JSON.stringify([set.firewalld])).finally(() =>
      rmSync(told, { recursive: true }),
    )
  }
  const ufw = set.ufw === undefined ? '' : await run(['sh', '-c', UFW, 'sh', root ?? '/', set.ufw])
  if (set.later !== undefined) await runInRoot('iptables-nft-restore', ['--noflush'], set.later)
  return {
    iptables: await runInRoot('iptables-nft-save', []),
    ip6tables: await runInRoot('ip6tables-nft-save', []),
    nft: await runInRoot('nft', ['-s', 'list', 'ruleset']),
    ipset: set.ipsets === undefined && set.firewalld === undefined ? '' : await run([setsProgram, 'save']),
    ufw,
  }
}

/** `name` tells machines apart that run side by side. `timeoutMs`: how long an answer may take. */
export async function startMachines(name: string, timeoutMs: number): Promise<Machines> {
  const names = { host: `gh-${name}-host`, remote: `gh-${name}-remote`, container: `gh-${name}-container` }
  const { host, remote, container } = names
  const children: ChildProcess[] = []
  const start = async (namespace: string, script: string, ...words: readonly string[]) => {
    const child = spawn(ipProgram, within(namespace, [process.execPath, '-e', script, ...words]), { stdio: ['pipe', 'pipe', 'inherit'] })
    children.push(child)
    await once(child.stdout, 'data')
    return child
  }
  const stop = () => {
    for (const child of children) child.kill('SIGKILL')
    for (const namespace of Object.values(names)) spawnSync(ipProgram, ['netns', 'del', namespace], { stdio: 'ignore' })
  }
  stop()
  try {
    connectMachines(names)
    await start(host, LISTEN, ...ports.filter((port) => port !== 9090).map(String))
    await start(remote, LISTEN, ...ports.map(String))
    // What is led there without another port keeps its own.
    await start(container, LISTEN, '8080', '8000')
    const probers = [
      await start(remote, PROBE, JSON.stringify(inCases), String(timeoutMs)),
      await start(host, PROBE, JSON.stringify(outCases), String(timeoutMs)),
      await start(container, PROBE, JSON.stringify(forwardCases), String(timeoutMs)),
    ]
    const ask = async (prober: ChildProcess | undefined) => {
      prober?.stdin?.write('\n')
      const [chunk] = (await once(prober?.stdout as NodeJS.EventEmitter, 'data')) as [Buffer]
      return chunk.toString().trim()
    }
    return {
      load: (set) => load(host, set),
      // Not at once: an answer must not be mistaken for a new connection's.
      probe: async () => ({ in: await ask(probers[0]), out: await ask(probers[1]), forward: await ask(probers[2]) }),
      stop,
    }
  } catch (error) {
    stop()
    throw error
  }
}

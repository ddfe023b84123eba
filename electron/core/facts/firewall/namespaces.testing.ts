import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

/**
 * Real packets: a host, a remote machine with many addresses and a container behind the host, each a network namespace of Linux. Needs root, ip, and
 * iptables of the nf_tables kind; `GATEHOUSE_NFT_ROOT` names another root folder that has them.
 */
export type Case = readonly [source: string, target: string, port: number]

const sources4 = ['10.0.1.5', '10.0.1.130', '10.0.2.5', '192.168.7.9', '10.9.0.2']
const sources6 = ['fd09::2', 'fd00:1::5', 'fd00:2::5']
const ports = [22, 80, 443, 8000, 9000, 9090]
export const cases: readonly Case[] = [
  ...sources4.flatMap((source) => ports.map((port): Case => [source, '10.9.0.1', port])),
  ...sources6.flatMap((source) => ports.map((port): Case => [source, 'fd09::1', port])),
]

const ipProgram = 'ip'
const root = process.env.GATEHOUSE_NFT_ROOT
const inRoot = (program: string): readonly string[] => (root ? ['chroot', root, program] : [program])
const [host, remote, container] = ['gh-fw-host', 'gh-fw-remote', 'gh-fw-container']
const ip = (line: string) => execFileSync(ipProgram, line.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] })
const within = (namespace: string, words: readonly string[]) => ['netns', 'exec', namespace, ...words]

export const canRun = (): boolean =>
  process.getuid?.() === 0 &&
  spawnSync(ipProgram, ['netns', 'list'], { stdio: 'ignore' }).status === 0 &&
  ['iptables-nft-restore', 'ip6tables-nft-restore', 'nft'].every((program) => {
    const [first = '', ...words] = [...inRoot(program), '--version']
    return spawnSync(first, words, { stdio: 'ignore' }).status === 0
  })

/** Listens on every port, answers by taking the connection. */
const LISTEN = `for (const port of process.argv.slice(1)) require('net').createServer((s) => s.on('error', () => 0).destroy()).listen(Number(port), '::')
console.log('ready')`

/** One line in: every case is tried at once; one line out, a letter for each. */
const PROBE = `const net = require('net'); const [text, limit] = process.argv.slice(1); const cases = JSON.parse(text)
const one = ([localAddress, host, port]) => new Promise((done) => {
  const socket = net.connect({ host, port, localAddress }); const end = (letter) => { socket.destroy(); done(letter) }
  socket.setTimeout(Number(limit), () => end('d')); socket.on('connect', () => { socket.resetAndDestroy(); done('a') })
  socket.on('error', (error) => end(error.code === 'ECONNREFUSED' ? 'r' : 'd'))
})
process.stdin.on('data', async () => console.log((await Promise.all(cases.map(one))).join('')))
console.log('ready')`

export interface Machines {
  /** Loads both rule sets and gives back what the kernel says it holds. */
  load(v4: string, v6: string): { readonly iptables: string; readonly ip6tables: string; readonly nft: string }
  /** One letter for each case: `a` answered, `r` refused, `d` nothing. */
  probe(): Promise<string>
  stop(): void
}

export async function startMachines(timeoutMs: number): Promise<Machines> {
  const children: ChildProcess[] = []
  const start = async (namespace: string, script: string, ...words: readonly string[]) => {
    const child = spawn(ipProgram, within(namespace, [process.execPath, '-e', script, ...words]), { stdio: ['pipe', 'pipe', 'inherit'] })
    children.push(child)
    await once(child.stdout, 'data')
    return child
  }
  const stop = () => {
    for (const child of children) child.kill('SIGKILL')
    for (const namespace of [host, remote, container]) spawnSync(ipProgram, ['netns', 'del', namespace], { stdio: 'ignore' })
  }
  stop()
  try {
    for (const namespace of [host, remote, container]) {
      ip(`netns add ${namespace}`)
      ip(`-n ${namespace} link set lo up`)
      // Addresses would wait for duplicates otherwise, and the host forwards for its container.
      const settings = [
        'net.ipv6.conf.default.accept_dad=0',
        'net.ipv4.ip_forward=1',
        'net.ipv4.conf.default.rp_filter=0',
        'net.ipv4.conf.all.rp_filter=0',
      ]
      execFileSync(ipProgram, within(namespace, ['sysctl', '-qw', ...settings]), { stdio: 'ignore' })
    }
    ip(`link add eth0 netns ${host} type veth peer name eth0 netns ${remote}`)
    ip(`link add docker0 netns ${host} type veth peer name eth0 netns ${container}`)
    for (const [namespace, name] of [
      [host, 'eth0'],
      [host, 'docker0'],
      [remote, 'eth0'],
      [container, 'eth0'],
    ])
      ip(`-n ${namespace} link set ${name} up`)
    ip(`-n ${host} addr add 10.9.0.1/16 dev eth0`)
    ip(`-n ${host} addr add fd09::1/64 dev eth0 nodad`)
    ip(`-n ${host} addr add 172.17.0.1/16 dev docker0`)
    ip(`-n ${host} route add default dev eth0`)
    ip(`-n ${host} -6 route add default dev eth0`)
    ip(`-n ${remote} addr add 10.9.0.2/16 dev eth0`)
    ip(`-n ${remote} addr add fd09::2/64 dev eth0 nodad`)
    for (const source of sources4.filter((one) => one !== '10.9.0.2')) ip(`-n ${remote} addr add ${source}/32 dev eth0`)
    for (const source of sources6.filter((one) => one !== 'fd09::2')) ip(`-n ${remote} addr add ${source}/128 dev eth0 nodad`)
    ip(`-n ${container} addr add 172.17.0.2/16 dev eth0`)
    ip(`-n ${container} route add default via 172.17.0.1`)
    await start(host, LISTEN, ...ports.filter((port) => port !== 9090).map(String))
    await start(container, LISTEN, '8080')
    const prober = await start(remote, PROBE, JSON.stringify(cases), String(timeoutMs))
    const run = (program: string, words: readonly string[], input?: string) =>
      execFileSync(ipProgram, within(host, [...inRoot(program), ...words]), { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
    return {
      load(v4, v6) {
        run('nft', ['flush', 'ruleset'])
        run('iptables-nft-restore', [], v4)
        run('ip6tables-nft-restore', [], v6)
        return {
          iptables: run('iptables-nft-save', []),
          ip6tables: run('ip6tables-nft-save', []),
          nft: run('nft', ['-s', 'list', 'ruleset']),
        }
      },
      async probe() {
        prober.stdin?.write('\n')
        const [chunk] = (await once(prober.stdout as NodeJS.EventEmitter, 'data')) as [Buffer]
        return chunk.toString().trim()
      },
      stop,
    }
  } catch (error) {
    stop()
    throw error
  }
}

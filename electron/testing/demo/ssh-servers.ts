import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import ssh2, { type Connection, type ParsedKey, type Server as SshServer } from 'ssh2'
import { probeContextOf } from '#core/facts/registry.ts'
import { ASKS_WAY_IN } from '#core/push/look/way-in.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import { type DemoHost, JUMP_ADDRESS } from './demo-host.ts'
import { type DemoLogins, loginOf, type SecondStep } from './demo-login.ts'
import { demoMachine } from './demo-machine.ts'
import { serveSftp } from './demo-sftp.ts'
import { serveShell, tell } from './demo-shell.ts'
import type { DemoMachine } from './machine-model.ts'
import { doorOf } from './responders.ts'

const { Server, utils } = ssh2

/** May become root on every simulated host; the account that looks may not. */
export const CHANGE_ACCOUNT = 'gatehouse-push'

export interface DemoServers {
  /** Port of the jump host on 127.0.0.1. */
  readonly port: number
  /** Public host keys as known_hosts wants them (`type base64`): of the jump host, and of each host by its name. */
  readonly jumpKey: string
  readonly hostKeys: ReadonlyMap<string, string>
  /** Connections that are open right now, to prove that nothing is left behind. */
  open(): number
  /** Cuts every connection, as a jump host that is restarted does. */
  dropConnections(): void
  stop(): Promise<void>
}

interface KeyPair {
  readonly private: string
  readonly public: string
}

/**
 * A real SSH server on loopback that acts as the jump host. `direct-tcpip` channels to the address of a simulated host
 * are handed to that host's own SSH server inside this process, or to what its other ports answer; to anything else they are refused.
 * Who logs in to the jump host gets a shell there only where one of the simulated hosts is that jump host.
 */
export async function startDemoServers(
  fleetOf: () => Fleet,
  hosts: readonly DemoHost[],
  clientKey: string,
  logins: DemoLogins = {},
): Promise<DemoServers> {
  const allowed = utils.parseKey(clientKey)
  if (allowed instanceof Error) throw allowed
  const key: ParsedKey = allowed
  const connections = new Set<Connection>()
  const jumpKeys = newKey()
  const hostKeys = new Map(hosts.map((host) => [host.name, newKey()]))
  const machines = hosts.map(demoMachine)
  const jumpMachine = machines.find((machine) => machine.now().jumpHost === true)
  const targets = new Map<string, SshServer>()

  const track = (connection: Connection) => {
    connections.add(connection)
    connection.on('close', () => connections.delete(connection))
    connection.on('error', () => undefined)
  }
  const step = (method: SecondStep['method'], secret: string | undefined) => (secret === undefined ? undefined : { method, secret })
  const jumpStep = step('keyboard-interactive', logins.jumpCode)
  const hostStep = step('password', logins.hostPassword)

  function targetAt(machine: DemoMachine): SshServer {
    const host = machine.now()
    const existing = targets.get(host.address)
    if (existing) return existing
    const server = new Server({ hostKeys: [hostKeys.get(host.name)?.private ?? ''], algorithms: { compress: ['none'] } }, (connection) => {
      track(connection)
      serveLogin(connection, machine, hostStep, host.fault === 'hang-authentication')
    })
    targets.set(host.address, server)
    return server
  }

  /** Lets somebody in, and gives them a shell and files where there is a machine behind the door. */
  function serveLogin(connection: Connection, machine: DemoMachine | undefined, second: SecondStep | undefined, hangs = false): void {
    const login = loginOf(key, second)
    let user = ''
    connection.on('authentication', (context) => {
      user = context.username
      if (!hangs) login(context)
    })
    if (machine === undefined) return
    const { name, address, fault } = machine.now()
    connection.on('session', (accept) => {
      const session = accept()
      session.on('sftp', (acceptSftp) => serveSftp(acceptSftp(), machine.now()))
      session.on('exec', (acceptExec, reject, info) => {
        const root = user === CHANGE_ACCOUNT && info.command === 'sudo -n /bin/sh'
        if (info.command === ASKS_WAY_IN) return tell(acceptExec(), `${JUMP_ADDRESS} 50022 ${address} 22\n`)
        if (fault === 'refuse-exec' || (info.command !== '/bin/sh' && !root)) return reject()
        const fleet = fleetOf()
        const entry = auditedHosts(fleet).find((one) => one.name === name)
        if (entry) serveShell(acceptExec(), machine, probeContextOf(fleet, entry), root)
      })
    })
  }

  const jump = new Server({ hostKeys: [jumpKeys.private] }, (connection) => {
    track(connection)
    serveLogin(connection, jumpMachine, jumpStep)
    connection.on('tcpip', (accept, reject, info) => {
      const machine = machines.find((one) => one !== jumpMachine && one.now().address === info.destIP)
      const host = machine?.now()
      if (machine === undefined || host === undefined) return reject()
      if (info.destPort !== 22) {
        const door = doorOf(host, info.destPort)
        if (door === 'refused') reject()
        else if (door !== 'silent') door.admit(accept())
        return
      }
      const channel = accept()
      if (host.fault !== 'hang-handshake') targetAt(machine).injectSocket(channel as never)
    })
  })
  // Own sockets, so that a test can cut them without a word, as a jump host that loses its power does.
  const sockets = new Set<Socket>()
  const listener = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    jump.injectSocket(socket)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')

  return {
    port: (listener.address() as AddressInfo).port,
    jumpKey: jumpKeys.public,
    hostKeys: new Map([...hostKeys].map(([name, pair]) => [name, pair.public])),
    open: () => connections.size,
    dropConnections() {
      for (const socket of sockets) socket.destroy()
    },
    async stop() {
      for (const connection of connections) connection.end()
      for (const socket of sockets) socket.destroySoon()
      await new Promise<void>((resolve) => listener.close(() => resolve()))
    },
  }
}

function newKey(): KeyPair {
  const pair = generateKey()
  return { private: pair.private, public: pair.public.split(' ').slice(0, 2).join(' ') }
}

/** ssh2 now and then writes an ed25519 key that it cannot read again; such a one is thrown away. */
export function generateKey(): KeyPair {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519')
    if (!(utils.parseKey(pair.private) instanceof Error)) return pair
  }
}

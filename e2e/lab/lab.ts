import { type ExecFileException, execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseFleet } from '#core/fleet/parse-fleet.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'

/** The lab as its tests see it: where its files are, and root on its hosts without SSH. */

export const servers = ['gpu1', 'gpu2', 'gpu3'] as const
export type Server = (typeof servers)[number]
export type LabHost = 'jump' | Server

function setting(name: string): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run this through e2e/lab/with-lab.sh -- …`)
  return value
}

/** Read when asked for, so that the tests can be listed outside of the lab. */
export const lab = {
  /** A home folder with `.ssh`: key and known_hosts of the lab. */
  get home() {
    return setting('LAB_HOME')
  },
  get fleetFile() {
    return setting('LAB_FLEET')
  },
  /** A hundred names of gpu1, there with `--hundred`. */
  get fleet100File() {
    return setting('LAB_FLEET_100')
  },
  get sshConfig() {
    return setting('LAB_SSH_CONFIG')
  },
  get askpass() {
    return setting('LAB_ASKPASS')
  },
  get totpFile() {
    return setting('LAB_TOTP_FILE')
  },
  /** What `packages.sh` keeps for hosts that have no way out. */
  get packages() {
    return join(dirname(setting('LAB_DIR')), 'cache')
  },
  /** Words for `gatehouse sudoers`, by the sudo of the hosts. */
  get sudoWords(): readonly string[] {
    return setting('LAB_SUDO') === 'sudo-rs' ? ['--sudo-rs'] : []
  },
  /** The tree that lies below all hosts. */
  get base() {
    return setting('LAB_BASE')
  },
  get control() {
    return setting('LAB_CONTROL')
  },
  /** The command line as it stands in the source; the suites name the built one, which starts in a third of the processor's time. */
  get cli() {
    return process.env.GATEHOUSE_CLI ?? fileURLToPath(new URL('../../electron/cli/gatehouse.ts', import.meta.url))
  },
}

/** The fleet file of the lab as Gatehouse reads it. */
export function labFleet(): Fleet {
  const parsed = parseFleet(readFileSync(lab.fleetFile, 'utf8'))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.fleet
}

export function labServer(name: Server): Host {
  const host = labFleet().hosts.find((each) => each.name === name)
  if (!host) throw new Error(`${name} is not in ${lab.fleetFile}`)
  return host
}

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

interface RunOptions {
  readonly stdin?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Runs a program to its end; a failure is a value. Output beyond 64 MiB ends it. */
export function run(program: string, words: readonly string[], { stdin = '', env = process.env }: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(program, words, { env, maxBuffer: 64 * 1_048_576 }, (error: ExecFileException | null, stdout, stderr) => {
      resolve({ status: error ? (typeof error.code === 'number' ? error.code : null) : 0, stdout, stderr })
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(stdin)
  })
}

/** As root on a host, through its own systemd. `script` is POSIX sh. */
export const asRoot = (host: LabHost, script: string, stdin = ''): Promise<Ran> =>
  run(lab.control, ['enter', host, '/bin/sh', '-c', script], { stdin })

/** Same, for arranging things: what fails here is a mistake in the test. */
export async function arrange(host: LabHost, script: string, stdin = ''): Promise<string> {
  const { status, stdout, stderr } = await asRoot(host, script, stdin)
  if (status !== 0) throw new Error(`${host}: ${script}: status ${status}: ${stderr}`)
  return stdout
}

/**
 * Gives a host what it has no way to get: `packages.sh` keeps packages of this machine in `folder`, and `variants` are scripts of `variants/`, run as one
 * with these packages on stdin as a tar.
 */
export async function install(
  host: LabHost,
  folder: 'docker' | 'podman' | 'accounts' | 'exporter' | 'sssd' | 'fronts' | 'firewalld',
  variants: readonly string[],
): Promise<void> {
  const script = variants.map((name) => readFileSync(join(import.meta.dirname, 'variants', name), 'utf8')).join('\n')
  const packages = join(lab.packages, folder)
  const words = ['-c', 'tar -C "$1" -cf - . | "$2" enter "$3" /bin/sh -c "$4"', 'sh', packages, lab.control, host, script]
  const { status, stderr } = await run('/bin/sh', words)
  if (status !== 0) throw new Error(`${host}: ${variants.join(', ')}: status ${status}: ${stderr}`)
}

const control = async (verb: string, host: LabHost): Promise<void> => {
  const { status, stderr } = await run(lab.control, [verb, host])
  if (status !== 0) throw new Error(`lab.sh ${verb} ${host}: ${stderr}`)
}
/** Boots a stopped host as it was provisioned, and waits for its sshd. */
export const start = (host: LabHost): Promise<void> => control('start', host)
/** Pulls the plug: no FIN, no goodbye. */
export const kill = (host: LabHost): Promise<void> => control('kill', host)

/** Every process of the host stands still: its connections stay open and nobody answers. */
export const freeze = (host: LabHost): Promise<void> => control('freeze', host)
export const thaw = (host: LabHost): Promise<void> => control('thaw', host)

/** Another one-way delay between workstation and jump host, in a lab that was started with one. */
export async function delay(oneWayMs: number): Promise<void> {
  const { status, stderr } = await run(lab.control, ['delay', String(oneWayMs)])
  if (status !== 0) throw new Error(`lab.sh delay ${oneWayMs}: ${stderr}`)
}

/** The code of this moment (RFC 6238), as the admin's authenticator shows it. */
export async function totp(): Promise<string> {
  const { stdout } = await run('oathtool', ['--totp', '-b', readFileSync(lab.totpFile, 'utf8').trim()])
  return stdout.trim()
}

/** For programs that call `ssh`: it asks for key and TOTP by the lab's own askpass. */
export const askpassEnv = (): NodeJS.ProcessEnv => ({ ...process.env, SSH_ASKPASS: lab.askpass, SSH_ASKPASS_REQUIRE: 'force' })

/** OpenSSH's own client, with key and TOTP. */
export const ssh = (words: readonly string[], stdin = ''): Promise<Ran> =>
  run('ssh', ['-F', lab.sshConfig, ...words], { stdin, env: askpassEnv() })

export const spawnSsh = (words: readonly string[]) => spawn('ssh', ['-F', lab.sshConfig, ...words], { env: askpassEnv() })

import { readSocket } from '../listeners/parse-proc-net.ts'
import { readConfinements } from './confinement.ts'
import { addressOf, gatewayOf } from './gateway.ts'
import { readKubeletFiles } from './kubelet-files.ts'
import { CUT, type Held, type OwnNetwork, type PodLogs, type Process } from './processes.ts'
import { onHost, readSeenFiles, type SeenFiles } from './seen-files.ts'

/** Columns are pid, ppid, uid, user (32 wide), comm (32 wide), args. A name longer or wider than its column shifts the rest. */
const PROCPS = /^\s*(\d+)\s+(\d+)\s+(\d+) (?:(\S+)\s+)(.{32}) (.*)$/
const PROCPS_SHIFTED = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S+)\s*(.*)$/
/** BusyBox: pid, ppid, user, comm, args; it knows no uid column. */
const BUSYBOX = /^\s*(\d+)\s+(\d+)\s+()(\S+)\s+(\S+)\s*(.*)$/

interface Details {
  argv?: string[]
  cut?: true
  cgroup?: string
  uid?: number
  environment?: Record<string, string>
  dotenv?: { readonly variables: Record<string, string>; unread: boolean }
  executable?: string
  package?: string | null
  podLogs?: PodLogs
  gateways?: string[]
  addresses?: readonly string[]
  ownNetwork?: OwnNetwork
  held?: Held | undefined
}

/** Processes of other accounts are not shown; `by` is the option of the mount that says so, when one does. */
export interface Hidden {
  readonly hiddenBy: string | undefined
}

/**
 * Reads the `processes` section. `undefined` when there was no usable ps, or a row has an unknown form.
 * The table must show process 1, and under hidepid somebody else's process too (who is in the group of gid= sees all): else others are hidden,
 * and nothing may be concluded.
 */
export function parseProcesses(stdout: string): readonly Process[] | Hidden | undefined {
  const lines = stdout.split('\n')
  const flavour = /^@ps (procps|busybox)$/.exec(lines[0] ?? '')?.[1]
  if (!flavour) return undefined
  const rows: Process[] = []
  let hidepid: string | undefined
  let at = 1
  // Mounted over one another, the last counts.
  for (; lines[at]?.startsWith('@proc '); at += 1) hidepid = /(?:^|[ ,])(hidepid=(?!0|off)[a-z0-9]+)/.exec(lines[at] ?? '')?.[1]
  for (; at < lines.length; at += 1) {
    const text = lines[at] ?? ''
    if (text.startsWith('@')) break
    if (text.trim() === '' || (flavour === 'busybox' && /^\s*PID\s/.test(text))) continue
    const row = readRow(text, at + 1, flavour === 'busybox')
    if (!row) return undefined
    rows.push(row)
  }
  const accounts = new Set(rows.map(({ user }) => user))
  if (!rows.some(({ pid }) => pid === 1) || (hidepid !== undefined && accounts.size < 2)) return { hiddenBy: hidepid }
  const details = readDetails(lines.slice(at), at)
  readExecutables(lines.slice(at), details)
  const kubelets = readKubeletFiles(lines.slice(at))
  const confinements = readConfinements(lines.slice(at))
  const seen = readSeenFiles(lines.slice(at))
  return rows.map(({ cut, ...row }) => {
    const kubelet = kubelets.get(row.pid)
    const confinement = confinements.get(row.pid)
    const seenFiles = seen.get(row.pid)
    const found = details.get(row.pid)
    const whole = found?.argv !== undefined
    const process: Process = {
      ...row,
      ...(cut && !whole && { cut }),
      ...found,
      ...(kubelet && { kubelet }),
      ...(confinement && { confinement }),
    }
    return seenFiles ? withSeenFiles(process, seenFiles) : process
  })
}

/** A program that is not the host's at that place is of no package of the host. */
function withSeenFiles({ package: owner, ...process }: Process, seenFiles: SeenFiles): Process {
  const { executable } = process
  const ofHost = executable !== undefined && onHost(executable, seenFiles) === executable
  return { ...process, ...(ofHost && owner !== undefined && { package: owner }), seenFiles }
}

function readRow(text: string, line: number, busybox: boolean): Process | undefined {
  const match = busybox ? BUSYBOX.exec(text) : (PROCPS.exec(text) ?? PROCPS_SHIFTED.exec(text))
  if (!match) return undefined
  const [, pid = '', ppid = '', uid = '', user = '', comm = '', args = ''] = match
  const guessed = user === 'root' ? 0 : -1
  const words = args.split(' ').filter((word) => word !== '')
  const isCut = words.at(-1) === CUT
  return {
    pid: Number(pid),
    ppid: Number(ppid),
    uid: uid === '' ? guessed : Number(uid),
    user,
    name: comm.trimEnd(),
    argv: isCut ? words.slice(0, -1) : words,
    ...(isCut && { cut: true }),
    line,
  }
}

/** `@argv PID`, `@cgroup PID line`, `@uid PID effective`, `@held PID CapEff CapBnd NoNewPrivs Seccomp`, `@gateway PID hexadecimal`, `@address PID address`, `@network PID`, `@socket PID address:port`, `@beside PID other`, `@pod PID path`, `@env PID`, `@dotenv PID`; words and variables follow as `=` rows. `above`: lines before these. */
function readDetails(lines: readonly string[], above: number): Map<number, Details> {
  const found = new Map<number, Details>()
  let current: { kind: string; details: Details } | undefined
  for (const [index, text] of lines.entries()) {
    const header = /^@(argv|cgroup|gateway|address|network|socket|beside|uid|held|pod|env|dotenv) (\d+)(?: (.*))?$/.exec(text)
    if (header) {
      const [, kind = '', pid = '', rest = ''] = header
      const details = found.get(Number(pid)) ?? {}
      found.set(Number(pid), details)
      current = { kind, details }
      if (kind === 'argv') details.argv = []
      if (kind === 'env') details.environment = {}
      if (kind === 'dotenv')
        details.dotenv = { variables: details.dotenv?.variables ?? {}, unread: details.dotenv?.unread || rest === 'unread' }
      if (kind === 'uid' && /^\d+$/.test(rest)) details.uid = Number(rest)
      if (kind === 'held') details.held = readHeld(rest, above + index + 1)
      const gateway = kind === 'gateway' ? gatewayOf(rest) : undefined
      if (gateway !== undefined && (details.gateways ?? []).length < 8) details.gateways = [...(details.gateways ?? []), gateway]
      const address = kind === 'address' ? addressOf(rest) : undefined
      if (address !== undefined) details.addresses = [...new Set([...(details.addresses ?? []), address])].slice(0, 64)
      if (kind === 'network') details.ownNetwork = { sockets: [], beside: [], moreBeside: false }
      if (details.ownNetwork && (kind === 'socket' || kind === 'beside')) details.ownNetwork = withRow(details.ownNetwork, kind, rest)
      if (kind === 'pod') details.podLogs = withPodLog(details.podLogs ?? { paths: [], unread: false, line: above + index + 1 }, rest)
      // The unified hierarchy (0::) names the unit where it is used; on version 1 it is the root, and name=systemd tells.
      if (kind === 'cgroup') details.cgroup = longest(details.cgroup, rest.replace(/^\d+:[^:]*:/, ''))
    } else if (text.startsWith('=') && current) readWord(current, text.slice(1).replaceAll('\u0001', '\n'))
    else if (/^@(?:kubelet|bound|settings)/.test(text)) current = undefined
  }
  for (const details of found.values()) if (details.argv?.length === 0) delete details.argv
  return found
}

function readHeld(rest: string, line: number): Held | undefined {
  const [, effective, bounding, noNew, seccomp] = /^([0-9a-f]{16}) ([0-9a-f]{16}) ([01]) ([012])$/.exec(rest) ?? []
  if (effective === undefined || bounding === undefined) return undefined
  const [held, ever] = [BigInt(`0x${effective}`), BigInt(`0x${bounding}`)]
  return { effective: held, bounding: ever, noNewPrivileges: noNew === '1', filtered: seccomp !== '0', line }
}

function withRow(network: OwnNetwork, kind: 'socket' | 'beside', rest: string): OwnNetwork {
  const socket = kind === 'socket' ? readSocket(rest) : undefined
  if (socket) return { ...network, sockets: [...network.sockets, socket].slice(0, 64) }
  if (kind === 'beside' && /^\d{1,10}$/.test(rest)) return { ...network, beside: [...network.beside, Number(rest)].slice(0, 64) }
  // A socket that cannot be read is taken for one that may be anywhere.
  return { ...network, moreBeside: true }
}

/** A node lists one log and one folder of a container; more than a few rows are no answer of the script. */
function withPodLog(logs: PodLogs, rest: string): PodLogs {
  if (rest === 'unread') return { ...logs, unread: true }
  return rest.startsWith('/') && logs.paths.length < 8 ? { ...logs, paths: [...logs.paths, rest] } : logs
}

const CONTAINER = /docker|libpod|containerd|kubepods|crio|lxc/

/** `@exe PID<tab>cgroup<tab>path`; after `@packages` a path without `@package NAME path` belongs to none. */
function readExecutables(lines: readonly string[], found: Map<number, Details>): void {
  const looked = lines.some((line) => /^@packages (?:dpkg|rpm)$/.test(line))
  const owners = new Map<string, string>()
  for (const line of lines) {
    const [, name = '', path = ''] = /^@package (\S{1,200}) (\/.*)$/.exec(line) ?? []
    if (name !== '') owners.set(path, name.replace(/:[a-z0-9]+$/, ''))
  }
  for (const line of lines) {
    const match = /^@exe (\d{1,10})\t([^\t]*)\t(\/.*)$/.exec(line)
    if (!match) continue
    const [, pid = '', cgroup = '', path = ''] = match
    const details = found.get(Number(pid)) ?? {}
    found.set(Number(pid), details)
    details.executable = path.replaceAll('\u0001', '\n')
    if (cgroup !== '') details.cgroup ??= cgroup
    if (looked && !CONTAINER.test(cgroup)) details.package = owners.get(path) ?? owners.get(path.replace(/^\/usr(?=\/)/, '')) ?? null
  }
}

function readWord({ kind, details }: { kind: string; details: Details }, word: string): void {
  if (kind === 'argv' && word === CUT) details.cut = true
  else if (kind === 'argv') details.argv?.push(word)
  const [, name, quoted = ''] = (kind === 'dotenv' && /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(word)) || []
  if (name !== undefined && details.dotenv) details.dotenv.variables[name] ??= unquoted(quoted)
  const variable = kind === 'env' ? /^([A-Za-z_][A-Za-z0-9_]*)=([\s\S]*)$/.exec(word) : null
  if (variable?.[1] && details.environment) details.environment[variable[1]] = variable[2] ?? ''
}

/** As godotenv reads a value: in quotes whole, else up to a remark. */
const unquoted = (value: string): string => /^(["'])(.*)\1/.exec(value)?.[2] ?? value.replace(/(?:^|\s+)#.*$/, '').trimEnd()

const longest = (one: string | undefined, other: string): string => (one !== undefined && one.length >= other.length ? one : other)

import { parse } from 'yaml'
import type { KubeletFile, Process } from '../processes/processes.ts'
import { containerIdOf } from '../services/placement.ts'
import type { Program } from './programs.ts'

/** What decides who may ask a kubelet. Absent: not known. */
interface Doors {
  readonly anonymous?: boolean | undefined
  readonly mode?: string | undefined
  /** Plain HTTP, without any question; 0 is none. */
  readonly readOnlyPort?: number | undefined
}

/** Without a configuration file the defaults of its flags hold (applyLegacyDefaults), which ask nobody, and with one those of KubeletConfiguration v1beta1. */
const byFlags: Doors = { anonymous: true, mode: 'AlwaysAllow', readOnlyPort: 10_255 }
const byFile: Doors = { anonymous: false, mode: 'Webhook', readOnlyPort: 0 }

type Judged = Pick<Program, 'authentication' | 'readsOnly' | 'decidedBy' | 'authenticationUnknown'>

/**
 * Whether a kubelet asks who is there. Its flags win over its drop-ins, those over its file, whatever their order on the command line
 * (kubelet(8), --config; Kubernetes, "Set Kubelet Parameters Via A Configuration File"). k3s gives the same defaults as a file would, and its `kubelet-arg` wins.
 * `ports`: those that it listens on.
 */
export function kubeletAuthentication(process: Process, ports: readonly number[]): Judged {
  const k3s = process.name.startsWith('k3s') || /(?:^|\/)k3s/.test(process.argv[0] ?? '')
  const { whole = false, files = [], unread = [] } = containerIdOf(process.cgroup) === undefined ? (process.kubelet ?? {}) : {}
  const flags = flagsOf(
    k3s ? [...process.argv.map((word) => word.replace(/^(?:--kubelet-arg=)?(?:--)?/, '--')), ...ofK3s(files)] : process.argv,
  )
  const missing = [...unread]
  if (containerIdOf(process.cgroup) !== undefined) missing.push('its files, which lie in a container')
  if (!k3s && !whole) missing.push('its command line')
  const configured = k3s || flags.has('config')
  let doors = configured ? byFile : byFlags
  const own = files.filter(({ kind }) => kind === 'config')
  if (flags.has('config') && own.length === 0) missing.push(flags.get('config') ?? '')
  for (const file of [...own, ...files.filter(({ kind }) => kind === 'drop-in').sort((a, b) => (a.path < b.path ? -1 : 1))]) {
    const said = readConfiguration(file)
    if (said) doors = { ...doors, ...said }
    else missing.push(file.path)
  }
  if (missing.length > 0) doors = {}
  return judge({ ...doors, ...saidBy(flags) }, ports, [...new Set(missing)], k3s)
}

function judge(doors: Doors, ports: readonly number[], missing: readonly string[], k3s: boolean): Judged {
  const { anonymous, mode, readOnlyPort } = doors
  const readOnly = ports.includes(10_255)
    ? 'its read-only port 10255, which is open'
    : readOnlyPort
      ? `readOnlyPort: ${readOnlyPort}`
      : undefined
  if (anonymous && (mode === 'AlwaysAllow' || mode === undefined))
    return {
      authentication: 'none',
      decidedBy: [`anonymous requests${mode === undefined ? '' : ` and ${mode}`}`, readOnly ?? []].flat().join(' and '),
    }
  if (readOnly !== undefined) return { authentication: 'none', readsOnly: true, decidedBy: readOnly }
  if (missing.length > 0) {
    if (anonymous === false && readOnlyPort === 0)
      return { authentication: 'on', decidedBy: '--anonymous-auth=false and --read-only-port=0' }
    if (k3s) return { authentication: 'default' }
    return { authentication: 'unknown', authenticationUnknown: `${missing.join(', ')} could not be read` }
  }
  if (anonymous)
    return { authentication: 'unknown', authenticationUnknown: 'it takes anonymous requests, and the cluster decides what they may' }
  return k3s ? { authentication: 'default' } : { authentication: 'on', decidedBy: 'anonymous.enabled: false' }
}

/** By name; the last of each counts, and `_` is `-` (WordSepNormalizeFunc). A switch that stands alone is on. */
function flagsOf(words: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [at, word] of words.entries()) {
    const [, name = '', value] = /^--([A-Za-z][A-Za-z0-9_-]*)(?:=(.*))?$/s.exec(word) ?? []
    const flag = name.replaceAll('_', '-')
    if (flag !== '') found.set(flag, value ?? (flag === 'anonymous-auth' ? 'true' : (words[at + 1] ?? '')))
  }
  return found
}

/** A value that the flag does not take ends the kubelet, so it is none that counts (strconv.ParseBool). */
function saidBy(flags: ReadonlyMap<string, string>): Doors {
  const anonymous = flags.get('anonymous-auth')
  const mode = flags.get('authorization-mode')
  const port = flags.get('read-only-port')
  return {
    ...(anonymous !== undefined && { anonymous: !/^(?:0|f|false)$/i.test(anonymous) }),
    ...(mode !== undefined && { mode }),
    ...(port !== undefined && { readOnlyPort: /^\d+$/.test(port) ? Number(port) : undefined }),
  }
}

/** Items of `kubelet-arg` (docs.k3s.io, configuration file); every one counts as though it held. */
function ofK3s(files: readonly KubeletFile[]): string[] {
  return files.flatMap(({ kind, lines }) => {
    let inside = false
    return (kind === 'k3s' ? lines : []).flatMap((line) => {
      const key = /^["']?([A-Za-z0-9-]+)\+?["']?:(.*)$/s.exec(line)
      if (key) inside = key[1] === 'kubelet-arg'
      return inside ? [...(key?.[2] ?? line).matchAll(/([a-z-]+=[^"',\]\s]*)/g)].map(([item]) => `--${item.replace(/^-+/, '')}`) : []
    })
  })
}

/** What a KubeletConfiguration says of its doors; undefined when it is none. Kubernetes reads YAML 1.1, of which JSON is a part. */
function readConfiguration({ lines }: KubeletFile): Doors | undefined {
  let value: unknown
  try {
    value = parse(lines.join('\n'), { version: '1.1', maxAliasCount: 10, logLevel: 'error' })
  } catch {
    return undefined
  }
  const object = (one: unknown): Record<string, unknown> | undefined =>
    one === undefined || one === null ? {} : typeof one === 'object' && !Array.isArray(one) ? (one as Record<string, unknown>) : undefined
  const top = object(value)
  const anonymous = object(object(top?.authentication)?.anonymous)
  const authorization = object(top?.authorization)
  if (value === null || !top || !anonymous || !authorization) return undefined
  const [enabled, mode, port] = [anonymous.enabled ?? undefined, authorization.mode ?? undefined, top.readOnlyPort ?? undefined]
  if ((enabled !== undefined && typeof enabled !== 'boolean') || (mode !== undefined && typeof mode !== 'string')) return undefined
  if (port !== undefined && typeof port !== 'number') return undefined
  return {
    ...(enabled !== undefined && { anonymous: enabled }),
    ...(mode !== undefined && mode !== '' && { mode }),
    ...(port !== undefined && { readOnlyPort: port }),
  }
}

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

/** The file of flags that MicroK8s hands to the kubelet within its kubelite (microk8s.io, "Configuring services"). */
const MICROK8S = 'kubelet-args-file'

type Judged = Pick<Program, 'authentication' | 'readsOnly' | 'decidedBy' | 'authenticationUnknown'>

/**
 * Whether a kubelet asks who is there. Its flags win over its drop-ins, those over its file, whatever their order on the command line
 * (kubelet(8), --config; Kubernetes, "Set Kubelet Parameters Via A Configuration File"). k3s gives the same defaults as a file would, and its `kubelet-arg` wins.
 * `ports`: those that it listens on.
 */
export function kubeletAuthentication(process: Process, ports: readonly number[]): Judged {
  const contained = containerIdOf(process.cgroup) !== undefined
  const { whole = false, files = [], unread = [] } = contained ? {} : (process.kubelet ?? {})
  const k3s = process.name.startsWith('k3s') || /(?:^|\/)k3s/.test(process.argv[0] ?? '') ? startedByK3s(process.argv, files) : undefined
  const flags = flagsOf(k3s?.words ?? process.argv)
  const missing = [...unread, ...(k3s?.missing ?? [])]
  if (contained) missing.push('its files, which lie in a container')
  else if (!k3s && !whole) missing.push(flags.get(MICROK8S) ?? 'its command line')
  let doors = k3s || flags.has('config') ? byFile : byFlags
  const own = files.filter(({ kind }) => kind === 'config')
  if (flags.has('config') && own.length === 0) missing.push(flags.get('config') ?? '')
  const dropIns = k3s?.elsewhere ? [] : files.filter(({ kind }) => kind === 'drop-in')
  for (const file of [...own, ...inOrder(dropIns)]) {
    const said = readConfiguration(file)
    if (said) doors = { ...doors, ...said }
    else missing.push(file.path)
  }
  // k3s hands its kubelet --read-only-port=0, which wins over drop-ins: only what `kubelet-arg` says, or a port that is open, says otherwise.
  if (k3s && !ports.includes(doors.readOnlyPort ?? 0)) doors = { ...doors, readOnlyPort: 0 }
  if (missing.length > 0) doors = {}
  return judge({ ...doors, ...saidBy(flags) }, ports, [...new Set(missing)], k3s !== undefined)
}

/** Name by name along the path (filepath.WalkDir): what `10` holds comes before `10.conf`. */
const inOrder = (files: readonly KubeletFile[]): readonly KubeletFile[] => {
  const names = ({ path }: KubeletFile): string => path.replaceAll('/', '\0')
  return [...files].sort((a, b) => (names(a) < names(b) ? -1 : 1))
}

function judge(doors: Doors, ports: readonly number[], missing: readonly string[], k3s: boolean): Judged {
  const { anonymous, mode, readOnlyPort } = doors
  const readOnly = ports.includes(10_255)
    ? 'its read-only port 10255, which is open'
    : readOnlyPort
      ? `readOnlyPort: ${readOnlyPort}`
      : undefined
  if (anonymous && mode === 'AlwaysAllow')
    return { authentication: 'none', decidedBy: [`anonymous requests and ${mode}`, readOnly ?? []].flat().join(' and ') }
  if (readOnly !== undefined) return { authentication: 'none', readsOnly: true, decidedBy: readOnly }
  if (missing.length > 0) {
    if (anonymous === false && readOnlyPort === 0)
      return { authentication: 'on', decidedBy: '--anonymous-auth=false and --read-only-port=0' }
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

interface OfK3s {
  /** What its kubelet is started with: the configuration of k3s, then its own words, so that the last of each counts. */
  readonly words: readonly string[]
  readonly missing: readonly string[]
  /** Its drop-ins lie in another folder than the one that was read. */
  readonly elsewhere: boolean
}

const K3S_FILE = '/etc/rancher/k3s/config.yaml'
const K3S_DROP_INS = '/var/lib/rancher/k3s/agent/etc/kubelet.conf.d'

/**
 * What k3s starts its kubelet with (docs.k3s.io, "Configuration File"; "k3s server", "k3s agent"). It hides its own words from ps, so they are those of its
 * unit, unless it runs as a build that shows them.
 */
function startedByK3s(argv: readonly string[], files: readonly KubeletFile[]): OfK3s {
  const unit = files.filter(({ kind }) => kind === 'words').flatMap(({ lines }) => lines)
  const hidden = argv.length <= 2
  const words = hidden ? unit.flatMap((row) => row.split(' ')) : argv
  const of = (...names: readonly string[]): readonly string[] =>
    words.flatMap((word, at) => {
      if (names.includes(word)) return words[at + 1] ?? []
      const [name = '', ...value] = word.split('=')
      return names.includes(name) && value.length > 0 ? [value.join('=')] : []
    })
  // Files of variables go over those of the unit, each over the one before (systemd.exec(5)); a flag goes before them all.
  const variables = [...unit, ...files.filter(({ kind }) => kind === 'variables').flatMap(({ lines }) => lines)]
  const named = (name: string): readonly string[] =>
    variables.flatMap((row) => new RegExp(`^\\s*${name}=["']?([^"']+)`).exec(row)?.[1]?.trim() ?? []).slice(-1)
  const [config = K3S_FILE] = [...of('--config', '-c'), ...named('K3S_CONFIG_FILE')]
  const settings = files.filter(({ kind }) => kind === 'k3s')
  const items = [...(config === K3S_FILE ? kubeletArguments(settings) : []), ...of('--kubelet-arg')].map((item) => {
    const bare = item.replace(/^-+/, '')
    return `--${bare}${bare.includes('=') ? '' : '=true'}`
  })
  const [folder] = flagsOf(items).has('config-dir')
    ? [flagsOf(items).get('config-dir')]
    : [...of('--data-dir', '-d'), ...named('K3S_DATA_DIR')]
  const moved = settings.some(({ lines }) => lines.some((line) => /^["']?data-dir["']?\s*:/.test(line)))
  const elsewhere = (folder !== undefined && folder !== K3S_DROP_INS && folder !== '/var/lib/rancher/k3s') || moved
  return {
    words: items,
    missing: [
      ...(hidden && unit.length === 0 ? ['its command line, which k3s hides,'] : []),
      ...(config === K3S_FILE ? [] : [config]),
      ...(elsewhere ? [`the drop-ins of its kubelet below ${folder ?? 'its data-dir'}`] : []),
    ],
    elsewhere,
  }
}

/**
 * Items of `kubelet-arg`: the file first, then its drop-ins by name; a list takes the place of an earlier one, with `+` it is added to it. A remark says nothing.
 */
function kubeletArguments(settings: readonly KubeletFile[]): readonly string[] {
  let items: string[] = []
  for (const { lines } of [
    ...settings.filter(({ path }) => path === K3S_FILE),
    ...inOrder(settings.filter(({ path }) => path !== K3S_FILE)),
  ]) {
    let inside = false
    for (const line of lines) {
      const text = line.replace(/(?:^|\s)#.*$/, '')
      const [, name, plus, rest] = /^[\s{]*["']?([A-Za-z0-9-]+)(\+?)["']?\s*:(.*)$/.exec(text) ?? []
      if (name !== undefined) inside = name === 'kubelet-arg'
      if (inside && plus === '') items = []
      if (inside)
        items.push(...[...(rest ?? text).matchAll(/[a-z-]+(?:=[^"',\]}\s]*)?/g)].map(([item]) => item.replace(/^-+/, '')).filter(Boolean))
    }
  }
  return items
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

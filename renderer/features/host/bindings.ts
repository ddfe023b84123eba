import type { Finding } from '#shared/model/finding.ts'
import { engineNames, type InferenceService } from '#shared/model/inference-service.ts'
import { type Listener, printBind } from '#shared/model/listener.ts'
import { rankOf } from '#shared/status.ts'
import { outcomeWords, type Tone } from '../../ui/outcome-words.ts'
import { plainText } from '../../ui/plain-text.ts'

export interface Binding {
  readonly key: string
  readonly process: string
  readonly bind: string
  readonly protocol: string
  readonly purpose: string
  readonly reach: string
  readonly state: { readonly word: string; readonly tone: Tone }
}

/** What well-known programs listen for. Names as `ss` shows them: comm, at most 15 characters. */
const purposes: Readonly<Record<string, string>> = {
  nginx: 'Reverse proxy',
  caddy: 'Reverse proxy',
  haproxy: 'Reverse proxy',
  traefik: 'Reverse proxy',
  envoy: 'Reverse proxy',
  'oauth2-proxy': 'Sign-in proxy',
  sshd: 'SSH',
  'systemd-resolve': 'DNS on this host',
  chronyd: 'Time',
  'systemd-timesyn': 'Time',
  node_exporter: 'Host metrics',
  'dcgm-exporter': 'GPU metrics',
  'nv-hostengine': 'GPU metrics',
}
/** Meant to be reached from elsewhere; whether from everywhere is for the firewall controls. */
const doors = new Set(['nginx', 'caddy', 'haproxy', 'traefik', 'envoy', 'oauth2-proxy', 'sshd'])

const reaches: Readonly<Record<Listener['scope'], string>> = {
  loopback: 'This host',
  wildcard: 'Every interface',
  specific: 'This address',
}

/** Sockets with the service behind them, exposed ones first. */
export function bindingsOf(
  listeners: readonly Listener[],
  services: readonly InferenceService[],
  findings: readonly Finding[] = [],
): Binding[] {
  const seen = new Set<string>()
  return listeners
    .map((listener) => ({ listener, service: serviceBehind(listener, services) }))
    .map(({ listener, service }) => bindingOf(listener, service, findings))
    .filter((binding) => !seen.has(binding.key) && seen.add(binding.key))
    .sort(
      (a, b) =>
        toneRank(a.state.tone) - toneRank(b.state.tone) ||
        reachRank(a) - reachRank(b) ||
        byText.compare(a.process, b.process) ||
        byText.compare(a.bind, b.bind),
    )
}

const byText = new Intl.Collator('en', { numeric: true })

const serviceBehind = (listener: Listener, services: readonly InferenceService[]): InferenceService | undefined =>
  listener.protocol === 'tcp'
    ? (services.find((service) => listener.processes.some((process) => service.pids.includes(process.pid))) ??
      services.find((service) => service.binds.some((bind) => bind.port === listener.port && bind.address === listener.address)))
    : undefined

function bindingOf(listener: Listener, service: InferenceService | undefined, findings: readonly Finding[]): Binding {
  const name = listener.processes[0]?.name
  const process = plainText(name ?? (service === undefined ? 'Not readable' : engineNames[service.engine]), 60)
  return {
    key: `${listener.protocol} ${printBind(listener)} ${process}`,
    process,
    bind: plainText(printBind(listener), 80),
    protocol: listener.protocol,
    purpose: service === undefined ? (purposes[name ?? ''] ?? 'Other') : `${engineNames[service.engine]} inference`,
    reach: reaches[listener.scope],
    state: stateOf(listener, service, name, findings),
  }
}

function stateOf(
  listener: Listener,
  service: InferenceService | undefined,
  name: string | undefined,
  findings: readonly Finding[],
): Binding['state'] {
  if (listener.scope === 'loopback') return { word: 'Local', tone: 'pass' }
  if (service !== undefined) return { word: 'Exposed', tone: 'fail' }
  if (name !== undefined && doors.has(name)) return { word: 'Expected', tone: 'pass' }
  const [status] = findings
    .filter((finding) => finding.status !== 'pass' && finding.status !== 'not-applicable' && marks(finding, listener))
    .map((finding) => finding.status)
    .sort((a, b) => rankOf(a) - rankOf(b))
  if (status === undefined) return { word: 'Not judged', tone: 'unknown' }
  return { word: status === 'fail' ? 'Exposed' : outcomeWords[status].word, tone: outcomeWords[status].tone }
}

/** Is its line the one that decides? */
const marks = ({ evidence }: Finding, { section = 'listeners', line }: Listener): boolean =>
  evidence.some((one) => one.section === section && one.lines.some(({ number, note }) => number === line && note !== undefined))

const reachRank = (binding: Binding): number => Object.values(reaches).reverse().indexOf(binding.reach)
const toneRank = (tone: Tone): number => ['fail', 'warn', 'unknown', 'pass'].indexOf(tone)

/** "5 listeners, 1 exposed". */
export function bindingSummary(bindings: readonly Binding[]): string {
  const exposed = bindings.filter((binding) => binding.state.tone === 'fail').length
  return `${bindings.length} ${bindings.length === 1 ? 'listener' : 'listeners'}${exposed > 0 ? `, ${exposed} exposed` : ''}`
}

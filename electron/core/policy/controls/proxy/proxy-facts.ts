import { fleetSchema } from '#shared/model/fleet.ts'
import type { Engine, InferenceService } from '#shared/model/inference-service.ts'
import { createAdvisoryBook } from '../../../advisories/advisory-book.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { parseDump } from '../../../facts/nginx/parse.ts'
import type { AnyControl, Control, PolicyContext, Verdict } from '../../control.ts'

/** Test support: the facts of one host, from the words of its nginx configuration. */
const ports: Readonly<Record<Engine, number>> = { ollama: 11434, vllm: 8000, 'llama.cpp': 8080, localai: 8080 }

/** An engine of systemd on its usual port, without a key; on 127.0.0.1 where no other address is named. */
export function service(engine: Engine, change: Partial<InferenceService> & { readonly address?: string } = {}): InferenceService {
  const { address = '127.0.0.1', ...rest } = change
  const scope =
    address === '127.0.0.1' || address === '::1' ? 'loopback' : address === '0.0.0.0' || address === '::' ? 'wildcard' : 'specific'
  return {
    id: `${engine}.service`,
    engine,
    how: 'systemd',
    running: true,
    pids: [100],
    argv: [],
    binds: [{ address, port: ports[engine], scope, section: 'listeners', line: 3, basis: 'observed' }],
    apiKey: 'none',
    modelPaths: [],
    ...rest,
  }
}

/** A whole dump of `nginx -T`, or what stands inside `http { … }`. */
export function facts(configuration: string, services: readonly InferenceService[], more: Readonly<Record<string, unknown>> = {}) {
  const dump = configuration.startsWith('# configuration file')
    ? configuration
    : `# configuration file /etc/nginx/nginx.conf:\nhttp {\n${configuration}\n}\n`
  const parsed = parseDump(dump)
  if (!parsed.ok) throw new Error(parsed.message)
  return {
    nginx: { installed: true, running: true, version: '1.22.1', directives: parsed.directives },
    services,
    os: known({ sysctl: {} }),
    network: known({ addresses: [], routes: [], defaultRoute: true }),
    firewall: unknown('not read', []),
    listeners: known([]),
    containers: known({ runtimes: [], containers: [] }),
    caddy: known({ instances: [] }),
    processes: known([]),
    programs: known([]),
    units: known([]),
    'account-units': known({ files: [], unread: [] }),
    'guarded-files': known({ files: [], folders: [] }),
    accounts: known({ accounts: [], groups: [] }),
    access: known({ shadowGroups: known([]), acls: known([]) }),
    'oauth2-proxy': known([]),
    certificates: { certificates: [], unreadable: [], endpoints: [] },
    wire: known({ endpoints: [] }),
    sources: known({}),
    ...more,
  }
}

/** One host, gpu-01 at 10.0.3.7, in a fleet file with these segments and this policy. */
export function policyContext(
  networks: Readonly<Record<string, readonly string[]>> = {},
  policy: Readonly<Record<string, unknown>> = {},
): PolicyContext {
  const fleet = fleetSchema.parse({
    version: 1,
    name: 'test',
    identities: { audit: { user: 'audit' } },
    hosts: [{ name: 'gpu-01', address: '10.0.3.7' }],
    networks,
    policy,
  })
  const [host] = fleet.hosts
  if (!host) throw new Error('no host')
  return { fleet, host, now: Date.UTC(2026, 10, 22), advisories: createAdvisoryBook([], []) }
}

/** Asks a control as the engine does, but with facts that are plainly known. */
export const ask = (control: AnyControl, given: ReturnType<typeof facts>, context = policyContext()): readonly Verdict[] =>
  (control as unknown as Control).evaluate(given as never, context)

/** Every title obeys the microcopy rule. */
export const outcomes = (verdicts: readonly Verdict[]): readonly string[] =>
  verdicts.map(({ status, title }) => (title.length < 48 ? `${status}: ${title}` : `TOO LONG: ${title}`))

import { printRoute, routesOf, whoeverJoins } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { webPagesOf } from '../../../facts/services/web-pages.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl, type Verdict } from '../../control.ts'
import type { DirectWaySources } from '../inference/direct-way.ts'
import { citeUnit, judgeRunning, serviceName } from '../inference/service-words.ts'
import { atEngine } from './authentication.ts'
import { judgeOwnPort } from './own-port.ts'
import { exposedBinds, listed } from './proxy-paths.ts'

export default defineControl({
  id: 'engine-requires-key-when-exposed',
  item: 'INF-3',
  severity: 'critical',
  title: 'An inference port beyond loopback needs a key on every route',
  rationale:
    "Requests to the engine's own port meet no proxy. Ollama has no authentication at all, and the key of vLLM guards only /v1, /v2, /inference and /cohere, so /invocations runs prompts without it.",
  needs: ['services'],
  uses: ['os', 'processes', 'firewall', 'network', 'units'],
  remediation: { template: 'ollama-loopback', otherEngines: 'vllm-credential', also: ['llama-server-unit', 'localai-unit'] },
  references: [
    'NIST-800-53:IA-2',
    'NIST-800-53:AC-14',
    'CIS-8:6.3',
    'ISO-27001:A.8.5',
    'OWASP-LLM:LLM10',
    'https://docs.vllm.ai/en/latest/usage/security/',
  ],
  evaluate: ({ services, ...uses }) => [
    ...judgeRunning(services, (service) => judge(service, uses)),
    ...services.filter(({ running }) => running).flatMap((service) => judgePages(service, uses)),
  ],
})

const judge = (service: InferenceService, uses: DirectWaySources): Verdict =>
  judgeOwnPort(service, uses, {
    local: (binds) => ({
      title: 'The inference port is local only',
      reason: `${serviceName(service)} listens on ${binds}: only accounts of this host and its proxy reach it${comesOpen(service) ? ', and as it comes any page of the web that is open in a browser here' : ''}.`,
    }),
    judgeAt: (one, where) => judgeAt(one, where, uses.processes),
  })

type Settings = Pick<DirectWaySources, 'processes'> & { readonly units: FactResult<readonly Unit[]> }

/** Where its unit or its command line has a setting; else the sockets at which it counts. */
function citeSetting({ unit: id, pids, argv, binds }: InferenceService, setting: string, { units, processes }: Settings): Verdict['cite'] {
  const note = 'Expected the sites that ask it, or none.'
  const unit = units.known ? units.value.find((one) => one.id === id) : undefined
  const inUnit = unit ? citeUnit(unit, `Environment:${setting}`, { token: setting, note }) : []
  const token = argv.find((word) => word.replaceAll('_', '-').split('=')[0] === setting)?.split('=')[0]
  const main = token !== undefined && processes.known ? processes.value.find(({ pid }) => pid === pids[0]) : undefined
  if (main) return [{ section: 'processes', line: main.line, ...(token !== undefined && { token }), note }]
  return inUnit.length > 0 ? inUnit : binds.map(({ section, line }) => ({ section, line }))
}

const asksNobody = ({ apiKey }: InferenceService): boolean => apiKey === 'none' || apiKey === 'placeholder'
const comesOpen = (service: InferenceService): boolean => asksNobody(service) && webPagesOf(service)?.chosen === false

/**
 * Whatever page somebody looks at asks through his browser: one that runs here, or to which the port is forwarded. A row of its own, since closing the port, which
 * mends the other, leaves it as it is.
 */
function judgePages(service: InferenceService, around: Settings): readonly Verdict[] {
  const pages = webPagesOf(service)
  if (!pages?.chosen || !(asksNobody(service) || pages.withLogin)) return []
  return [
    {
      status: 'warning',
      severity: pages.withLogin ? 'medium' : 'low',
      template: null,
      subject: `${service.id}, web pages`,
      title: pages.withLogin ? 'Any web page may use a login at its proxy' : 'Any web page in a browser here may ask it',
      reason: `With ${pages.by} ${serviceName(service)} lets pages of any site ask it${pages.withLogin ? ', with the login that somebody has at its proxy' : ' that are open in a browser here, or where somebody forwards its port to (ssh -L)'}.`,
      hint: 'Name the sites that have to ask it from browsers, or leave the setting out where none has.',
      cite: citeSetting(service, pages.setting, around),
    },
  ]
}

/** Where others reach it. */
function judgeAt(service: InferenceService, where: string, processes: DirectWaySources['processes']): Verdict {
  const base = { subject: service.id }
  const exposed = exposedBinds(service)
  const cite = (note?: string) =>
    (exposed.length > 0 ? exposed : service.binds).map(({ section, line }) => ({ section, line, ...(note && { note }) }))
  const routes = routesOf(service)
  const open = routes.filter((route) => atEngine(service, route) === 'no')
  if (service.apiKey === 'none')
    return {
      ...base,
      status: 'fail',
      title: 'Inference port answers without a key',
      reason: `${serviceName(service)} listens on ${where} and asks for no key, so all ${routes.length} known routes are open.${comesOpen(service) ? ' As it comes, any page of the web may ask it from a browser that gets there, too.' : ''}`,
      cite: cite('Reachable beyond this host, no key. Expected 127.0.0.1 behind a proxy.'),
    }
  if (service.apiKey === 'placeholder')
    return {
      ...base,
      status: 'fail',
      title: 'Its key is one that everybody knows',
      reason: `${serviceName(service)} listens on ${where} and takes a key that guides print where one belongs, or the bare name of a variable. All ${routes.length} known routes are open to whoever tries it.`,
      hint: 'Give it a random key (openssl rand -hex 32), in a file that only the server reads.',
      cite: [
        ...cite('Reachable beyond this host, with a key that everybody knows. Expected 127.0.0.1 behind a proxy.'),
        ...citeFlag(service, processes),
      ],
    }
  const names = listed(open.map(printRoute), 12)
  const joins = whoeverJoins(service)
  if (joins === 'yes')
    return {
      ...base,
      status: 'fail',
      title: 'Anyone may open an account of LocalAI',
      reason: `${serviceName(service)} listens on ${where} and lets in whoever registers (LOCALAI_REGISTRATION_MODE), so its accounts keep nobody from: ${names}.`,
      hint: 'LOCALAI_REGISTRATION_MODE=approval has an administrator look at each account first.',
      cite: cite('Accounts are open to all. Expected 127.0.0.1 behind a proxy.'),
    }
  // Whether there is a key or not: these never ask for it.
  if (open.some((route) => route.class !== 'health' && route.class !== 'metadata'))
    return {
      ...base,
      status: 'fail',
      title: `${open.length} of ${routes.length} routes ignore the API key`,
      reason: `${serviceName(service)} listens on ${where} and no key covers: ${names}.`,
      cite: cite('The key does not cover every route. Expected 127.0.0.1 behind a proxy that lets named routes through.'),
    }
  if (service.apiKey === 'unknown')
    return {
      ...base,
      status: 'not-evaluated',
      title: 'Whether a key is needed is not known',
      reason: `${serviceName(service)} listens on ${where}, but its environment or key file could not be read.`,
      cite: cite(),
    }
  const varying = routes.filter((route) => route.class === 'inference' && atEngine(service, route) === 'unknown')
  if (varying.length > 0)
    return {
      ...base,
      status: 'not-evaluated',
      title: 'Some routes may ignore the key',
      reason: `${serviceName(service)} listens on ${where}. ${joins === 'unknown' ? 'Whether anyone may open an account there is not known, which would be enough for' : 'Only newer releases ask who is there on'}: ${listed(varying.map(printRoute), 12)}.`,
      hint: `Listen on 127.0.0.1 behind a proxy, or ${joins === 'unknown' ? 'set LOCALAI_REGISTRATION_MODE=approval' : 'give it a key of its own, too'}.`,
      cite: cite(),
    }
  if (open.length > 0)
    return {
      ...base,
      status: 'warning',
      severity: 'low',
      title: `${open.length} of ${routes.length} routes ignore the API key`,
      reason: `${serviceName(service)} listens on ${where}. Its key does not cover: ${names}.`,
      cite: cite('Some routes need no key.'),
    }
  return {
    ...base,
    status: 'pass',
    title: 'The API key covers every known route',
    reason: `${serviceName(service)} listens on ${where} and asks for its key on all ${routes.length} known routes.`,
    cite: cite(),
  }
}

/** Where the key stands on its command line: it is no secret. */
function citeFlag({ pids, argv }: InferenceService, processes: DirectWaySources['processes']): Verdict['cite'] {
  const token = argv.map((word) => /^--api[-_]keys?(?==|$)/.exec(word)?.[0]).find((flag) => flag !== undefined)
  const main = processes.known ? processes.value.find(({ pid }) => pid === pids[0]) : undefined
  return token !== undefined && main ? [{ section: 'processes', line: main.line, token, note: 'Expected a random key.' }] : []
}

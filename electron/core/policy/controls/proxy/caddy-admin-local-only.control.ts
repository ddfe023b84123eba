import type { Listener } from '#shared/model/listener.ts'
import { type CaddyInstance, pullsAnother, type ReadCaddy, readCaddies, unreadCaddies } from '../../../facts/caddy/caddy.ts'
import { field, isTrue, items, type JsonNode, textOf, texts } from '../../../facts/caddy/json-lines.ts'
import { dials } from '../../../facts/caddy/model/dialled.ts'
import { readListens } from '../../../facts/caddy/model/servers.ts'
import type { Citation } from '../../../facts/citation.ts'
import { type FactResult, known } from '../../../facts/fact.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { type AroundNginx, ledTo, mayBeChosen } from './led-by-nginx.ts'
import { unreadProxy } from './other-proxies.ts'

export default defineControl({
  id: 'caddy-admin-local-only',
  item: 'INF-4',
  severity: 'critical',
  title: 'The admin endpoint of Caddy answers this machine only',
  rationale:
    'Whoever reaches it replaces the whole configuration: logins are gone with one request, and every model server of the network can be forwarded to. It asks nobody who he is.',
  steps: 'Set admin to localhost:2019, a unix socket or off, and let no site forward to it.',
  needs: ['caddy'],
  uses: ['listeners', 'nginx', 'network', 'containers', 'services', 'oauth2-proxy'],
  references: ['NIST-800-53:CM-5', 'NIST-800-53:AC-3', 'CIS-8:4.1', 'ISO-27001:A.8.2', 'https://caddyserver.com/docs/api'],
  evaluate: ({ caddy, listeners, ...others }) => {
    const around = { ...others, listeners, caddy: known(caddy) }
    const verdicts = [
      ...readCaddies(known(caddy)).flatMap((instance) => [judge(instance, listeners), ...forwarded(instance, around), ...remote(instance)]),
      ...unreadCaddies(known(caddy)).map(unreadInstance),
    ]
    if (verdicts.length > 0) return verdicts
    const reason = 'No Caddy runs on this host.'
    return [{ status: 'not-applicable', subject: '', title: 'No Caddy runs here', reason, cite: [{ section: 'caddy', line: 0 }] }]
  },
})

const unreadInstance = ({ id, unread, line }: CaddyInstance): Verdict => ({
  status: 'not-evaluated',
  subject: `${id} admin`,
  title: 'Where the admin endpoint listens is unknown',
  reason: `The configuration of ${id} is unread: ${unread}.`,
  cite: [{ section: 'caddy', line }],
})

function judge(instance: ReadCaddy, listeners: FactResult<readonly Listener[]>): Verdict {
  const { config } = instance
  const admin = field(config, 'admin')
  const listen = field(admin, 'listen')
  const cite = [{ section: 'caddy', line: (listen ?? admin ?? config).line }]
  const base = { subject: `${instance.id} admin` }
  const pulled = pullsAnother(instance)
  if (pulled) {
    const reason =
      'Another configuration took the place of its file (admin.config.load), and the endpoint did not answer where the file puts it.'
    const title = 'Where the admin endpoint listens is unknown'
    return { ...base, status: 'not-evaluated', title, reason, cite: [{ section: 'caddy', line: pulled.line }] }
  }
  if (isTrue(field(admin, 'disabled')))
    return { ...base, status: 'pass', title: 'The admin endpoint is off', reason: 'admin.disabled is true.', cite }
  const written = textOf(listen) ?? ''
  if (written === '') return { ...base, ...byDefault(instance, listeners, cite) }
  const [found] = listen ? readListens(listen) : []
  if (!found || written.includes('{')) {
    const reason = `admin.listen is ${written.slice(0, 80)}.`
    return { ...base, status: 'not-evaluated', title: 'Where the admin endpoint listens is unknown', reason, cite }
  }
  if (found.scope === 'loopback' || found.scope === 'unix')
    return { ...base, status: 'pass', title: onLoopback, reason: `admin.listen is ${written}.`, cite }
  return {
    ...base,
    status: 'fail',
    title: 'The admin endpoint is open to the network',
    reason: `admin.listen is ${written}: whoever gets there replaces the configuration. Expected localhost:2019, a unix socket, or off.`,
    cite: cite.map((one) => ({ ...one, note: 'Expected localhost:2019.', token: written })),
  }
}

const CHANGES = ['POST', 'PUT', 'PATCH', 'DELETE']

/** May those with such a key change something? Without a path nothing is allowed, without a method every one is (admin.go, RemoteAdmin.enforceAccessControls). */
const mayChange = (access: JsonNode): boolean =>
  items(field(access, 'public_keys')).length > 0 &&
  items(field(access, 'permissions')).some((permission) => {
    const methods = texts(field(permission, 'methods'))
    return texts(field(permission, 'paths')).length > 0 && (methods.length === 0 || methods.some((method) => CHANGES.includes(method)))
  })

/** The second endpoint, for other machines, which stays where `disabled` takes the first one away. It knows its clients by their certificates. */
function remote({ id, config }: ReadCaddy): readonly Verdict[] {
  const node = field(config, 'admin', 'remote')
  if (!node) return []
  const listen = field(node, 'listen')
  const written = textOf(listen) ?? ''
  const open =
    written === '' ||
    written.includes('{') ||
    (listen !== undefined && readListens(listen).every(({ scope }) => scope !== 'loopback' && scope !== 'unix'))
  const at = written || `:${REMOTE_PORT}`
  const base = {
    subject: `${id} remote admin`,
    cite: [{ section: 'caddy', line: (listen ?? node).line, ...(written && { token: written }) }],
  }
  const changing = items(field(node, 'access_control')).filter(mayChange)
  if (!open) return [{ ...base, status: 'pass', title: onLoopback, reason: `admin.remote.listen is ${written}.` }]
  if (changing.length === 0)
    return [
      {
        ...base,
        status: 'pass',
        title: 'The remote admin endpoint only tells',
        reason: `It listens on ${at}, and admin.remote lets nobody change anything.`,
      },
    ]
  return [
    {
      ...base,
      status: 'warning',
      severity: 'medium',
      title: 'Caddy takes its configuration remotely',
      reason: `admin.remote listens on ${at}: from other machines, whoever holds one of the keys of access_control replaces the configuration. Expected none, or a network of its own for it.`,
    },
  ]
}

const REMOTE_PORT = 2021

/** Sites that hand requests on to the endpoint: it looks at no more than the name that a request is for, which a client or the site writes as it likes. */
function forwarded({ id, config }: ReadCaddy, around: AroundNginx & Parameters<typeof unreadProxy>[0]): readonly Verdict[] {
  const admin = field(config, 'admin')
  if (isTrue(field(admin, 'disabled'))) return []
  const listen = field(admin, 'listen')
  const written = textOf(listen) || `localhost:${DEFAULT_PORT}`
  const [own] = listen && textOf(listen) ? readListens(listen) : []
  const port = own?.port ?? DEFAULT_PORT
  const leads = (dial: string) =>
    own?.scope === 'unix'
      ? dial === written.split('|')[0]
      : new RegExp(`^(?:tcp/)?(?:localhost|127\\.[\\d.]+|\\[::1\\]|0\\.0\\.0\\.0)?:${port}$`).test(dial)
  const verdict = (to: string, cite: Citation): Verdict => ({
    subject: `${id} forwarded admin`,
    status: 'fail',
    title: 'A site forwards to the admin endpoint',
    reason: `Requests are handed on to ${to}, the admin endpoint on ${written}: whoever may use that site replaces the configuration. Expected no way to it.`,
    cite: [{ ...cite, note: 'This is the admin endpoint.' }],
  })
  const atSocket = own?.scope === 'unix'
  const ways = ledTo(around, { ports: atSocket ? [] : [port], ...(atSocket && { isSocket: (path) => path === own.address.split('|')[0] }) })
  const byNginx = ways.filter(({ chosen }) => !chosen)
  const chosen = ways.find((one) => one.chosen && one.login !== 'yes')
  return [
    ...dials(field(config, 'apps', 'http')).flatMap((dial) => {
      const to = textOf(dial) ?? ''
      return leads(to) ? [verdict(to, { section: 'caddy', line: dial.line, token: to })] : []
    }),
    ...byNginx.map(({ at, line }) => verdict(`it by nginx at ${at.slice(0, 120)}`, line)),
    ...(chosen ? [{ subject: `${id} forwarded admin`, ...mayBeChosen(`The admin endpoint is on ${written}`, chosen) }] : []),
    ...notRead(id, unreadProxy(around)),
  ].slice(0, 1)
}

const notRead = (id: string, doubt: ReturnType<typeof unreadProxy>): readonly Verdict[] =>
  doubt === undefined
    ? []
    : [
        {
          subject: `${id} forwarded admin`,
          status: 'not-evaluated',
          title: 'Whether a proxy leads to it is not known',
          reason: `What proxies pass on, to the admin endpoint as well, is not known: ${doubt.why}.`,
          cite: doubt.cite,
        },
      ]

const onLoopback = 'The admin endpoint is on loopback'
const DEFAULT_PORT = 2019

/** The default is localhost:2019, unless CADDY_ADMIN of the process says otherwise (caddyserver.com/docs/conventions), which is common in containers: what it listens on tells. */
function byDefault({ pid }: ReadCaddy, listeners: FactResult<readonly Listener[]>, cite: readonly Citation[]): Omit<Verdict, 'subject'> {
  const doubt = (reason: string): Omit<Verdict, 'subject'> => ({
    ...{ status: 'not-evaluated', title: 'Where the admin endpoint listens is unknown', cite },
    reason: `The configuration names no address for it. ${reason}`,
  })
  if (!listeners.known) return doubt(`What it listens on could not be read: ${listeners.reason}.`)
  const own = listeners.value.filter(
    ({ protocol, port, processes }) =>
      protocol === 'tcp' && port === DEFAULT_PORT && (processes.length === 0 || processes.some((one) => one.pid === pid)),
  )
  const [wide] = own.filter(({ scope }) => scope !== 'loopback')
  if (wide)
    return {
      status: 'fail',
      title: 'The admin endpoint is open to the network',
      reason: `The configuration names no address for it, and Caddy listens on ${wide.address}:${wide.port}, as CADDY_ADMIN of its process has it: whoever gets there replaces the configuration. Expected localhost:2019, a unix socket, or off.`,
      cite: [{ section: wide.section ?? 'listeners', line: wide.line, token: `:${wide.port}`, note: 'Expected 127.0.0.1:2019.' }, ...cite],
    }
  const [local] = own
  if (!local) return doubt(`It does not listen on ${DEFAULT_PORT}, so CADDY_ADMIN of its process may have moved it.`)
  return {
    status: 'pass',
    title: onLoopback,
    reason: `By default it listens on localhost:${DEFAULT_PORT}, and so it does.`,
    cite: [...cite, { section: local.section ?? 'listeners', line: local.line }],
  }
}

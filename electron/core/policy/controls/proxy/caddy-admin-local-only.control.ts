import { type CaddyInstance, readCaddies, unreadCaddies } from '../../../facts/caddy/caddy.ts'
import { field, isTrue, type JsonNode, textOf } from '../../../facts/caddy/json-lines.ts'
import { readListens } from '../../../facts/caddy/model/servers.ts'
import { known } from '../../../facts/fact.ts'
import { defineControl, type Verdict } from '../../control.ts'

export default defineControl({
  id: 'caddy-admin-local-only',
  item: 'INF-4',
  severity: 'critical',
  title: 'The admin endpoint of Caddy answers this machine only',
  rationale:
    'Whoever reaches it replaces the whole configuration: logins are gone with one request, and every model server of the network can be forwarded to. It asks nobody who he is.',
  needs: ['caddy'],
  references: ['NIST-800-53:CM-5', 'NIST-800-53:AC-3', 'CIS-8:4.1', 'ISO-27001:A.8.2', 'https://caddyserver.com/docs/api'],
  evaluate: ({ caddy }) => {
    const verdicts = [
      ...readCaddies(known(caddy)).map(({ id, config }) => judge(`${id} admin`, config)),
      ...unreadCaddies(known(caddy)).map(notRead),
    ]
    if (verdicts.length > 0) return verdicts
    const reason = 'No Caddy runs on this host.'
    return [{ status: 'not-applicable', subject: '', title: 'No Caddy runs here', reason, cite: [{ section: 'caddy', line: 0 }] }]
  },
})

const notRead = ({ id, unread, line }: CaddyInstance): Verdict => ({
  status: 'not-evaluated',
  subject: `${id} admin`,
  title: 'Where the admin endpoint listens is unknown',
  reason: `The configuration of ${id} is unread: ${unread}.`,
  cite: [{ section: 'caddy', line }],
})

function judge(subject: string, config: JsonNode): Verdict {
  const admin = field(config, 'admin')
  const listen = field(admin, 'listen')
  const cite = [{ section: 'caddy', line: (listen ?? admin ?? config).line }]
  const base = { subject }
  if (isTrue(field(admin, 'disabled')))
    return { ...base, status: 'pass', title: 'The admin endpoint is off', reason: 'admin.disabled is true.', cite }
  const written = textOf(listen) ?? ''
  const loopback = 'The admin endpoint is on loopback'
  if (written === '') return { ...base, status: 'pass', title: loopback, reason: 'By default it listens on localhost:2019.', cite }
  const [found] = listen ? readListens(listen) : []
  if (!found || written.includes('{')) {
    const reason = `admin.listen is ${written.slice(0, 80)}.`
    return { ...base, status: 'not-evaluated', title: 'Where the admin endpoint listens is unknown', reason, cite }
  }
  if (found.scope === 'loopback' || found.scope === 'unix')
    return { ...base, status: 'pass', title: loopback, reason: `admin.listen is ${written}.`, cite }
  return {
    ...base,
    status: 'fail',
    title: 'The admin endpoint is open to the network',
    reason: `admin.listen is ${written}: whoever gets there replaces the configuration. Expected localhost:2019, a unix socket, or off.`,
    cite: cite.map((one) => ({ ...one, note: 'Expected localhost:2019.', token: written })),
  }
}

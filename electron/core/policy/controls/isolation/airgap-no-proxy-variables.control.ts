import type { InferenceService } from '#shared/model/inference-service.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { citeUnit, serviceName } from '../inference/service-words.ts'
import { unreadSources } from '../software/unread-sources.ts'
import { notAirGapped, setsProxies } from './air-gap.ts'
import { proxiedPrograms } from './hub-programs.ts'
import { environmentKnown } from './offline-settings.ts'

const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy']

export default defineControl({
  id: 'airgap-no-proxy-variables',
  item: 'INF-7',
  severity: 'high',
  title: 'No proxy leads inference servers of an air-gapped host outside',
  rationale: 'A proxy is a door in the gap. A server with HTTPS_PROXY fetches and sends through it although no route leads out.',
  steps: 'Take the proxy out of units, files of variables and package managers, and bring software in by an internal mirror.',
  needs: ['services', 'sources'],
  uses: ['units', 'programs'],
  references: ['NIST-800-53:SC-7', 'NIST-800-53:SC-7(8)', 'CIS-8:13.10', 'ISO-27001:A.8.22'],
  evaluate: ({ services, sources, units, programs }, context) => {
    const exempt = notAirGapped(context)
    if (exempt) return exempt
    const verdicts = [...services.map((service) => judge(service, unitOf(service, units))), ...proxiedPrograms(programs)]
    for (const { of, ...words } of users) {
      const set = sources.proxies.filter((one) => one.of === of)
      if (set.length === 0) continue
      const said = set.slice(0, 5).map(({ name, value }) => `${name} is ${value}`)
      const cite = set
        .slice(0, 8)
        .map(({ line, name }) => ({ section: 'software', line, token: name.split(' ', 1)[0], note: 'Expected none.' }))
      verdicts.push({ ...words, status: 'fail', reason: `${said.join(', ')}. Expected none in an air gap.`, cite })
    }
    const unread = unreadSources(sources, (file) => setsProxies(file) || /^\/etc\/(?:dnf|yum)|\/daemon\.json$/.test(file))
    if (unread)
      verdicts.push({
        status: 'not-evaluated',
        subject: 'unread',
        title: 'Where proxies are set could not be read',
        reason: `${unread}, and may set a proxy.`,
        cite: [],
      })
    if (verdicts.length > 0) return verdicts
    const reason = 'No inference server was found, and no proxy is set for package managers, images or logins.'
    return [{ status: 'pass', subject: '', title: 'No proxy is set', reason, cite: [{ section: 'software', line: 0 }] }]
  },
})

/** Who else would go through a proxy: what is fetched for a server runs in it tomorrow. */
const users = [
  {
    of: 'packages',
    subject: 'package-manager',
    title: 'The package manager uses a proxy',
    hint: 'Remove the proxy, and bring packages in by an internal mirror.',
  },
  {
    of: 'containers',
    subject: 'images',
    title: 'Images are pulled through a proxy',
    hint: 'Remove the proxy, and pull from a registry inside.',
  },
  {
    of: 'sessions',
    subject: 'logins',
    title: 'A proxy is set for logins and jobs',
    hint: 'Take it out of the file: each login and job of cron goes through it.',
  },
] as const

const unitOf = ({ unit }: InferenceService, units: FactResult<readonly Unit[]>): Unit | undefined =>
  units.known ? units.value.find(({ id }) => id === unit) : undefined

function judge(service: InferenceService, unit: Unit | undefined): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  const set = variables.find((one) => (service.environment?.[one] ?? '') !== '')
  if (set !== undefined) {
    const cite = unit ? citeUnit(unit, `Environment:${set}`, { token: set, note: 'Expected none in an air gap.' }) : []
    return {
      ...base,
      status: 'fail',
      title: 'A proxy is set for the server',
      reason: `${name} runs with ${set}. Expected no proxy in an air gap.`,
      hint: `Take ${set} out of the unit, its drop-ins and its EnvironmentFile=.`,
      cite: cite.length > 0 ? cite : [{ section: 'processes', line: 0 }],
    }
  }
  if (!environmentKnown(service)) {
    const reason = `The environment of ${name} could not be read, so a proxy may stand in it.`
    return { ...base, status: 'not-evaluated', title: "The server's environment could not be read", reason, cite: [] }
  }
  const reason = `None of ${variables.slice(0, 3).join(', ')} is set for ${name}, in capitals or not.`
  return { ...base, status: 'pass', title: 'No proxy is set for the server', reason, cite: unit ? citeUnit(unit, 'Environment') : [] }
}

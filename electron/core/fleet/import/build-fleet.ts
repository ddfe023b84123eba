import { stringify } from 'yaml'
import type { ImportPreview } from '#shared/ipc/fleet.contract.ts'
import { parseFleet } from '../parse-fleet.ts'
import type { Candidate, Hop, ImportResult } from './candidate.ts'

/**
 * Makes a fleet file of what an import found. A fleet has one jump chain: the most used one is taken,
 * hosts behind another are left out and named. Hosts whose entry would not be valid are left out with the reason.
 */
export function buildFleet(source: string, name: string, { candidates, skipped }: ImportResult): ImportPreview {
  const left = [...skipped]
  const chain = mostUsed(candidates.map(({ via }) => chainKey(via))) ?? ''
  const fitting = candidates.filter((candidate) => {
    if (chainKey(candidate.via) === chain) return true
    left.push({
      what: candidate.name,
      reason: `it is reached through ${chainKey(candidate.via) || 'no jump host'}, the others through ${chain || 'none'}`,
    })
    return false
  })
  const via = fitting[0]?.via ?? []
  const user = mostUsed(fitting.map((host) => host.user)) ?? 'gatehouse-ro'
  const valid = fitting.filter((candidate) => {
    const problem = problemOf(candidate, user)
    if (problem !== undefined) left.push({ what: candidate.name, reason: problem })
    return problem === undefined
  })
  const identityFiles = [...new Set(valid.flatMap((host) => host.identityFiles))]
  const fleet = {
    version: 1,
    name,
    ...(via.length > 0 && { jump: via.map((hop) => hopEntry(hop, user)) }),
    identities: { audit: { user, ...(identityFiles.length > 0 && { identityFiles }) } },
    hosts: valid.map((host) => hostEntry(host, user)),
  }
  return {
    source,
    taken: valid.map(({ name: host, address, port, user: own, via: hops }) => ({
      name: host,
      address,
      port,
      user: own ?? user,
      via: hops.map((hop) => hop.name),
    })),
    skipped: left,
    yaml: valid.length === 0 ? '' : `${heading(source)}${stringify(fleet, { lineWidth: 0 })}${footer}`,
  }
}

const heading = (source: string): string =>
  `# Gatehouse fleet file, made from ${source.replaceAll(/[\r\n]/g, ' ')}.\n# identities.audit is the read-only account; "gatehouse sudoers" prints what it needs.\n`

const footer = `
# Fill in what applies; without them the checks that need them are not evaluated.
# modelPaths: [/models]
# networks:
#   app: [10.0.1.0/24]          # application servers, the only clients of the inference port
#   jump: [10.0.0.5]            # the only source of SSH
#   modelAdmins: [10.0.1.5]     # may pull, push and delete models
`

const chainKey = (via: readonly Hop[]): string => via.map(({ name }) => name).join(' → ')

function mostUsed(values: readonly (string | undefined)[]): string | undefined {
  const counts = new Map<string, number>()
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.entries()].sort((a, b) => b[1] - a[1])[0]?.[0]
}

const identityEntry = (user: string | undefined, identityFiles: readonly string[], usual: string) =>
  user === undefined || user === usual ? {} : { identity: { user, ...(identityFiles.length > 0 && { identityFiles: [...identityFiles] }) } }

const hopEntry = ({ name, address, port, user, identityFiles }: Hop, usual: string) => ({
  ...{ name, address },
  ...(port !== 22 && { port }),
  ...identityEntry(user, identityFiles, usual),
})

const hostEntry = (candidate: Candidate, usual: string) => hopEntry(candidate, usual)

/** Why an entry would not be a valid host of a fleet file. */
function problemOf(candidate: Candidate, user: string): string | undefined {
  const trial = parseFleet(stringify({ version: 1, name: 'trial', identities: { audit: { user } }, hosts: [hostEntry(candidate, user)] }))
  return trial.ok ? undefined : trial.problems[0]?.message.replace('hosts[0].', '')
}

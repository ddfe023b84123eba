import type { AuditResults, HostAudit } from '#shared/model/audit.ts'
import type { ControlEntry } from '#shared/model/control-entry.ts'
import { visible } from '#shared/words.ts'
import { prose, proseLine } from './prose.ts'
import { uuidOf } from './uuid.ts'

/** pages.nist.gov/OSCAL: the release whose models these documents follow. */
export const OSCAL_VERSION = '1.1.2'
export const NAMESPACE = 'https://gatehouse.example/ns/oscal'

export const OSCAL_PLAN = 'oscal/assessment-plan.json'
export const OSCAL_RESULTS = 'oscal/assessment-results.json'

/** What every document says of itself. `now` is in milliseconds. */
export const metadata = (title: string, { fleet, gatehouse }: Pick<AuditResults, 'fleet' | 'gatehouse'>, now: number) => ({
  title: proseLine(`${title} of ${fleet}`),
  'last-modified': new Date(now).toISOString(),
  version: gatehouse,
  'oscal-version': OSCAL_VERSION,
})

/** A property of Gatehouse's own. OSCAL wants a value on one line that neither begins nor ends with a blank; others are left out. */
export function props(values: Readonly<Record<string, string | undefined>>) {
  const all = Object.entries(values).flatMap(([name, value]) => {
    const text = visible(value ?? '')
      .replaceAll(/\s+/g, ' ')
      .trim()
    return text === '' ? [] : [{ name, ns: NAMESPACE, value: text }]
  })
  return all.length === 0 ? {} : { props: all }
}

/** Ids of the NIST SP 800-53 controls that a control refers to, as NIST's OSCAL catalogue writes them: `SC-7(5)` is `sc-7.5`. */
export const nistIds = ({ references }: Pick<ControlEntry, 'references'>): string[] =>
  references.flatMap((text) => {
    const id = /^NIST-800-53:([A-Z]{2}-\d+)(?:\((\d+)\))?$/.exec(text)
    return id ? [`${id[1]?.toLowerCase()}${id[2] === undefined ? '' : `.${id[2]}`}`] : []
  })

/** The NIST controls that are looked at at all. */
export const reviewedControls = (controls: readonly ControlEntry[]) => ({
  description: 'Controls of NIST SP 800-53 Rev. 5 that the checks of Gatehouse refer to; each check covers a part of them.',
  'control-selections': [{ 'include-controls': [...new Set(controls.flatMap(nistIds))].sort().map((id) => ({ 'control-id': id })) }],
})

/** The same in every document of this fleet, so that they can be held against each other. */
export const hostUuid = (fleet: string, host: string): string => uuidOf('host', fleet, host)
const toolUuid: string = uuidOf('tool', 'gatehouse')

/** Gatehouse as the tool that made an observation. */
export const byTool = { actors: [{ type: 'tool', 'actor-uuid': toolUuid }] }

const tool = (gatehouse: string) => ({
  uuid: toolUuid,
  type: 'software',
  title: 'Gatehouse',
  description: `Gatehouse ${gatehouse}: reads hosts over SSH with an account that can change nothing.`,
  status: { state: 'operational' },
})

/** What the assessment was made with. The model keeps it apart from the components of what is assessed. */
export const assessmentAssets = (gatehouse: string) => ({
  components: [tool(gatehouse)],
  'assessment-platforms': [{ uuid: uuidOf('platform', 'console'), title: 'Console', 'uses-components': [{ 'component-uuid': toolUuid }] }],
})

/** The hosts that were looked at. */
export const inventory = (fleet: string, hosts: Iterable<Pick<HostAudit, 'name' | 'address'>>) =>
  Array.from(hosts, ({ name, address }) => ({ uuid: hostUuid(fleet, name), description: prose(`${name}, ${address}`) }))

/** Where the catalogue of controls is found. */
export const NIST_CATALOGUE =
  'https://raw.githubusercontent.com/usnistgov/oscal-content/main/nist.gov/SP800-53/rev5/json/NIST_SP-800-53_rev5_catalog.json'

import type { HardeningGroup, HardeningRow } from '#shared/model/host-hardening.ts'
import { engineNames, type InferenceService } from '#shared/model/inference-service.ts'
import { groupsOf, rootWays } from '../access/root-ways.ts'
import type { Container } from '../facts/containers/containers.ts'
import type { Unit } from '../facts/units/units.ts'
import { cudaObstacles } from '../policy/controls/units/cuda-obstacles.ts'
import { kernelProtections } from '../policy/controls/units/kernel-protections.ts'
import { type ControlNames, type RowJudge, rowAt } from './judged-rows.ts'
import { knownOf } from './known.ts'
import { proofAt } from './rows.ts'
import type { ViewSources } from './view-sources.ts'

const GPU_USABLE = 'inference-unit-gpu-usable'

/** Directives of systemd.exec(5) and systemd.resource-control(5), by the controls that judge them. Those of none count in the figure of systemd. */
const directives: readonly (readonly [property: string, ...controls: string[]])[] = [
  ...(['NoNewPrivileges', 'PrivateTmp', 'ProtectSystem', 'ProtectHome'] as const).map(
    (name) => [name, 'inference-unit-sandboxed'] as const,
  ),
  ...(['ReadWritePaths', 'BindPaths'] as const).map((name) => [name, 'inference-unit-writes-own-paths'] as const),
  ...kernelProtections.map((name) => [name, 'inference-unit-kernel-protected'] as const),
  ...(['CapabilityBoundingSet', 'AmbientCapabilities'] as const).map((name) => [name, 'inference-unit-no-capabilities'] as const),
  ['DevicePolicy', 'inference-unit-devices-limited'],
  ['DeviceAllow', 'inference-unit-devices-limited', GPU_USABLE],
  ['PrivateDevices', GPU_USABLE],
  ['ProcSubset', GPU_USABLE],
  ['MemoryDenyWriteExecute', GPU_USABLE],
  ['RestrictAddressFamilies', GPU_USABLE],
  ['LimitCORE', 'inference-core-dumps-off'],
  ['NeedDaemonReload', 'inference-unit-reloaded'],
  ...(['ProtectProc', 'ProtectClock', 'ProtectHostname', 'RestrictRealtime', 'SystemCallFilter', 'SystemCallArchitectures'] as const).map(
    (name) => [name] as const,
  ),
  ...(['PrivateUsers', 'PrivateNetwork', 'IPAddressDeny', 'UMask', 'MemoryMax'] as const).map((name) => [name] as const),
]

/** Judged by a control that looks at nothing else of the unit, so all that it finds is about this line. */
const aboutWhole: ReadonlySet<string> = new Set(['LimitCORE', 'NeedDaemonReload'])

/** Two groups for each server: what confines it, and the account that it runs as. */
export function serverHardening(sources: ViewSources, judge: RowJudge): HardeningGroup[] {
  const { facts } = sources
  const { units, containers } = knownOf(facts)
  const services = facts.services.known ? facts.services.value : []
  return services.flatMap((service) => {
    const title = `${engineNames[service.engine]} (${service.id})`
    const unit = units.find(({ id }) => id === service.unit)
    const container = containers.find(({ name }) => name === service.container)
    const confined = unit ? unitRows(unit, service, sources, judge) : container ? containerRows(container, sources) : []
    const account = accountRows(service, sources, judge)
    const rest = judge.untold(serverControls, service.id, unit?.id)
    return [
      { id: `confinement ${service.id}`, title: unit ? `Unit of ${title}` : `Confinement of ${title}`, rows: [...rest, ...confined] },
      { id: `account ${service.id}`, title: `Account of ${title}`, rows: account },
    ]
  })
}

/** What a server may be found open for, where no single directive shows it. */
const serverControls: ControlNames = {
  'inference-started-by-system': 'Started by',
  'inference-unit-sandboxed': 'Sandbox',
  'inference-unit-exposure-low': 'Rating of systemd',
  'inference-unit-writes-own-paths': 'Write access',
  'inference-unit-kernel-protected': 'Kernel protections',
  'inference-unit-no-capabilities': 'Capabilities',
  'inference-unit-devices-limited': 'Devices',
  'inference-unit-gpu-usable': 'Use of the GPU',
  'inference-unit-files-protected': 'Unit files',
  'inference-unit-reloaded': 'Loaded files',
  'inference-core-dumps-off': 'Core dumps',
}

function unitRows(unit: Unit, service: InferenceService, sources: ViewSources, judge: RowJudge): HardeningRow[] {
  const said = directives.map(([property, ...controls]): HardeningRow => {
    const value = unit.properties[property]
    const line = unit.lines[property]
    const id = `${unit.id} ${property}`
    if (value === undefined || line === undefined) return { id, name: property }
    const row = aboutWhole.has(property)
      ? { id, name: property, value, ...judge.about(controls, unit.id, service.id), proof: proofAt(sources, 'units', line) }
      : rowAt(judge, sources, { id, name: property, value, section: 'units', line, controls, subjects: [unit.id, service.id] })
    const cuda = breaksCuda(property, unit, service, row)
    return cuda === undefined ? row : { ...row, cuda }
  })
  return [...exposureRows(unit, sources, judge), ...said]
}

/** Strictest value of a directive that a guide would recommend. */
const strictest: Readonly<Record<string, string>> = { PrivateDevices: 'yes', ProcSubset: 'pid', MemoryDenyWriteExecute: 'yes' }

function breaksCuda(property: string, unit: Unit, service: InferenceService, { verdict }: HardeningRow): HardeningRow['cuda'] {
  const obstacle = cudaObstacles.find((one) => one.property === property)
  if (obstacle === undefined) return undefined
  // Where the server is seen on the GPU all the same, the finding passes.
  if (obstacle.why(unit, service) !== undefined) return verdict?.control === GPU_USABLE && verdict.status !== 'pass' ? 'breaks' : undefined
  const strict = strictest[property]
  if (strict === undefined) return undefined
  return obstacle.why({ ...unit, properties: { ...unit.properties, [property]: strict } }, service) === undefined
    ? undefined
    : 'would-break'
}

function exposureRows({ id, exposure }: Unit, sources: ViewSources, judge: RowJudge): HardeningRow[] {
  const base = { id: `${id} exposure`, name: 'systemd-analyze security', ...judge.about(['inference-unit-exposure-low'], id) }
  if (exposure === undefined) return [base]
  return [
    {
      ...base,
      value: `${exposure.figure.toFixed(1)} of 10, ${exposure.word}`,
      parts: exposure.reasons.map(({ setting, weight }) => ({ name: setting, value: `adds ${weight}` })),
      proof: proofAt(sources, 'units', exposure.line),
    },
  ]
}

function containerRows(container: Container, sources: ViewSources): HardeningRow[] {
  const proof = proofAt(sources, 'containers', container.line)
  const row = (name: string, value: string | undefined): HardeningRow => ({
    id: `container ${container.name} ${name}`,
    name,
    ...(value !== undefined && { value }),
    proof,
  })
  const known = <T>(value: T): T | undefined => (container.inspected ? value : undefined)
  const writable = container.mounts.filter(({ readOnly }) => !readOnly).map(({ source, destination }) => `${source} on ${destination}`)
  return [
    row('Privileged', known(container.privileged ? 'yes' : 'no')),
    row('Network of the host', known(container.hostNetwork ? 'yes' : 'no')),
    row('User', known(container.user || 'of its image')),
    row('Writable mounts', known(writable.join(', ') || 'none')),
  ]
}

function accountRows(service: InferenceService, sources: ViewSources, judge: RowJudge): HardeningRow[] {
  const { facts } = sources
  const id = (name: string) => `account ${service.id} ${name}`
  const accounts = facts.accounts.known ? facts.accounts.value : undefined
  const own =
    service.how === 'container'
      ? undefined
      : accounts?.accounts.find(({ uid, name }) => (service.uid === undefined ? name === service.user : uid === service.uid))
  const named: HardeningRow = {
    id: id('name'),
    name: 'Account',
    ...(service.user !== undefined && { value: `${service.user}${service.uid === undefined ? '' : ` (uid ${service.uid})`}` }),
    ...judge.about(['inference-not-root', 'inference-account-dedicated'], service.id),
    proof: own && proofAt(sources, 'accounts', own.line),
  }
  if (own === undefined || accounts === undefined) return [named]
  const groups = groupsOf(own, accounts)
  const ways = rootWays(
    own,
    accounts,
    facts.sudoers.known ? facts.sudoers.value : undefined,
    facts.access.known ? facts.access.value : undefined,
  )
  const first = ways[0]?.cite ?? { section: 'accounts', line: own.line }
  return [
    named,
    { id: id('shell'), name: 'Shell', value: own.shell || '/bin/sh', proof: proofAt(sources, 'accounts', own.line) },
    {
      id: id('groups'),
      name: 'Groups',
      value: groups.map(({ name }) => name).join(', ') || 'none',
      proof: groups[0] && proofAt(sources, 'groups', groups[0].line),
    },
    {
      id: id('root'),
      name: 'Ways to root',
      ...(own.uid === 0
        ? { value: 'it is root' }
        : ways.length > 0
          ? { value: ways.map(({ way }) => way).join(', ') }
          : facts.sudoers.known && { value: 'none' }),
      parts: ways.map(({ way, how }) => ({ name: way, value: how })),
      ...judge.about(['inference-account-not-privileged'], service.id),
      proof: proofAt(sources, first.section, first.line),
    },
  ]
}

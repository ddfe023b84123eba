import type { HostAudit } from '#shared/model/audit.ts'
import { engineNames } from '#shared/model/inference-service.ts'
import { outcomes } from '#shared/status.ts'
import { clockWords } from '#shared/words.ts'
import { applicable, countKnown, type HostView } from '../../stores/host-view.ts'
import { outcomeWords } from '../../ui/outcome-words.ts'
import { plainText } from '../../ui/plain-text.ts'
import { StateBar } from '../../ui/state-bar.tsx'
import { ago, moment } from '../../ui/time.ts'

const barOrder = [
  'pass',
  ...outcomes.filter((outcome) => outcome !== 'pass' && outcome !== 'not-applicable' && outcome !== 'not-evaluated'),
  'not-evaluated',
] as const

/** Long values, which are cut where the line is short. */
const wide = ['System', 'GPUs', 'Audit account']

/** What this host is, in one line. */
export function HostFacts({ host, audit }: { readonly host: HostView; readonly audit: HostAudit | undefined }) {
  const counts = countKnown(host)
  const facts: (readonly [string, string])[] = [
    ['Engine', enginesWithVersion(audit)],
    ['System', audit?.system === undefined ? 'Not read' : plainText(`${shortOs(audit.system.os)}, ${audit.system.kernel}`, 80)],
    ['GPUs', gpuWords(audit)],
    ['Address', host.address],
    ['Audit account', accountWords(audit)],
    ['Clock', clockWords(audit?.system?.clockSkewSeconds ?? 0) ?? ''],
    [
      'Audited',
      host.measuredAt === undefined
        ? 'Never'
        : host.results === 'stale'
          ? `As of ${moment(new Date(host.measuredAt), new Date())}`
          : ago(new Date(host.measuredAt), new Date()),
    ],
  ]
  return (
    <dl className="host-facts">
      <div className="score">
        <dt className="reader-only">Score</dt>
        <dd>
          <b className="num">{host.results === 'none' ? '–' : counts.pass}</b>{' '}
          <span className="muted">of {applicable(counts)} checks pass</span>
          <StateBar
            parts={
              host.results === 'current'
                ? barOrder.map((outcome) => ({ className: outcomeWords[outcome].tone, share: counts[outcome] }))
                : [
                    { className: 'known', share: counts.pass },
                    { className: 'rest', share: applicable(counts) - counts.pass },
                  ]
            }
          />
        </dd>
      </div>
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name} className={wide.includes(name) ? 'wide' : undefined}>
            <dt>{name}</dt>
            <dd className="one-line" title={value}>
              {value}
            </dd>
          </div>
        ))}
    </dl>
  )
}

function enginesWithVersion(audit: HostAudit | undefined): string {
  if (audit === undefined) return 'Not read'
  const names = new Set(
    audit.services.map((service) =>
      plainText(`${engineNames[service.engine]}${service.version === undefined ? '' : ` ${service.version}`}`, 60),
    ),
  )
  if (names.size > 0) return [...names].join(', ')
  return audit.failure === undefined && audit.unread?.services === undefined ? 'None found' : 'Not read'
}

function gpuWords(audit: HostAudit | undefined): string {
  if (audit === undefined || audit.gpus.length === 0) return ''
  const models = new Map<string, number>()
  for (const gpu of audit.gpus) models.set(gpu.name, (models.get(gpu.name) ?? 0) + 1)
  const named = [...models].map(([name, many]) => `${many} × ${plainText(shortGpu(name), 40)}`).join(', ')
  const driver = audit.gpus[0]?.driverVersion
  return driver === undefined ? named : `${named}, driver ${plainText(driver, 20)}`
}

/** "RTX 6000 Ada", as people say it. */
const shortGpu = (name: string): string => name.replace(/^NVIDIA /, '').replace(/ Generation$/, '')

/** "Debian 12", without the code name and the rest of the family name. */
const shortOs = (os: string): string => os.replace(' GNU/Linux', '').replace(/ \([^)]*\)$/, '')

const sudoWords = { full: 'full read access', partial: 'limited sudo', none: 'no sudo' } as const

/** An account that sudo refused nothing has read everything only where all was asked and answered. */
function accountWords(audit: HostAudit | undefined): string {
  if (audit?.system === undefined) return ''
  const { account, sudo } = audit.system
  const all = sudo !== 'full' || audit.state === 'connected'
  return `${plainText(account, 60)}, ${all ? sudoWords[sudo] : 'not all was read'}`
}

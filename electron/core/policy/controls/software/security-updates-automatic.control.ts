import type { Citation } from '../../../facts/citation.ts'
import type { Os } from '../../../facts/os/os.ts'
import type { AutomaticUpdates, Sources } from '../../../facts/sources/sources.ts'
import type { Updates } from '../../../facts/updates/updates.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { pinnedAway } from './pinned-away.ts'
import { unsigned } from './unsigned-sources.ts'
import { originOfSecurity } from './upgrade-origins.ts'

export default defineControl({
  id: 'security-updates-automatic',
  item: 'OPS-1',
  severity: 'medium',
  title: 'Security updates are installed automatically, or by a stated process',
  rationale:
    'Most attacks use holes that were fixed long before. Where nothing installs security updates, somebody must, on days that are written down. What is installed as root has to be signed by who made it.',
  needs: ['sources', 'updates', 'system', 'os'],
  attestation: {
    scope: 'fleet',
    question: 'Who installs security updates of the operating system and of the inference software, how often, and where is that recorded?',
    validDays: 180,
  },
  references: ['NIST-800-53:SI-2', 'CIS-8:7.3', 'ISO-27001:A.8.8'],
  evaluate: ({ sources, updates, system, os }) => [
    ...unsigned(sources),
    howUpdated(sources, { updates, osId: system.osId, timers: os.updateTimers }),
  ],
})

function howUpdated({ automatic, unreadable }: Sources, known: Known): Verdict {
  const { updates } = known
  // What brings the next image (rpm-ostreed-automatic, zincati) was not asked, and dnf changes nothing there.
  const image = updates.packages.find(({ name }) => name === 'rpm-ostree')
  if (image)
    return {
      subject: '',
      status: 'needs-attestation',
      title: 'Whether new images are installed is not known',
      reason: 'The system is an image that rpm-ostree changes as a whole. Whether anything installs the next one by itself was not asked.',
      hint: 'rpm-ostreed-automatic.timer with AutomaticUpdatePolicy=apply, or zincati.service on Fedora CoreOS.',
      cite: [{ section: 'updates', line: image.line }],
    }
  const { missing, cite, hint } = howInstalled(automatic, unreadable, known)
  const [first] = missing
  const inPart = missing.every((one) => / keeps back | for the next restart,/.test(one))
  if (first === undefined) {
    const reason = 'The lists are refreshed and security updates installed by timers of the system.'
    return { subject: '', status: 'pass', title: 'Security updates install themselves', reason, cite }
  }
  return {
    subject: '',
    status: 'needs-attestation',
    title: inPart ? 'Not all security updates install themselves' : 'Nothing installs security updates by itself',
    reason: `${missing.join('; ')}. State the process by which they are installed, or have all of them installed automatically.`,
    hint,
    cite: cite.length > 0 ? cite : [{ section: 'software', line: 0 }],
  }
}

interface Known {
  readonly updates: Updates
  readonly osId: string
  readonly timers: Os['updateTimers']
}

interface Found {
  /** What keeps updates from being installed; empty when nothing does. */
  readonly missing: readonly string[]
  readonly cite: readonly Citation[]
}

function howInstalled(automatic: AutomaticUpdates, unreadable: Sources['unreadable'], known: Known): Found & { readonly hint: string } {
  const { updates, timers } = known
  const unread = [...(automatic.aptPinsUnread ?? []), ...unreadable.filter((file) => file.startsWith('/etc/apt/apt.conf'))]
  if (updates.manager === 'dpkg') return { ...apt(automatic, unread, known), hint: 'unattended-upgrades installs them every day.' }
  if (updates.packages.some(({ vendor }) => /\b(?:open)?SUSE\b/.test(vendor)))
    return { ...zypper(automatic, timers), hint: 'os-update with its timer installs them every day.' }
  return { ...dnf(automatic, known), hint: 'dnf-automatic with apply_updates = yes installs them every day.' }
}

/** Longer than this a hole that is attacked stays open. */
const MAX_DAYS = 7

/** apt.systemd.daily runs what APT::Periodic says, unattended-upgrades installs from the origins it allows. */
function apt(
  {
    aptLists,
    aptUpgrade,
    aptOrigins = [],
    aptOnShutdown,
    aptEveryDays = 0,
    aptOnly = [],
    aptKeptBack = [],
    aptPins = [],
  }: AutomaticUpdates,
  unread: readonly string[],
  { updates, osId, timers }: Known,
): Found {
  const { origin, broken } = originOfSecurity(aptOrigins, updates, osId)
  const held = updates.held ?? []
  const pinned = pinnedAway(aptPins, updates)
  const package_ = updates.packages.find(({ name }) => name === 'unattended-upgrades')
  const missing = [
    ...(package_ ? [] : ['unattended-upgrades is not installed']),
    ...(aptLists?.on ? [] : ['APT::Periodic::Update-Package-Lists is off']),
    ...(aptUpgrade?.on ? [] : ['APT::Periodic::Unattended-Upgrade is off']),
    ...(aptUpgrade?.on && aptEveryDays > MAX_DAYS ? [`unattended-upgrades runs every ${aptEveryDays} days only`] : []),
    ...(aptOnShutdown ? ['unattended-upgrades installs as the host shuts down, not by its timer'] : []),
    ...(aptOnly.length > 0 ? [`unattended-upgrades keeps back all but ${named(aptOnly)}`] : []),
    ...(aptKeptBack.length > 0 ? [`unattended-upgrades keeps back ${named(aptKeptBack)}`] : []),
    ...(held.length > 0 ? [`apt-mark hold keeps back ${named(held.map(({ name }) => ({ pattern: name })))}`] : []),
    ...pinned.slice(0, 5).map(({ what }) => what),
    ...(unread.length > 0 ? [`${unread.join(', ')} may not be read`] : []),
    ...(broken ? [`unattended-upgrades ends at the origin "${broken.pattern}", which it cannot read`] : []),
    ...(origin || broken ? [] : ['no origin of unattended-upgrades is the security archive of this release']),
    ...['apt-daily.timer', 'apt-daily-upgrade.timer'].flatMap((name) => (runs(timers, name) ? [] : [`${name} is not active`])),
  ]
  return {
    missing,
    cite: [
      ...lines([
        aptLists,
        aptUpgrade,
        ...(origin || broken ? [origin, broken] : aptOrigins),
        aptOnShutdown,
        ...aptOnly,
        ...aptKeptBack,
        ...pinned.slice(0, 5),
      ]),
      ...ofTimers(timers),
      ...held.slice(0, 5).map(({ line }) => ({ section: 'updates', line })),
    ],
  }
}

/** dnf-automatic(8): dnf-automatic-install.timer installs whatever the configuration says. */
function dnf({ dnfApply, dnfKeptBack = [], dnfSecurityOnly }: AutomaticUpdates, { updates: { packages, unknown }, timers }: Known): Found {
  const installs = runs(timers, 'dnf-automatic-install.timer')
  const downloads = runs(timers, 'dnf-automatic.timer') || runs(timers, 'dnf5-automatic.timer')
  const installed = packages.some(({ name }) => name === 'dnf-automatic' || name === 'dnf5-plugin-automatic')
  const off = installs
    ? []
    : [
        ...(installed ? [] : ['dnf-automatic is not installed']),
        ...(downloads ? [] : ['dnf-automatic.timer is not active']),
        ...(dnfApply?.on ? [] : ['apply_updates is off']),
      ]
  if (dnfSecurityOnly && unknown !== undefined) off.push(`upgrade_type is security, and which updates are is not known: ${unknown}`)
  // dnf.conf(5), excludepkgs: what it names is in no transaction, whoever starts it.
  const missing = [...off, ...(dnfKeptBack.length > 0 ? [`dnf keeps back ${named(dnfKeptBack)}`] : [])]
  return { missing, cite: [...lines([dnfApply, dnfSecurityOnly, ...dnfKeptBack]), ...ofTimers(timers)] }
}

/**
 * SUSE has no dnf: os-update.timer updates with zypper. transactional-update.timer does so in a snapshot that only a restart brings into use
 * (transactional-update.conf(5), REBOOT_METHOD), and whether anything restarts the host was not asked.
 */
function zypper({ dnfKeptBack = [] }: AutomaticUpdates, timers: Known['timers']): Found {
  const off = runs(timers, 'os-update.timer')
    ? []
    : [
        runs(timers, 'transactional-update.timer')
          ? 'transactional-update installs them for the next restart, and whether anything restarts the host was not asked'
          : 'neither os-update.timer nor transactional-update.timer is active',
      ]
  const missing = [...off, ...(dnfKeptBack.length > 0 ? [`zypper keeps back ${named(dnfKeptBack)}`] : [])]
  return { missing, cite: [...lines(dnfKeptBack), ...ofTimers(timers)] }
}

const runs = (timers: Known['timers'], name: string): boolean => timers.some(({ value }) => value === name)

const ofTimers = (timers: Known['timers']): readonly Citation[] => timers.map(({ line }) => ({ section: 'os', line }))

const named = (all: readonly { readonly pattern: string }[]): string =>
  all
    .slice(0, 5)
    .map(({ pattern }) => pattern)
    .join(', ')

const lines = (all: readonly ({ readonly line: number } | undefined)[]): Citation[] =>
  all.flatMap((one) => (one === undefined ? [] : [{ section: 'software', line: one.line }]))

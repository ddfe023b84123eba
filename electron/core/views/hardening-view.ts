import type { HardeningGroup, HardeningRow, HostHardening } from '#shared/model/host-hardening.ts'
import { dotted } from '../policy/controls/os/sysctl-words.ts'
import { type ControlNames, createRowJudge, type RowJudge, rowAt, rowOf } from './judged-rows.ts'
import { gapsOf } from './rows.ts'
import { serverHardening } from './server-hardening.ts'
import { judgedSettings, sshdControls } from './sshd-settings.ts'
import type { ViewSources } from './view-sources.ts'

/** Each inference server with its unit and account, then sshd, kernel, and what the findings say of the rest of the host. Pure. */
export function hostHardening(sources: ViewSources): HostHardening {
  const { facts } = sources
  const judge = createRowJudge(sources)
  const groups: readonly HardeningGroup[] = [
    ...serverHardening(sources, judge),
    { id: 'sshd', title: 'SSH server', rows: sshdRows(sources, judge) },
    { id: 'kernel', title: 'Kernel', rows: kernelRows(sources, judge) },
    ...topics.map(({ id, title, controls }) => ({ id, title, rows: findingRows(controls, sources, judge) })),
  ]
  return {
    groups: groups.filter(({ rows }) => rows.length > 0),
    gaps: gapsOf(
      [
        facts.units,
        facts.accounts,
        facts.sudoers,
        facts.sshd,
        facts['sshd-matches'],
        facts.os,
        facts.firewall,
        facts['audit-rules'],
        facts.updates,
      ],
      sources,
    ),
  }
}

interface Topic {
  readonly id: string
  readonly title: string
  readonly controls: ControlNames
}

/** What is one question to the host and not a list of settings: the finding itself is the observed value. */
const topics: readonly Topic[] = [
  {
    id: 'firewall',
    title: 'Firewall',
    controls: {
      'firewall-default-deny-inbound': 'Inbound by default',
      'firewall-default-deny-outbound': 'Outbound by default',
      'ipv6-filtered-like-ipv4': 'IPv6 like IPv4',
      'firewall-loaded-at-start': 'After a restart',
      'outbound-only-to-storage': 'Outbound rules',
    },
  },
  {
    id: 'audit',
    title: 'Audit trail',
    controls: {
      'model-directories-audited': 'Watch on the models',
      'logs-survive-restart': 'Logs on disk',
      'log-files-protected': 'Log files',
    },
  },
  {
    id: 'updates',
    title: 'Updates',
    controls: {
      'os-security-updates-installed': 'Security updates',
      'security-updates-automatic': 'Automatic updates',
      'os-restart-not-pending': 'Running kernel',
      'os-release-supported': 'Release',
    },
  },
  { id: 'time', title: 'Time', controls: { 'clock-synchronised': 'Clock' } },
  { id: 'disks', title: 'Disks', controls: { 'model-storage-encrypted': 'Model storage', 'swap-encrypted-or-off': 'Swap' } },
  {
    id: 'accounts',
    title: 'Accounts and devices',
    controls: {
      'root-groups-empty': 'Groups that are root',
      'uid-zero-only-root': 'Accounts with uid 0',
      'no-empty-passwords': 'Empty passwords',
      'sudo-asks-for-password': 'sudo',
      'gpu-devices-restricted': 'GPU device nodes',
      'audit-account-read-only': 'Audit account',
    },
  },
  { id: 'services', title: 'Services without a place here', controls: { 'unneeded-services-off': 'Unneeded services' } },
]

const findingRows = (controls: ControlNames, { findings }: ViewSources, judge: RowJudge): HardeningRow[] =>
  Object.entries(controls).flatMap(([control, name]) =>
    findings.filter((one) => one.control === control).map((finding) => rowOf(finding, name, judge.about([control], finding.subject))),
  )

function sshdRows(sources: ViewSources, judge: RowJudge): HardeningRow[] {
  const { sshd, 'sshd-matches': matches } = sources.facts
  const settings = sshd.known ? sshd.value.settings : {}
  const rows = Object.entries(judgedSettings).flatMap(([keyword, controls]) =>
    (settings[keyword] ?? []).map(({ value, line }, index) =>
      rowAt(judge, sources, { id: `sshd ${keyword} ${index}`, name: keyword, value, section: 'sshd', line, controls }),
    ),
  )
  const matched = (matches.known ? matches.value.matches : []).flatMap(({ criteria, settings: own }) =>
    own
      .filter(({ keyword }) => judgedSettings[keyword] !== undefined)
      .map(({ keyword, value, line }) =>
        rowAt(judge, sources, {
          id: `sshd match ${line}`,
          name: `${keyword} (Match ${criteria})`,
          value,
          section: 'privileged',
          line,
          controls: judgedSettings[keyword] ?? [],
        }),
      ),
  )
  return [...judge.untold(sshdControls), ...rows, ...matched]
}

const kernelControls = { 'kernel-settings-hardened': 'Kernel settings', 'network-settings-hardened': 'Network settings' }

function kernelRows(sources: ViewSources, judge: RowJudge): HardeningRow[] {
  const { os } = sources.facts
  const sysctl = os.known ? os.value.sysctl : {}
  const rows = Object.entries(sysctl)
    // Of interfaces only what holds for all; the others are many and follow it.
    .filter(([name]) => !/^net\/ipv[46]\/conf\/(?!all\/|default\/)/.test(name))
    .map(([name, { value, line }]) =>
      rowAt(judge, sources, {
        id: `sysctl ${name}`,
        name: dotted(name),
        value,
        section: 'os',
        line,
        controls: /^net\//.test(name) ? ['network-settings-hardened'] : judgedByKernel.test(name) ? ['kernel-settings-hardened'] : [],
      }),
    )
  return [
    ...rows,
    ...findingRows({ 'mandatory-access-control-on': 'Mandatory access control' }, sources, judge),
    ...judge.untold(kernelControls),
  ]
}

/** Settings of core dumps are judged per server. */
const judgedByKernel = /^(?:kernel\/(?!core_pattern)|fs\/protected)/

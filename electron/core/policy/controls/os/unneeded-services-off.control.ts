import { unneededUnits } from '../../../facts/os/collect.ts'
import type { ServiceState } from '../../../facts/os/os.ts'
import { namesOf } from '../../../facts/os/os.ts'
import { defineControl, type Verdict } from '../../control.ts'

/** These carry passwords or files in clear, or run commands for anyone: a failure, where others are a warning. */
const dangerous =
  /^(?:telnet|inetd|openbsd-inetd|xinetd|rsh|rlogin|rexec|tftp|tftpd-hpa|vsftpd|proftpd|pure-ftpd|nis|ypserv|vncserver|webmin)\b/

export default defineControl({
  id: 'unneeded-services-off',
  item: 'INF-7',
  severity: 'medium',
  title: 'Services that a GPU server does not need are off',
  rationale:
    'Every service that listens is one more way in, and discovery services tell the network what stands here. Masked units stay off when a package or a socket would start them.',
  needs: ['os'],
  remediation: { template: 'services-masked' },
  references: ['NIST-800-53:CM-7', 'CIS-8:4.8', 'ISO-27001:A.8.9'],
  evaluate: ({ os }) => {
    if (!os.services)
      return [
        {
          status: 'not-evaluated',
          subject: '',
          title: 'The state of services could not be read',
          reason: 'systemctl gave no answer, or this host does not run systemd.',
          cite: [],
        },
      ]
    const present = os.services.filter((service) => namesOf(service).some((name) => (unneededUnits as readonly string[]).includes(name)))
    const on = present.filter(isOn)
    // A socket and the service that it starts are one thing.
    const stems = [...new Set(on.map(stemOf))]
    const masked = present.filter((one) => one.loadState === 'masked' && !stems.includes(stemOf(one)))
    const maskedStems = [...new Set(masked.map(stemOf))]
    const off = maskedStems.map((stem) => maskedOne(masked.filter((one) => stemOf(one) === stem)))
    if (on.length > 0) return [...stems.map((stem) => judge(on.filter((one) => stemOf(one) === stem))), ...off]
    return [
      ...off,
      {
        status: 'pass',
        subject: '',
        title: 'No unneeded service is on',
        reason: `None of ${unneededUnits.length} services without a place here runs or is enabled${masked.length > 0 ? `; ${masked.length} are masked` : ''}.`,
        cite: present.length > 0 ? present.slice(0, 6).map(({ line }) => ({ section: 'os', line })) : [{ section: 'os', line: 0 }],
      },
    ]
  },
})

/** Runs, starts at boot, or waits for a connection. A masked unit cannot be started, but one that was masked while it ran still runs. */
const isOn = ({ loadState, activeState, unitFileState }: ServiceState): boolean =>
  /^(?:active|activating|reloading)$/.test(activeState) || (loadState !== 'masked' && /^enabled/.test(unitFileState))

const stemOf = ({ id }: ServiceState): string => id.replace(/\.(?:service|socket)$/, '')

function maskedOne(units: readonly ServiceState[]): Verdict {
  const [first] = units as [ServiceState]
  const stem = stemOf(first)
  const passing = units.filter(({ unitFileState }) => unitFileState === 'masked-runtime')
  if (passing.length > 0)
    return {
      status: 'warning',
      subject: stem,
      title: `${stem.slice(0, 22)} is masked until a restart`,
      reason: `${passing.map(({ id }) => id).join(' and ')} cannot be started now, but the mask lies below /run and hides whether the next start of the host brings it. Expected masked for good.`,
      hint: `systemctl unmask --runtime ${passing.map(({ id }) => id).join(' ')} && systemctl mask ${passing.map(({ id }) => id).join(' ')}`,
      cite: passing.map(({ id, line }) => ({ section: 'os', line, token: id, note: 'Expected masked.' })),
    }
  return {
    status: 'pass',
    subject: stem,
    title: `${stem.slice(0, 28)} is masked`,
    reason: `${units.map(({ id }) => id).join(' and ')} cannot be started: not at boot, not by a socket, not by a package.`,
    cite: units.map(({ id, line }) => ({ section: 'os', line, token: id })),
  }
}

function judge(units: readonly ServiceState[]): Verdict {
  const [first] = units as [ServiceState]
  const stem = stemOf(first)
  const runs = units.some(({ activeState }) => activeState !== 'inactive' && activeState !== 'failed')
  const names = units.map(({ id }) => id).join(' ')
  return {
    status: dangerous.test(first.id) ? 'fail' : 'warning',
    subject: stem,
    title: `${stem.slice(0, 28)} ${runs ? 'is running' : 'starts at boot'}`,
    reason: `${units.map(({ id, activeState, unitFileState }) => `${id} is ${activeState}${unitFileState ? ` and ${unitFileState}` : ''}`).join(', ')}. Expected off and masked on a GPU server.`,
    hint: `systemctl disable --now ${names} && systemctl mask ${names}`,
    cite: units.map(({ id, line }) => ({ section: 'os', line, token: id, note: 'Expected inactive and masked.' })),
  }
}

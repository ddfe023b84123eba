import { defineControl } from '../../control.ts'

export default defineControl({
  id: 'clock-synchronised',
  item: 'MON-2',
  severity: 'low',
  title: 'The clock is synchronised',
  rationale:
    'Events of several hosts are put in order by their times, and second factors and certificates are checked against the clock. A clock that drifts makes an intrusion unreadable.',
  steps: 'systemctl enable --now systemd-timesyncd, or chrony, with a time source that the host can reach.',
  needs: ['os'],
  references: ['NIST-800-53:AU-8', 'CIS-8:8.4', 'ISO-27001:A.8.17'],
  evaluate: ({ os: { clockSynchronised } }) => {
    if (!clockSynchronised) {
      const reason =
        'No time service here says what the clock follows: one runs that could not be asked (openntpd answers root only), or this is a container, which has the clock of its host.'
      return [{ status: 'not-evaluated', subject: '', title: 'Time synchronisation could not be read', reason, cite: [] }]
    }
    const cite = [{ section: 'os', line: clockSynchronised.line, token: clockSynchronised.value ? 'yes' : 'no' }]
    return clockSynchronised.value
      ? [
          {
            status: 'pass',
            subject: '',
            title: 'The clock follows a time source',
            reason: 'The time service of this host says that it follows a source, and that the source answers.',
            cite,
          },
        ]
      : [
          {
            status: 'warning',
            subject: '',
            title: 'The clock follows no time source',
            reason:
              'No time service runs, or the one that does follows no source, or its sources no longer answer. Expected chrony, systemd-timesyncd or ntpd with a source that answers.',
            cite,
          },
        ]
  },
})

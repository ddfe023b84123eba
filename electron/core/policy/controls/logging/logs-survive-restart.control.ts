import { defineControl, type Verdict } from '../../control.ts'

export default defineControl({
  id: 'logs-survive-restart',
  item: 'MON-2',
  severity: 'medium',
  title: 'Login events survive a restart of the host',
  rationale:
    'A journal in memory is gone with the next restart, and an intruder can restart. Logins, sudo and refused keys of the time before are what the investigation needs.',
  steps: 'Storage=persistent in /etc/systemd/journald.conf.d',
  needs: ['os'],
  references: [
    'NIST-800-53:AU-9',
    'NIST-800-53:AU-11',
    'CIS-8:8.3',
    'ISO-27001:A.8.15',
    'https://www.freedesktop.org/software/systemd/man/journald.conf.html',
  ],
  evaluate: ({ os: { journal, services } }): readonly Verdict[] => {
    const base = { subject: '' }
    const syslog = services?.find(({ id, activeState }) => /^(?:rsyslog|syslog-ng)\.service$/.test(id) && activeState === 'active')
    if (syslog)
      return [
        {
          ...base,
          status: 'pass',
          title: 'A syslog daemon writes to disk',
          reason: `${syslog.id} is active.`,
          cite: [{ section: 'os', line: syslog.line, token: syslog.id }],
        },
      ]
    if (!journal || !services)
      return [
        {
          ...base,
          status: 'not-evaluated',
          title: 'Where logs go could not be read',
          reason: 'Neither the journal nor a syslog daemon could be asked.',
          cite: [],
        },
      ]
    const { storage, directory } = journal.value
    const cite = [{ section: 'os', line: journal.line }]
    if (storage === 'persistent' || (storage === 'auto' && directory))
      return [
        {
          ...base,
          status: 'pass',
          title: 'The journal is kept on disk',
          reason: `Storage=${storage}${directory ? ', and /var/log/journal exists' : ''}.`,
          cite,
        },
      ]
    const reason = `Storage=${storage}${storage === 'auto' ? ' without /var/log/journal' : ''} keeps the journal ${storage === 'none' ? 'nowhere' : 'in memory'}, and no syslog daemon runs.`
    return [
      {
        ...base,
        status: 'fail',
        title: 'Logs are lost at a restart',
        reason,
        cite,
      },
    ]
  },
})

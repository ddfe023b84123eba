import type { PathEntry } from '../../../facts/path-entry.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { printMode } from '../../path-writers.ts'

/** Owners that write logs themselves. */
const writers = new Set(['root', 'syslog', 'www-data', 'nginx', 'http', 'caddy', '_apt'])

export default defineControl({
  id: 'log-files-protected',
  item: 'MON-1',
  severity: 'medium',
  title: 'Access and login logs are closed to other accounts',
  rationale:
    'Who may write the log removes his own lines; who may read it learns names, addresses and paths of everyone. nginx and sshd write through root and need nobody else.',
  steps: 'Close them (chmod 640, group adm), and say the same in the create line of logrotate, which makes the next file.',
  needs: ['guarded-files'],
  uses: ['os'],
  references: ['NIST-800-53:AU-9', 'CIS-8:8.3', 'ISO-27001:A.8.15'],
  evaluate: ({ 'guarded-files': { files }, os }): readonly Verdict[] => {
    const logs = files.filter(
      ({ path, type }) => type !== 'symlink' && /^\/var\/log\/(?:nginx(?:\/|$)|caddy(?:\/|$)|audit(?:\/|$)|auth\.log$|secure$)/.test(path),
    )
    if (logs.length === 0)
      return [
        {
          status: 'not-applicable',
          subject: '',
          title: 'No log files of proxy or logins',
          reason: 'There is no /var/log/nginx, /var/log/caddy, /var/log/audit, auth.log or secure; the journal keeps its own rights.',
          cite: [],
        },
      ]
    const above: readonly PathEntry[] = os.known ? os.value.folders.filter(({ path }) => path === '/var' || path === '/var/log') : []
    const open = [
      ...logs.flatMap((file) => {
        const why =
          (file.mode & 0o002) !== 0
            ? 'every account may write it'
            : file.type === 'file' && (file.mode & 0o004) !== 0
              ? 'every account may read it'
              : writers.has(file.owner)
                ? undefined
                : `account ${file.owner} owns it`
        return why ? [{ path: file.path, why, mode: printMode({ ...file, type: 'file' }), line: file.line, section: 'privileged' }] : []
      }),
      ...above.flatMap((entry) =>
        (entry.mode & 0o1002) === 0o002
          ? [{ path: entry.path, why: 'every account may write it', mode: printMode(entry), line: entry.line, section: 'os' }]
          : [],
      ),
    ]
    if (open.length > 0)
      return [
        {
          status: open.some(({ why }) => !/read/.test(why)) ? 'fail' : 'warning',
          subject: '/var/log',
          title: open.some(({ why }) => !/read/.test(why)) ? 'Others can change logs' : 'Others can read logs',
          reason: `${open
            .map(({ path, why, mode }) => `${path}: ${why} (${mode})`)
            .slice(0, 4)
            .join('; ')}. Expected 0640 and group adm.`,
          cite: open.slice(0, 5).map(({ section, line, path }) => ({ section, line, token: path, note: 'Expected 0640.' })),
        },
      ]
    return [
      {
        status: 'pass',
        subject: '/var/log',
        title: 'Logs are closed to other accounts',
        reason: `${logs.length} log files and folders are writable for their programs only.`,
        cite: logs.slice(0, 4).map(({ line }) => ({ section: 'privileged', line })),
      },
    ]
  },
})

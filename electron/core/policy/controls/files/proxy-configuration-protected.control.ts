import type { PathEntry } from '../../../facts/path-entry.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { openEntries, printMode } from '../../path-writers.ts'

export default defineControl({
  id: 'proxy-configuration-protected',
  item: 'INF-4',
  severity: 'high',
  title: 'Only root can change the configuration of the proxy',
  rationale:
    'One location more opens the management routes to everyone at the next reload, and nobody looks at a file that passed its review. nginx itself never writes its configuration.',
  needs: ['nginx', 'guarded-files'],
  uses: ['accounts', 'os'],
  references: ['NIST-800-53:CM-5', 'NIST-800-53:AC-3', 'CIS-8:3.3', 'ISO-27001:A.8.9'],
  evaluate: ({ nginx, 'guarded-files': { files }, accounts, os }): readonly Verdict[] => {
    if (!nginx.installed)
      return [
        {
          status: 'not-applicable',
          subject: '',
          title: 'nginx is not installed',
          reason: 'There is no nginx whose files could be changed.',
          cite: [],
        },
      ]
    const own = files.filter(({ path }) => path === '/etc/nginx' || path.startsWith('/etc/nginx/'))
    if (own.length === 0)
      return [
        {
          status: 'not-evaluated',
          subject: '/etc/nginx',
          title: 'The files of nginx were not seen',
          reason: 'nginx is installed, but /etc/nginx was not listed.',
          cite: [{ section: 'privileged', line: 0 }],
        },
      ]
    const known = accounts.known ? accounts.value : undefined
    const above = os.known ? os.value.folders.filter(({ path }) => path === '/' || path === '/etc') : []
    const entries: readonly PathEntry[] = [
      ...above,
      ...own.flatMap((file) => (file.type === 'symlink' ? [] : [{ ...file, type: file.type }])),
    ]
    const open = new Map(
      entries.flatMap((entry) => openEntries(entry.path, [entry], ['root'], known).map((one) => [entry.path, one] as const)),
    )
    if (open.size > 0)
      return [
        {
          status: 'fail',
          subject: '/etc/nginx',
          title: 'Others can change the configuration of nginx',
          reason: `${[...open.values()]
            .map(({ entry, who }) => `${entry.path}: ${who} (${printMode(entry)})`)
            .slice(0, 4)
            .join('; ')}. Expected root alone.`,
          cite: [...open.values()].slice(0, 5).map(({ entry }) => ({
            section: above.includes(entry) ? 'os' : 'privileged',
            line: entry.line,
            token: entry.path,
            note: 'Expected root alone.',
          })),
        },
      ]
    return [
      {
        status: 'pass',
        subject: '/etc/nginx',
        title: 'Only root can change the proxy',
        reason: `${own.length} files and directories below /etc/nginx belong to root, closed to others.`,
        cite: [{ section: 'privileged', line: own[0]?.line ?? 0 }],
      },
    ]
  },
})

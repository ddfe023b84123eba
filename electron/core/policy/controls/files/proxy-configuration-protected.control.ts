import type { Access } from '../../../facts/access/access.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { PathEntry } from '../../../facts/path-entry.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { aclsOf, openEntries, printMode } from '../../path-writers.ts'
import { caddyConfiguration } from './caddy-configuration.ts'
import type { FileFacts } from './judge-files.ts'
import { otherProxies } from './other-proxies.ts'

export default defineControl({
  id: 'proxy-configuration-protected',
  item: 'INF-4',
  severity: 'high',
  title: 'Only root can change the configuration of the proxy',
  rationale:
    'One location more opens the management routes to everyone at the next reload, and nobody looks at a file that passed its review. A proxy itself never writes the configuration that it is started with.',
  steps: 'Read what stands in it, then give it to root alone (chown root:root, chmod go-w), with the folders on its way.',
  needs: ['nginx', 'guarded-files'],
  uses: ['accounts', 'os', 'caddy', 'processes', 'units', 'access'],
  references: ['NIST-800-53:CM-5', 'NIST-800-53:AC-3', 'CIS-8:3.3', 'ISO-27001:A.8.9'],
  evaluate: (facts): readonly Verdict[] => {
    const verdicts = [
      ...(facts.nginx.installed ? ofNginx(facts) : []),
      ...caddyConfiguration(facts),
      ...otherProxies(facts.processes, 'Files'),
    ]
    if (verdicts.length > 0) return verdicts
    const none = { subject: '', cite: [] }
    if (!facts.processes.known)
      return [{ ...none, status: 'not-evaluated', title: 'Whether a proxy runs is not known', reason: facts.processes.reason }]
    const reason = 'nginx is not installed, and no other proxy runs: there are no files that could be changed.'
    return [{ ...none, status: 'not-applicable', title: 'There is no proxy here', reason }]
  },
})

function ofNginx({
  'guarded-files': { files },
  accounts,
  os,
  access,
}: FileFacts & { readonly access: FactResult<Access> }): readonly Verdict[] {
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
  const acls = aclsOf(access)
  const above = os.known ? os.value.folders.filter(({ path }) => path === '/' || path === '/etc') : []
  const entries: readonly PathEntry[] = [
    ...above,
    ...own.flatMap((file) => (file.type === 'symlink' ? [] : [{ ...file, type: file.type }])),
  ]
  const open = new Map(
    entries.flatMap((entry) => openEntries(entry.path, [entry], ['root'], known, acls).map((one) => [entry.path, one] as const)),
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
}

import type { PushTemplate } from '#shared/model/push-template.ts'
import type { Outcome } from '#shared/status.ts'
import { splitDump } from '../../facts/nginx/dump.ts'
import { readListens } from '../../facts/nginx/model/listen.ts'
import type { NginxDirective } from '../../facts/nginx/nginx.ts'
import { readFacts } from '../../facts/registry.ts'
import type { AnyControl, PolicyContext } from '../../policy/control.ts'
import structuredLog from '../../policy/controls/logging/proxy-access-log-structured.control.ts'
import requiresLogin from '../../policy/controls/proxy/proxy-requires-authentication.control.ts'
import tlsVersions from '../../policy/controls/tls/proxy-tls-versions.control.ts'
import { evaluate } from '../../policy/engine.ts'
import type { ProbeContext, SectionOutput } from '../../probe/section.ts'
import type { Rendered } from '../templates/render.ts'

interface Planned {
  readonly manifest: PushTemplate
  readonly rendered: Rendered
  /** What the host answered just now. */
  readonly outputs: readonly SectionOutput[]
  readonly probe: ProbeContext
  readonly policy: PolicyContext
}

/** Folders whose files nginx of Debian includes; a file anywhere else may be no configuration. */
const INCLUDED = /^\/etc\/nginx\/(?:conf\.d|sites-enabled)\//

/** `nginx -T` of the host as it would be. */
function plannedDump(stdout: string, files: Rendered['files']): string {
  const planned = new Set(files.map(({ path }) => path))
  const section = (path: string, text: string) => `# configuration file ${path}:\n${text}\n`
  return [
    ...splitDump(stdout).flatMap(({ path, text }) => (planned.has(path) ? [] : [section(path, text)])),
    ...files.flatMap(({ path, content, state }) => (INCLUDED.test(path) && state !== 'absent' ? [section(path, content)] : [])),
  ].join('')
}

/** Of files that nginx would not read, the first. */
function unreadFile(files: Rendered['files'], directives: readonly NginxDirective[]): string | undefined {
  const read = new Set<string>()
  const walk = (all: readonly NginxDirective[]): void => {
    for (const { file, block = [] } of all) {
      read.add(file)
      walk(block)
    }
  }
  walk(directives)
  return files.find(({ path, content, state }) => INCLUDED.test(path) && state !== 'absent' && content !== '' && !read.has(path))?.path
}

/** Every `listen` of `http`. */
const listensOf = (directives: readonly NginxDirective[]) =>
  directives
    .filter(({ name }) => name === 'http')
    .flatMap(({ block = [] }) => block.filter(({ name }) => name === 'server'))
    .flatMap(({ block = [] }) => block.filter(({ name }) => name === 'listen').flatMap(readListens))

/**
 * A socket that takes IPv4, too, is handed on as it is by a reload, whatever the new files say of it: beside it nginx cannot listen on IPv4, which
 * `nginx -t` does not try.
 */
function takenSocket(files: Rendered['files'], running: readonly NginxDirective[], planned: readonly NginxDirective[]): string {
  const both = listensOf(running).filter(({ bothFamilies, datagrams }) => bothFamilies && !datagrams)
  const ours = listensOf(planned).find(
    ({ address, port, datagrams, directive }) =>
      !address.includes(':') && !datagrams && files.some(({ path }) => path === directive.file) && both.some((one) => one.port === port),
  )
  const there = both.find(({ port }) => port === ours?.port)
  return ours === undefined || there === undefined
    ? ''
    : `${there.directive.file} has nginx take IPv4 by [::]:${there.port} (ipv6only=off), so it could not listen on ${ours.address}:${ours.port}, too: write listen ${there.port} and listen [::]:${there.port} there, without ipv6only=off, restart nginx, then plan again`
}

/**
 * What is put into `/etc/nginx` means nothing to an nginx that was built for other folders, or that runs with another file (`-c`, `-p`): the push would be
 * undone for it.
 *
 * A front that is to ask for a login does so on its own sockets alone: on a more exact address of its port another server of nginx answers its name, and goes
 * on to. Such a push would be undone, too. What to do first; empty where there is nothing of the kind, or where it cannot be told. Pure.
 */
export function nginxHindrance({ manifest, rendered, outputs, probe, policy }: Planned): string {
  const dump = outputs.find(({ id }) => id === 'nginx')
  if (dump?.state !== 'ok' || !rendered.files.some(({ kind }) => kind === 'nginx')) return ''
  const planned = new Map(outputs.map((output) => [output.id, output]))
  planned.set('nginx', { ...dump, stdout: plannedDump(dump.stdout, rendered.files) })
  const facts = readFacts(planned, probe)
  if (!facts.nginx.known) return `what nginx would do with it cannot be told: ${facts.nginx.reason}`
  const unread = unreadFile(rendered.files, facts.nginx.value.directives)
  const main = splitDump(dump.stdout)[0]?.path
  if (unread !== undefined) return `the nginx of the host does not read ${unread}: no include of ${main} leads there`
  const running = dump.stdout.includes('ipv6only=off')
    ? readFacts(new Map(outputs.map((output) => [output.id, output])), probe).nginx
    : undefined
  const taken = running?.known ? takenSocket(rendered.files, running.value.directives, facts.nginx.value.directives) : ''
  if (taken !== '') return taken
  /** What a control that the template is to turn would still say of its servers. */
  const unmet = (control: AnyControl, ...statuses: readonly Outcome[]) =>
    manifest.fixes.includes(control.id)
      ? evaluate([control], facts, planned, policy).find(
          ({ subject, status }) => statuses.includes(status) && rendered.subjects?.includes(subject),
        )
      : undefined
  // A failure is what was measured: it was met by the old configuration. Where another server is the default of the socket nginx takes the versions from that.
  const versions = unmet(tlsVersions, 'warning')
  if (versions)
    return `${versions.subject}: ${versions.title}, and not because of what is pushed. nginx takes the TLS versions of a socket from its default server: set ssl_protocols TLSv1.2 TLSv1.3 there, or for all of http, then plan again`
  // Of several levels that name an access_log the innermost holds (ngx_http_log_module), so a server that names its own, or `off`, does not take one for all.
  const log = unmet(structuredLog, 'fail', 'warning', 'not-applicable')
  if (log)
    return `${log.subject} would not be logged as JSON: ${log.title}, because of an access_log that is there already, in its server, a location or http: take that line out, then plan again`
  const open = unmet(requiresLogin, 'fail')
  return open === undefined
    ? ''
    : `${open.subject} would stay open. ${open.reason} Take that server out of use (replaces), or have it ask for a login, then plan again`
}

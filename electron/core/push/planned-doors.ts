import type { PushTemplate } from '#shared/model/push-template.ts'
import { splitDump } from '../facts/nginx/dump.ts'
import { readFacts } from '../facts/registry.ts'
import type { PolicyContext } from '../policy/control.ts'
import requiresLogin from '../policy/controls/proxy/proxy-requires-authentication.control.ts'
import { evaluate } from '../policy/engine.ts'
import type { ProbeContext, SectionOutput } from '../probe/section.ts'
import { LOGIN } from './doors.ts'
import type { Rendered } from './render.ts'

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

/**
 * A front that is to ask for a login does so on its own sockets alone: on a more exact address of its port another server of nginx answers its name, and goes
 * on to. Such a push would be undone for it. What to do first; empty where there is nothing of the kind, or where it cannot be told. Pure.
 */
export function stillOpen({ manifest, rendered, outputs, probe, policy }: Planned): string {
  const dump = outputs.find(({ id }) => id === 'nginx')
  if (dump === undefined || !manifest.fixes.includes(LOGIN) || !rendered.files.some(({ kind }) => kind === 'nginx')) return ''
  const planned = new Map(outputs.map((output) => [output.id, output]))
  planned.set('nginx', { ...dump, stdout: plannedDump(dump.stdout, rendered.files) })
  const facts = readFacts(planned, probe)
  const open = evaluate([requiresLogin], facts, planned, policy).find(
    ({ subject, status }) => status === 'fail' && rendered.subjects?.includes(subject),
  )
  return open === undefined
    ? ''
    : `${open.subject} would stay open. ${open.reason} Take that server out of use (replaces), or have it ask for a login, then plan again`
}

import type { Output } from '#shared/ipc/contracts.ts'
import type { Finding } from '#shared/model/finding.ts'
import { isForwarded } from '#shared/model/forwarded-subject.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { PushValues } from '#shared/model/push-parameter.ts'
import type { PushTemplate } from '#shared/model/push-template.ts'
import { accepts } from '#shared/model/push-value.ts'

/** A template, and the parameters that the finding itself gives. */
export interface Fix {
  readonly template: string
  readonly parameters: PushValues
}

type Judged = Pick<Finding, 'control' | 'subject' | 'status' | 'remediation'>
/** Services and fronts of a host, out of its audit or out of the brief of that. */
interface Seen {
  readonly services: readonly Pick<InferenceService, 'id' | 'unit' | 'engine'>[]
  readonly endpoints?:
    | readonly {
        readonly id: string
        readonly program: string
        readonly proxy?: { readonly name: string } | undefined
        readonly groups: readonly { readonly service: string }[]
      }[]
    | undefined
}

/**
 * The template that turns a finding on this host: one about the very service, proxy or program that it judges, first the one that its control
 * names. Undefined where there is none that may be pushed.
 */
export function fixFor(finding: Judged, seen: Seen, templates: Output<'push:templates'>['templates']): Fix | undefined {
  if ((finding.status !== 'fail' && finding.status !== 'warning') || isForwarded(finding.subject)) return undefined
  const fixes = templates.flatMap(({ manifest, state }): Fix[] => {
    if ((state !== 'shipped' && state !== 'approved') || !manifest.fixes.includes(finding.control)) return []
    const parameters = aboutSubject(manifest, finding.subject, seen)
    return parameters === undefined ? [] : [{ template: manifest.id, parameters }]
  })
  return fixes.find(({ template }) => template === finding.remediation?.template) ?? fixes[0]
}

/** The file that a push wrote and that is not as it was pushed: its own push restores it, and it can be kept as it is. */
export const movedFile = (finding: Judged | undefined): string | undefined =>
  finding?.control === 'pushed-files-unchanged' && finding.status === 'fail' ? finding.subject : undefined

/** What the subject gives; undefined where the template is about something else. */
function aboutSubject(manifest: PushTemplate, subject: string, seen: Seen): PushValues | undefined {
  const name = placeholderOf(manifest.subject ?? manifest.unit)
  if (manifest.subject === undefined) {
    const { unit, engine } = seen.services.find((service) => service.id === subject || service.unit === subject) ?? {}
    if (unit === undefined || (manifest.engine !== undefined && manifest.engine !== engine)) return undefined
    if (name === undefined) return unit === manifest.unit ? {} : undefined
    return given(manifest, name, unit)
  }
  if (name === undefined) return manifest.subject === '*' || subject === manifest.subject ? {} : undefined
  // The finding is about a file or a service, and is called by its name; what is called by a host name is a front.
  if (manifest.parameters[name]?.type !== 'host-name') return given(manifest, name, subject)
  const front = frontOf(subject, manifest, seen)
  if (front === undefined) return undefined
  // A front without a name is called by its address, which is no name for clients.
  return /^[0-9.]+$/.test(front.name) ? {} : (given(manifest, name, front.name) ?? {})
}

const placeholderOf = (text: string | undefined): string | undefined => /^\{\{(\w+)\}\}/.exec(text ?? '')?.[1]

function given({ parameters }: PushTemplate, name: string, value: string): PushValues | undefined {
  const parameter = parameters[name]
  if (parameter === undefined) return undefined
  // A finding about a port is called by its socket.
  const one = parameter.type === 'port' ? (/:(\d+)$/.exec(value)?.[1] ?? value) : value
  const filled = parameter.type !== 'integer' && parameter.many ? [one] : one
  return accepts(parameter, filled) ? { [name]: filled } : undefined
}

/** The proxy's socket that a finding is about, when the template is for that proxy and for every engine behind it. */
function frontOf(
  subject: string,
  { unit, parameters }: PushTemplate,
  { endpoints = [], services }: Seen,
): { readonly name: string } | undefined {
  const front = endpoints.find(
    ({ id, program, proxy }) => proxy && unit === `${program.toLowerCase()}.service` && isAbout(`${program} ${subject}`, id),
  )
  const sources = Object.values(parameters).map(({ from }) => from)
  const engines = front?.groups.map((group) => services.find(({ id }) => id === group.service)?.engine) ?? []
  const fits = engines.every((engine) =>
    engine === 'ollama' ? !sources.includes('openai-port') : engine !== undefined && !sources.includes('ollama-port'),
  )
  return fits ? front?.proxy : undefined
}

/** A finding about one location of a front names it after the front. */
const isAbout = (subject: string, id: string): boolean => subject === id || subject.startsWith(`${id} `)

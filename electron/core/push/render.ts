import { GatehouseError } from '#shared/errors.ts'
import type { PushTemplate } from '#shared/model/push-template.ts'
import { sha256Of } from '../audit/ledger/record.ts'

export interface RenderedFile {
  readonly path: string
  readonly content: string
  readonly uid: number
  readonly gid: number
  readonly mode: string
  /** As the host states it once the file is in place. */
  readonly state: string
}

export interface Rendered {
  readonly parameters: Readonly<Record<string, number>>
  readonly files: readonly RenderedFile[]
}

const PLACEHOLDER = /\{\{([A-Za-z0-9]*)\}\}/g

const refused = (detail: string): GatehouseError => new GatehouseError({ code: 'push.not-possible', detail })

/**
 * Files of a template with these values, defaults for the rest. A value is decimal digits of a whole number within its bounds or it is an
 * error, so none can leave its directive. Throws `push.not-possible`: unknown name, wrong value, a placeholder without a parameter.
 */
export function render(template: PushTemplate, given: Readonly<Record<string, unknown>>): Rendered {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(template.parameters, name))
  if (unknown !== undefined) throw refused(`${template.id} has no parameter ${JSON.stringify(unknown)}`)
  const parameters: Record<string, number> = {}
  for (const [name, { minimum, maximum, default: standard }] of Object.entries(template.parameters)) {
    const value = Object.hasOwn(given, name) ? given[name] : standard
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < minimum || value > maximum)
      throw refused(`${name} of ${template.id} must be a whole number from ${minimum} to ${maximum}`)
    parameters[name] = value
  }
  const textOf = (name: string): string => {
    if (!Object.hasOwn(parameters, name)) throw refused(`${template.id} asks for {{${name}}}, which is no parameter of it`)
    return String(parameters[name])
  }
  const files = template.files.map(({ path, uid, gid, mode, lines }) => {
    const content = lines.map((line) => `${line.replaceAll(PLACEHOLDER, (_, name: string) => textOf(name))}\n`).join('')
    return { path, content, uid, gid, mode, state: `${sha256Of(content)}:${uid}:${gid}:${mode}` }
  })
  return { parameters, files }
}

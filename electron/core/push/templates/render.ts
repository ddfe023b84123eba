import { GatehouseError } from '#shared/errors.ts'
import type { PushParameter, PushValue, PushValues } from '#shared/model/push-parameter.ts'
import type { FileKind, PushTemplate, TemplateFile, TemplateLine } from '#shared/model/push-template.ts'
import { accepts, expectedOf, familyOf } from '#shared/model/push-value.ts'
import { sha256Of } from '../../ledger/record.ts'
import type { Edit } from './host-file.ts'
import { kinds } from './kinds.ts'

export interface RenderedFile {
  readonly kind: FileKind
  readonly path: string
  /** Of a file that keeps its own content: what it begins with when there is none, without the part that the host makes. */
  readonly content: string
  /** The host adds 64 random hexadecimal digits and the end of the line. */
  readonly random: boolean
  readonly uid: number
  readonly gid: number
  readonly mode: string
  /** As the host states it once the file is in place: `absent`, `digest:uid:gid:mode`, or `kept:uid:gid:mode`. Empty of an edit: the host says it. */
  readonly state: string
  readonly edit?: Edit
}

export interface Rendered {
  readonly parameters: PushValues
  readonly unit: string
  readonly files: readonly RenderedFile[]
  /** What findings are to be about; undefined: the services of the unit; `EVERY`: whatever their controls judge. */
  readonly subjects: readonly string[] | undefined
}

/** Texts that Gatehouse writes itself, for one host. */
export type Generated = Readonly<Record<Extract<TemplateFile, { generated: string }>['generated'], (parameters: PushValues) => string>>

const PLACEHOLDER = /\{\{([A-Za-z0-9]*)(?:\.(name|hash))?( \*)?\}\}/g

/** Of a login, `name:hash`. */
function partOf(value: string, part: 'name' | 'hash' | undefined): string {
  if (part === undefined) return value
  const colon = value.indexOf(':')
  return part === 'name' ? value.slice(0, colon) : value.slice(colon + 1)
}

const refused = (detail: string): GatehouseError => new GatehouseError({ code: 'push.not-possible', detail })

/** Where the host is not known, or the release is another by now. */
const ofNoHost: Generated = {
  'audit-sudoers': () => {
    throw refused('what Gatehouse needs of sudo is written for one host')
  },
}

function checkedValue(template: PushTemplate, name: string, parameter: PushParameter, given: unknown): PushValue {
  const absent = given === undefined && parameter.type !== 'integer' && !parameter.required ? (parameter.many ? [] : '') : given
  if (accepts(parameter, absent)) return absent
  if (absent === undefined && parameter.from === 'open-subjects')
    throw refused(`what ${template.id} fixes is not open on this host. To push it all the same, name the ${name}`)
  throw refused(`${name} of ${template.id}${shown(parameter, absent)} must be ${expectedOf(parameter)}`)
}

/** Of these the value is no secret; the words of a command line may hold one. */
const tellable: readonly PushParameter['type'][] = ['integer', 'address', 'network', 'host-name', 'port', 'unit', 'path', 'choice']

/** What was found for a parameter that does not take it: whoever did not type it would not know. */
function shown(parameter: PushParameter, value: unknown): string {
  const words: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (!tellable.includes(parameter.type) || !words.every((word) => typeof word === 'string' || typeof word === 'number')) return ''
  const text = words.join(', ')
  return /^[\x20-\x7e]{1,120}$/.test(text) ? ` is ${text}, and` : ''
}

/** All that is missing at once. Throws `push.not-possible`. */
function needsNoMore({ id, parameters }: PushTemplate, given: Readonly<Record<string, unknown>>): void {
  const missing = Object.entries(parameters).filter(([name, parameter]) => {
    const isOptional = parameter.type !== 'integer' && !parameter.required
    return !Object.hasOwn(given, name) && parameter.default === undefined && !isOptional && parameter.from !== 'open-subjects'
  })
  if (missing.length === 0) return
  const words = missing.map(([name, parameter]) => `${name} (${expectedOf(parameter)})`)
  throw refused(`${id} needs what neither the host nor the fleet file says: ${words.join('; ')}`)
}

/** Throws `push.not-possible` for a name or a value that the template does not know, before anything is asked. */
export function checkGiven(template: PushTemplate, given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    const parameter = Object.hasOwn(template.parameters, name) ? template.parameters[name] : undefined
    if (parameter === undefined) throw refused(`${template.id} has no parameter ${JSON.stringify(name)}`)
    checkedValue(template, name, parameter, value)
  }
}

/**
 * Files of a template with these values, defaults for the rest. A value that its type does not know is an error, and so is one that means
 * something in the format it is written into. Throws `push.not-possible`: unknown name, wrong value, a placeholder without a parameter, a
 * path where its kind may not write.
 */
export function render(template: PushTemplate, given: Readonly<Record<string, unknown>>, generated: Generated = ofNoHost): Rendered {
  checkGiven(template, given)
  needsNoMore(template, given)
  const parameters: Record<string, PushValue> = {}
  for (const [name, parameter] of Object.entries(template.parameters))
    parameters[name] = checkedValue(template, name, parameter, Object.hasOwn(given, name) ? given[name] : parameter.default)

  const single = (name: string): string => {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (typeof value !== 'string' && typeof value !== 'number')
      throw refused(`${template.id} asks for {{${name}}}, which is no single parameter of it`)
    return String(value)
  }
  const list = (name: string): readonly string[] => {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (!Array.isArray(value)) throw refused(`${template.id} repeats ${name}, which is no list of it`)
    return value
  }
  const fill = (text: string, kind: FileKind | undefined, of: (name: string) => string = single): string =>
    text.replaceAll(PLACEHOLDER, (_, name: string, part: 'name' | 'hash' | undefined, all: string | undefined) => {
      const values = (all === undefined ? [of(name)] : list(name)).map((value) => partOf(value, part))
      if (values.length === 0) throw refused(`${name} of ${template.id} is empty`)
      if (kind !== undefined && values.some((value) => !kinds[kind].word.test(value)))
        throw refused(`${name} of ${template.id} cannot stand in a file of ${kind}`)
      return values.join(' ')
    })
  const linesOf = (kind: FileKind, line: TemplateLine): string[] => {
    if (typeof line === 'string') return [fill(line, kind)]
    const { each, with: other, family, lines } = line
    const first = list(each).filter((value) => family === undefined || familyOf(value) === family)
    const pairs = first.flatMap((value) => (other === undefined ? [[value, '']] : list(other).map((second) => [value, second])))
    return pairs.flatMap(([value = '', second = '']) =>
      lines.map((one) => fill(one, kind, (name) => (name === each ? value : name === other ? second : single(name)))),
    )
  }
  const pathOf = (kind: FileKind, path: string): string => {
    if (!kinds[kind].path.test(path)) throw refused(`${path} is no place for a file of ${kind}`)
    return path
  }

  const filesOf = (file: TemplateFile): RenderedFile[] => {
    const { kind } = file
    if ('target' in file) {
      const { each } = file
      const content = `${file.target}\n`
      return (each === undefined ? [''] : list(each)).map((value) => ({
        ...{ kind, content, random: false, uid: 0, gid: 0, mode: '777', state: `link:${sha256Of(content)}` },
        path: pathOf(
          kind,
          fill(file.path, kind, (name) => (name === each ? value : single(name))),
        ),
      }))
    }
    if ('edits' in file) {
      const { each } = file
      const names = list(file.of)
      if (names.some((name) => !kinds[kind].word.test(name)))
        throw refused(`${file.of} of ${template.id} cannot stand in a file of ${kind}`)
      return (each === undefined ? [''] : list(each)).map((value) => ({
        ...{ kind, content: '', random: false, uid: 0, gid: 0, mode: '600', state: '', edit: { rule: file.edits, names } },
        path: pathOf(
          kind,
          fill(file.path, undefined, (name) => (name === each ? value : single(name))),
        ),
      }))
    }
    if ('adds' in file) {
      const edit = { rule: 'add', names: [fill(file.adds, kind)] } as const
      return [{ kind, content: '', random: false, uid: 0, gid: 0, mode: '600', state: '', edit, path: pathOf(kind, file.path) }]
    }
    if ('removes' in file)
      return list(file.removes).map((path) => ({
        ...{ kind, path: pathOf(kind, path), content: '', random: false, uid: 0, gid: 0, mode: '600', state: 'absent' },
      }))
    const gid = typeof file.gid === 'number' ? file.gid : Number(single(file.gid.parameter))
    const base = { kind, path: pathOf(kind, fill(file.path, undefined)), uid: file.uid, gid, mode: file.mode }
    const owned = `${file.uid}:${gid}:${file.mode}`
    if ('keeps' in file) {
      const { keeps } = file
      const random = keeps.begins === 'random-key'
      return [{ ...base, content: keeps.begins === 'random-key' ? keeps.prefix : '', random, state: `kept:${owned}` }]
    }
    const content =
      'generated' in file
        ? generated[file.generated](parameters)
        : file.lines
            .flatMap((line) => linesOf(kind, line))
            .map((line) => `${line}\n`)
            .join('')
    return [{ ...base, content, random: false, state: `${sha256Of(content)}:${owned}` }]
  }
  const files = template.files.flatMap(filesOf)
  const twice = files.find(({ path }, index) => files.findIndex((other) => other.path === path) !== index)
  if (twice) throw refused(`${template.id} says two things about ${twice.path}`)
  return {
    parameters,
    unit: template.unit === undefined ? '' : fill(template.unit, undefined),
    files,
    subjects: template.subject === undefined ? undefined : subjectsOf(template.subject),
  }

  function subjectsOf(subject: string): readonly string[] {
    const named = /^\{\{([A-Za-z0-9]+)\}\}$/.exec(subject)?.[1]
    const values = named !== undefined && Object.hasOwn(parameters, named) ? parameters[named] : undefined
    return Array.isArray(values) ? values : [fill(subject, undefined)]
  }
}

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, GatehouseError, messageOf } from '#shared/errors.ts'
import { type PushTemplate, pushTemplateSchema } from '#shared/model/push-template.ts'
import { whyUnreadable } from '#shared/why-unreadable.ts'
import { readPlainFile } from '../../plain-file.ts'
import { kinds } from './kinds.ts'

/** Templates of one's own: files `templates/<id>-<version>.json` (0600) in the data folder. */
export interface OwnTemplates {
  /** The newest version of each; files that are no template are left out and named. */
  list(): { readonly templates: readonly PushTemplate[]; readonly problems: string[] }
  /** Keeps a manifest. Throws `push.template-invalid`: no template, an id that ships, a version that is there with other content. */
  add(text: string, shippedIds: readonly string[]): PushTemplate
}

const MAX_CHARACTERS = 262_144

/** Manifests in the folder `templates` of the data folder, one file a version, read anew each time: a person may put one there. */
export function createOwnTemplates(folder: string): OwnTemplates {
  const place = join(folder, 'templates')

  function list(): ReturnType<OwnTemplates['list']> {
    const newest = new Map<string, PushTemplate>()
    const problems: string[] = []
    for (const name of namesIn(place, problems)) {
      try {
        const template = parsed(readFileSync(join(place, name), 'utf8'))
        if (template.version > (newest.get(template.id)?.version ?? 0)) newest.set(template.id, template)
      } catch (error) {
        problems.push(`${name}: ${error instanceof GatehouseError ? error.failure.detail : String(error)}`)
      }
    }
    return { templates: [...newest.values()], problems }
  }

  return {
    list,
    add(text, shippedIds) {
      const template = parsed(text)
      if (shippedIds.includes(template.id)) throw invalid(`${template.id} is the id of a template that ships; give yours another one`)
      const known = list().templates.find(({ id }) => id === template.id)
      if (known && known.version >= template.version && JSON.stringify(known) !== JSON.stringify(template))
        throw invalid(`${template.id} ${known.version} is here already; a changed one needs a higher version`)
      mkdirSync(place, { recursive: true, mode: 0o700 })
      writeFileSync(join(place, `${template.id}-${template.version}.json`), `${JSON.stringify(template, null, 2)}\n`, { mode: 0o600 })
      return template
    },
  }
}

/** The text of a file that may hold a template. Throws `push.template-invalid`. */
export async function templateText(path: string): Promise<string> {
  try {
    return (await readPlainFile(path, 4 * MAX_CHARACTERS)).toString('utf8')
  } catch (error) {
    throw invalid(`${path}: ${whyUnreadable(error)}`)
  }
}

const invalid = (detail: string): GatehouseError => new GatehouseError({ code: 'push.template-invalid', detail })

function parsed(text: string): PushTemplate {
  if (text.length > MAX_CHARACTERS) throw invalid(`longer than ${MAX_CHARACTERS} characters`)
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (error) {
    throw invalid(`no JSON: ${messageOf(error).slice(0, 200)}`)
  }
  const template = pushTemplateSchema.safeParse(raw)
  if (template.success) return inItsPlace(template.data)
  const [issue] = template.error.issues
  throw invalid(`${issue?.path.join('.') || 'the whole'}: ${issue?.message.slice(0, 300)}`)
}

/** Where a path is not filled from a value, it is known before anybody approves it whether its kind may write there. */
function inItsPlace(template: PushTemplate): PushTemplate {
  for (const file of template.files)
    if ('path' in file && !file.path.includes('{{') && !kinds[file.kind].path.test(file.path))
      throw invalid(`${file.path} is no place for a file of ${file.kind}`)
  return template
}

/** None where nobody has kept one yet; a folder that cannot be read is a problem, not an empty one. */
function namesIn(place: string, problems: string[]): readonly string[] {
  try {
    return readdirSync(place)
      .filter((name) => /^[a-z0-9-]+\.json$/.test(name))
      .sort()
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') problems.push(`${place} cannot be read: ${messageOf(error)}`)
    return []
  }
}

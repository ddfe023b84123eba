import { fnmatch } from '../fnmatch.ts'
import type { Block } from '../packages/blocks.ts'
import type { PackageSource } from './sources.ts'

const NO = /^["']?(?:0|no|false|off)["']?$/i
const YES = /^["']?(?:1|yes|true|on)["']?$/i

/** dnf5 takes `gpgcheck` and `pkg_gpgcheck` for one name, dnf of before knows the first alone, to zypper they are two. */
type Reader = 'dnf' | 'dnf5' | 'zypper'

/** What dnf, its drop-ins and zypper say for all repositories. */
export const isPackageSettings = (file: string): boolean =>
  /^(?:\/usr)?\/(?:etc\/(?:dnf|zypp|yum\.conf)|share\/dnf5\/libdnf\.conf\.d\/)/.test(file) && file.endsWith('.conf')

/** Repositories of dnf, yum and zypper, each by its own rules. Of a file that was `cut` the last one is left out, which may say more. */
export function dnfSources(blocks: readonly Block[], unreadable: readonly string[], cut: readonly string[]): PackageSource[] {
  const files = blocks.map((block) => (cut.includes(block.arguments) ? withoutLast(block) : block))
  const isZypper = (file: string) => /^(?:\/usr)?\/etc\/zypp\//.test(file)
  const reader = files.some((block) => block.arguments.includes('dnf5')) ? 'dnf5' : 'dnf'
  const dnf = files.filter((block) => !isZypper(block.arguments))
  // With no word of it dnf checks nothing (held against 4.14 and 5.4), and zypper everything.
  const isOff =
    dnf.some((block) => isPackageSettings(block.arguments)) && !unreadable.some((file) => isPackageSettings(file) && !isZypper(file))
  const zypper = files.filter((block) => isZypper(block.arguments))
  return [...sourcesOf(dnf, reader, isOff), ...sourcesOf(zypper, 'zypper', false)]
}

function sourcesOf(files: readonly Block[], reader: Reader, isOff: boolean): PackageSource[] {
  const sections = (some: readonly Block[]) => some.flatMap((file) => sectionsOf(file, reader))
  const settings = sections(inOrder(files.filter((block) => isPackageSettings(block.arguments))))
  const main = settings.flatMap(({ name, checks }) => (name === 'main' ? [checks] : []))
  const overrides = sections(inOrder(files.filter(isOverride)))
  return sections(files.filter((file) => !isOverride(file))).flatMap((section) => {
    const all = [section, ...overrides.filter(({ name }) => fnmatch(name, section.name, false))]
    if (section.name === 'main' || all.findLast(({ enabled }) => enabled !== undefined)?.enabled === false) return []
    const checks = merged([...main, ...all.map((one) => one.checks)])
    const sources = Object.values(merged(all.map(({ urls }) => urls))).flatMap((some) => some ?? [])
    return sources.map((source) => {
      const unsigned = uncheckedBy(checks, isOff ? source.line : undefined)
      return unsigned ? { ...source, unsigned } : source
    })
  })
}

const merged = <T>(all: readonly Readonly<Partial<Record<string, T>>>[]): Readonly<Partial<Record<string, T>>> => Object.assign({}, ...all)

const withoutLast = ({ lines, ...block }: Block): Block => ({
  ...block,
  lines: lines.slice(
    0,
    lines.findLastIndex(({ text }) => /^\s*\[/.test(text)),
  ),
})

/** What `dnf config-manager setopt ID.option=` writes (dnf5.conf(5)): its sections are patterns of the names of repositories. */
const isOverride = ({ arguments: file }: Block): boolean => file.includes('/repos.override.d/')

/** Drop-ins by their names, of which the administrator's hides that of the distribution. dnf.conf comes after its own, zypp.conf before. */
function inOrder(files: readonly Block[]): readonly Block[] {
  const nameOf = ({ arguments: file }: Block) => file.slice(file.lastIndexOf('/') + 1)
  const rank = (name: string) => (name === 'dnf.conf' ? 1 : /^(?:yum|zypp)\.conf$/.test(name) ? -1 : 0)
  const shown = new Map(files.toSorted((a, b) => (a.arguments > b.arguments ? -1 : 1)).map((file) => [nameOf(file), file]))
  return [...shown].toSorted(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)).map(([, file]) => file)
}

interface Said {
  readonly yes: boolean
  readonly line: number
}

interface Section {
  readonly name: string
  enabled?: boolean
  checks: Readonly<Partial<Record<string, Said>>>
  readonly urls: Partial<Record<string, readonly PackageSource[]>>
}

/**
 * dnf.conf(5), repository options: enabled unless it says 0; a list goes on in lines that begin with a blank, where zypper sees keys as well. A list of mirrors that
 * is a file on this host names others that were not read, so it is given as apt names such a file (`mirror+file:`), not as a source on this host.
 */
function sectionsOf({ arguments: file, lines }: Block, reader: Reader): readonly Section[] {
  const first: Section = { name: '', checks: {}, urls: {} }
  const sections = [first]
  const keyed = reader === 'zypper' ? /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/ : /^([a-z_]+)\s*=\s*(.*?)\s*$/
  let last = ''
  for (const { text, line } of lines) {
    const now = sections.at(-1) ?? first
    const [, named, set] = keyed.exec(text) ?? []
    const isMore = named === undefined || /^\s+[a-z][a-z0-9+.-]*:\//.test(text)
    const [key, value] = isMore ? [last, text] : [named, set ?? '']
    last = key
    const name = /^\s*\[(.*)\]/.exec(text)?.[1]
    if (name !== undefined) sections.push({ name, checks: {}, urls: {} })
    else if (key === 'enabled') now.enabled = !NO.test(value)
    else if (/gpgcheck$/.test(key)) now.checks = { ...now.checks, ...checkOf(key, value, line, reader) }
    else if (/^(?:baseurl|metalink|mirrorlist)$/.test(key)) {
      const urls = value.split(/[\s,]+/).filter((url) => url !== '' && (!isMore || url.includes('/')))
      const found = urls.map((url) => ({ url: key !== 'baseurl' && /^(?:file:|\/)/.test(url) ? `mirror+${url}` : url, file, line }))
      now.urls[key] = [...(isMore ? (now.urls[key] ?? []) : []), ...found]
    }
  }
  return sections
}

/** What is neither leaves what [main] says. */
function checkOf(key: string, value: string, line: number, reader: Reader): Section['checks'] {
  if ((reader === 'dnf' && key === 'pkg_gpgcheck') || !(NO.test(value) || YES.test(value))) return {}
  return { [reader === 'dnf5' && key === 'pkg_gpgcheck' ? 'gpgcheck' : key]: { yes: !NO.test(value), line } }
}

/** Signed lists name the packages by their hashes, so either check is enough; zypper has the third, of packages alone (zypper(8)). */
function uncheckedBy({ gpgcheck, repo_gpgcheck: lists, pkg_gpgcheck: packages }: Section['checks'], byDefault: number | undefined) {
  if (gpgcheck?.yes || lists?.yes || packages?.yes) return undefined
  const line = gpgcheck?.line ?? byDefault
  return line === undefined ? undefined : { line }
}

import type { Block } from '../packages/blocks.ts'
import type { PackageSource } from './sources.ts'

const NO = /^(?:0|no|false|off)$/i

interface Said {
  readonly yes: boolean
  readonly line: number
}
type Checks = Readonly<Partial<Record<string, Said>>>

/**
 * dnf.conf(5), repository options: enabled unless it says 0; a list goes on in lines that begin with a blank. A list of mirrors that is a file on this host
 * names others that were not read, so it is given as apt names such a file (`mirror+file:`), not as a source on this host.
 */
export function dnfSources(files: readonly Block[]): PackageSource[] {
  const sections = files.flatMap(sectionsOf)
  const main = Object.assign({}, ...sections.flatMap(({ name, checks }) => (name === 'main' ? [checks] : []))) as Checks
  return sections.flatMap(({ enabled, sources, checks }) => {
    const unsigned = uncheckedBy({ ...main, ...checks })
    return enabled ? sources.map((source) => (unsigned ? { ...source, unsigned } : source)) : []
  })
}

interface Section {
  readonly name: string
  enabled: boolean
  checks: Checks
  readonly sources: PackageSource[]
}

function sectionsOf({ arguments: file, lines }: Block): readonly Section[] {
  const first: Section = { name: '', enabled: true, checks: {}, sources: [] }
  const sections = [first]
  let last = ''
  for (const { text, line } of lines) {
    const now = sections.at(-1) ?? first
    const [, named, set] = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/.exec(text) ?? []
    const isMore = named === undefined || /^\s+[a-z][a-z0-9+.-]*:\//.test(text)
    const [key, value] = isMore ? [last, text] : [named, set ?? '']
    last = key
    const name = /^\s*\[([^\]]*)/.exec(text)?.[1]
    if (name !== undefined) sections.push({ name, enabled: true, checks: {}, sources: [] })
    else if (key === 'enabled') now.enabled = !NO.test(value)
    else if (/gpgcheck$/.test(key)) now.checks = { ...now.checks, ...checkOf(key, value, line) }
    else if (/^(?:baseurl|metalink|mirrorlist)$/.test(key)) {
      const urls = value.split(/[\s,]+/).filter((url) => url !== '')
      now.sources.push(...urls.map((url) => ({ url: key !== 'baseurl' && /^(?:file:|\/)/.test(url) ? `mirror+${url}` : url, file, line })))
    }
  }
  return sections
}

/** What is neither leaves what [main] says. */
const checkOf = (key: string, value: string, line: number): Checks =>
  NO.test(value) || /^(?:1|yes|true|on)$/i.test(value) ? { [key]: { yes: !NO.test(value), line } } : {}

/**
 * Signed lists name the packages by their hashes, so either check is enough; zypper has the third, of packages alone (zypper(8)). Without a word of it the
 * default of the version counts, which distributions set in [main].
 */
const uncheckedBy = ({ gpgcheck, repo_gpgcheck: lists, pkg_gpgcheck: packages }: Checks): PackageSource['unsigned'] =>
  gpgcheck?.yes !== false || lists?.yes || packages?.yes ? undefined : { line: gpgcheck.line }

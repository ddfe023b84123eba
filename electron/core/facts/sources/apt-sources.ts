import type { Block } from '../packages/blocks.ts'
import type { PackageSource, Sources } from './sources.ts'

/** What apt takes for yes (strutl.cc: StringToBool). */
const YES = /^(?:yes|true|with|on|enable|1)$/i

/** sources.list(5): one line for each source, or stanzas whose `Enabled: no` switches them off. Values go on in lines that begin with a blank. */
export function aptSources({ arguments: file, lines }: Block): PackageSource[] {
  if (!file.endsWith('.sources')) {
    return lines.flatMap(({ text, line }) => {
      const [, options = '', url] = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s/.exec(text) ?? []
      return url === undefined ? [] : [{ url, file, line, ...(isTrusted(options) && { unsigned: { line } }) }]
    })
  }
  const found: PackageSource[] = []
  let stanza: PackageSource[] = []
  let use: { enabled: boolean; binary: boolean; unsigned?: { line: number } } = { enabled: true, binary: true }
  const close = () => {
    const { enabled, binary, unsigned } = use
    if (enabled && binary) found.push(...stanza.map((source) => (unsigned ? { ...source, unsigned } : source)))
    stanza = []
    use = { enabled: true, binary: true }
  }
  let key = ''
  for (const { text, line } of lines) {
    const [, name, first] = /^([\w-]+)[ \t]*:\s*(.*)$/.exec(text) ?? []
    const value = first ?? text
    if (name !== undefined) key = name.toLowerCase()
    if (text.trim() === '') close()
    else if (key === 'enabled') use = { ...use, enabled: !/^(?:no|false|without|off|disable|0)$/i.test(value.trim()) }
    else if (key === 'types') use = { ...use, binary: (name === undefined && use.binary) || /(?:^|\s)deb(?:\s|$)/.test(value) }
    else if (key === 'trusted' && YES.test(value.trim())) use = { ...use, unsigned: { line } }
    else if (key === 'uris') stanza.push(...value.split(/\s+/).flatMap((url) => (url === '' ? [] : [{ url, file, line }])))
  }
  close()
  return found
}

/** Of an option that is given twice the last counts; capitals are another name. */
const isTrusted = (options: string): boolean => YES.test([...options.matchAll(/(?:^|\s)trusted=(\S+)/g)].at(-1)?.[1] ?? '')

/** apt-secure(8): with the first alone apt asks before it installs, and refuses where nobody answers; with the second alone it takes no such list. */
export function takesUnsigned(aptConfig: Block['lines']): Sources['aptUnsigned'] {
  const set = (name: string) => {
    const last = aptConfig.findLast(({ text }) => text.toLowerCase().startsWith(`${name} "`))
    return last && YES.test(/"(.*)"/.exec(last.text)?.[1] ?? '') ? last : undefined
  }
  const takes = set('acquire::allowinsecurerepositories')
  return takes && set('apt::get::allowunauthenticated') ? { line: takes.line } : undefined
}

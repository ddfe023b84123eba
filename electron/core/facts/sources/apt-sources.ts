import type { Block } from '../packages/blocks.ts'
import type { PackageSource, Sources } from './sources.ts'

/** What apt takes for yes (strutl.cc: StringToBool). */
const YES = /^(?:yes|true|with|on|enable|1)$/i

const NO = /^(?:no|false|without|off|disable|0)$/i

/** sources.list(5): one line for each source, or stanzas whose `Enabled: no` switches them off. Values go on in lines that begin with a blank. */
export function aptSources({ arguments: file, lines }: Block, aptConfig: Block['lines']): PackageSource[] {
  const unasked = installsUnasked(aptConfig) !== undefined
  const isUnsigned = (word: (name: string) => string) => YES.test(word('trusted')) || (unasked && YES.test(word('allow-insecure')))
  if (!file.endsWith('.sources')) {
    return lines.flatMap(({ text, line }) => {
      const [, options = '', url] = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s/.exec(text) ?? []
      return url === undefined ? [] : [{ url, file, line, ...(isUnsigned((name) => optionOf(options, name)) && { unsigned: { line } }) }]
    })
  }
  const stanzas: Map<string, Block['lines']>[] = [new Map()]
  let key = ''
  for (const { text, line } of lines) {
    const [, name, value = text] = /^([\w-]+)[ \t]*:\s*(.*)$/.exec(text) ?? []
    const stanza = stanzas.at(-1)
    if (text.trim() === '') stanzas.push(new Map())
    else {
      key = name?.toLowerCase() ?? key
      stanza?.set(key, [...(name === undefined ? (stanza.get(key) ?? []) : []), { text: value, line }])
    }
  }
  return stanzas.flatMap((stanza) => {
    const rows = (name: string) => stanza.get(name) ?? []
    const word = (name: string) =>
      rows(name)
        .map(({ text }) => text.trim())
        .join(' ')
        .trim()
    if (NO.test(word('enabled')) || (stanza.has('types') && !/(?:^|\s)deb(?:\s|$)/.test(word('types')))) return []
    const said = rows(YES.test(word('trusted')) ? 'trusted' : 'allow-insecure').at(-1)
    const unsigned = said && isUnsigned(word) ? { unsigned: { line: said.line } } : {}
    return rows('uris').flatMap(({ text, line }) =>
      text.split(/\s+/).flatMap((url) => (url === '' ? [] : [{ url, file, line, ...unsigned }])),
    )
  })
}

/** Of an option that is given twice the last counts; capitals are another name. */
const optionOf = (options: string, name: string): string =>
  [...options.matchAll(/(?:^|\s)([\w-]+)=(\S+)/g)].findLast(([, option]) => option === name)?.[2] ?? ''

const lastOf = (aptConfig: Block['lines'], name: string) => {
  const last = aptConfig.findLast(({ text }) => text.toLowerCase().startsWith(`${name} "`))
  return last && YES.test(/"(.*)"/.exec(last.text)?.[1] ?? '') ? last : undefined
}
const installsUnasked = (aptConfig: Block['lines']) => lastOf(aptConfig, 'apt::get::allowunauthenticated')

/** apt-secure(8): with the first alone apt asks before it installs, and refuses where nobody answers; with the second alone it takes no such list. */
export function takesUnsigned(aptConfig: Block['lines']): Sources['aptUnsigned'] {
  const takes = lastOf(aptConfig, 'acquire::allowinsecurerepositories')
  return takes && installsUnasked(aptConfig) ? { line: takes.line } : undefined
}

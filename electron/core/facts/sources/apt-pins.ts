import type { Block } from '../packages/blocks.ts'
import type { AptPin } from './sources.ts'

/** Where apt reads its pins: the file and the folder of that name (apt_preferences(5)). */
export const isPreferences = (file: string): boolean => file.startsWith('/etc/apt/preferences')

/** Priority of what APT::Default-Release names. */
const DEFAULT_RELEASE = 990

/** Stanzas of apt_preferences(5), whose files apt takes by their names as those of apt.conf.d; `never` is a priority below all. */
export function aptPins(blocks: readonly Block[], aptConfig: Block['lines']): AptPin[] {
  const files = blocks.filter(
    ({ tag, arguments: file }) => tag === 'pin' && (file === '/etc/apt/preferences' || /\/(?:[\w-]+|[\w.-]+\.pref)$/.test(file)),
  )
  const release = aptConfig.flatMap(({ text, line }) => {
    const value = /^APT::Default-Release "(.+)";$/i.exec(text)?.[1]
    return value === undefined ? [] : [{ packages: ['*'], kind: 'release' as const, value, priority: DEFAULT_RELEASE, line }]
  })
  return [...files.flatMap(pinsOf), ...release]
}

function pinsOf({ lines }: Block): AptPin[] {
  const found: AptPin[] = []
  let stanza: Record<string, string> = {}
  let at = 0
  const close = () => {
    const [, kind, value = ''] = /^(release|origin|version)\s*(.*?)\s*$/i.exec(stanza.pin ?? '') ?? []
    const priority = /^never$/i.test(stanza['pin-priority'] ?? '') ? -32_768 : Number.parseInt(stanza['pin-priority'] ?? '', 10)
    const packages = (stanza.package ?? '').split(/\s+/).filter((it) => it !== '')
    if (kind !== undefined && packages.length > 0 && !Number.isNaN(priority) && priority !== 0)
      found.push({ packages, kind: kind.toLowerCase() as AptPin['kind'], value: value.replace(/^"(.*)"$/, '$1'), priority, line: at })
    stanza = {}
  }
  for (const { text, line } of lines) {
    const [, key, value = ''] = /^([A-Za-z-]+):\s*(.*?)\s*$/.exec(text) ?? []
    if (text.trim() === '') close()
    else if (key !== undefined) stanza[key.toLowerCase()] = value
    if (key?.toLowerCase() === 'pin') at = line
  }
  close()
  return found
}

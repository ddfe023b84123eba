import type { SudoMember } from './privileged.ts'
import { commandMembers } from './sudo-grants.ts'
import { type Aliases, members, sudoText } from './sudoers-text.ts'

const ALIAS = /^(User|Runas|Host|Cmnd|Cmd)_Alias\s+(.*)$/
const NAME = /[A-Z][A-Z0-9_]*/y
const kinds = { User: 'user', Runas: 'runAs', Host: 'host', Cmnd: 'command', Cmd: 'command' } as const

/** A line that defines aliases. `Cmd_Alias` is the same as `Cmnd_Alias` (sudoers(5)). */
export const isAlias = (text: string): boolean => ALIAS.test(text)

/**
 * All aliases of the lines. They may stand behind what uses them, so lists are filled in place; an alias that names itself, by whatever
 * way, is none (sudo calls it a cycle). `failed` gets the lines that break the grammar.
 */
export function readAliases(texts: readonly string[], failed: (index: number) => void, literal: boolean): Aliases {
  const all = { user: new Map(), runAs: new Map(), host: new Map(), command: new Map() } as {
    readonly [K in keyof Aliases]: Map<string, SudoMember[]>
  }
  const nothing: ReadonlyMap<string, readonly SudoMember[]> = new Map()
  for (const [index, text] of texts.entries()) {
    const match = ALIAS.exec(text)
    if (!match?.[1]) continue
    const kind = kinds[match[1] as keyof typeof kinds]
    const reader = sudoText(match[2] ?? '', literal)
    do {
      reader.blank()
      const name = reader.take(NAME)?.[0]
      const list = name !== undefined && reader.sign('=') ? (kind === 'command' ? commandMembers : members)(reader, nothing) : undefined
      if (name === undefined || list === undefined || all[kind].has(name)) {
        failed(index)
        break
      }
      all[kind].set(name, [...list])
      if (!reader.done() && !reader.next(/:/y)) failed(index)
    } while (reader.sign(':'))
  }
  for (const map of Object.values(all)) {
    const state = new Map<string, 'open' | 'done'>()
    for (const name of map.keys()) resolve(map, name, state)
  }
  return all
}

/** Puts the lists of other aliases where they are named. What leads back to a list that is still open stays a word. */
function resolve(map: Map<string, SudoMember[]>, name: string, state: Map<string, 'open' | 'done'>): void {
  const list = map.get(name)
  if (list === undefined || state.has(name)) return
  state.set(name, 'open')
  for (const [at, member] of list.entries()) {
    if (member.word === 'ALL' || !map.has(member.word)) continue
    resolve(map, member.word, state)
    if (state.get(member.word) === 'done') list[at] = { ...member, list: map.get(member.word) ?? [] }
  }
  state.set(name, 'done')
}

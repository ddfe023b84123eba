import { groupBy } from '#shared/group-by.ts'
import type { FileLine } from '../privileged/read-block.ts'
import type { Pam, PamAction, PamEntry, PamModule } from './pam.ts'

const MAX_DEPTH = 8
const MAX_ENTRIES = 500

/** What the old words stand for (pam.d(5)). */
const keywords: Readonly<Record<string, PamModule['on']>> = {
  required: { success: 'ok', new_authtok_reqd: 'ok', ignore: 'ignore', default: 'bad' },
  requisite: { success: 'ok', new_authtok_reqd: 'ok', ignore: 'ignore', default: 'die' },
  sufficient: { success: 'done', new_authtok_reqd: 'done', default: 'ignore' },
  optional: { success: 'ok', new_authtok_reqd: 'ok', default: 'ignore' },
}

/** Rows of `grep -Hn`: `/etc/pam.d/sshd:4:auth required pam_unix.so`. Undefined when the file of sshd is not among them. */
export function parsePam(text: string): Pam | undefined {
  const lines = text.split('\n').flatMap((raw, index): FileLine[] => {
    const match = /^(\/etc\/pam\.d\/[^:]+):(\d{1,7}):(.*)$/.exec(raw)
    return match?.[1] ? [{ file: match[1], number: Number(match[2]), text: match[3] ?? '', line: index + 1 }] : []
  })
  const stack = parseStack(lines, 'auth')
  return stack && { auth: stack.entries, ...(stack.incomplete !== undefined && { incomplete: stack.incomplete }) }
}

export interface Stack {
  /** In the order in which they are asked. */
  readonly entries: readonly PamEntry[]
  readonly incomplete?: string
}

/** What a service asks of one type (pam.d(5)), with what it includes: sshd, where no other file is named. Undefined when its file is not among the lines. */
export function parseStack(lines: readonly FileLine[], asked: 'auth' | 'account', start = '/etc/pam.d/sshd'): Stack | undefined {
  const files = groupBy(lines, ({ file }) => file)
  if (!files.has(start)) return undefined
  const trouble = new Set<string>()
  let left = MAX_ENTRIES

  function stackOf(file: string, depth: number): PamEntry[] {
    const rows = files.get(file)
    if (rows === undefined || depth > MAX_DEPTH) {
      trouble.add(rows === undefined ? `${file} was not read` : `${file} is included too deeply`)
      return []
    }
    return joined(rows).flatMap((row): PamEntry[] => {
      left -= 1
      if (left < 0) {
        trouble.add('the stack is too long')
        return []
      }
      return entryOf(row, depth)
    })
  }

  function entryOf({ text: written, line }: FileLine, depth: number): PamEntry[] {
    const content = written.replace(/(^|\s)#.*$/, '').trim()
    if (content === '') return []
    const whole = /^@include\s+(\S+)$/.exec(content)
    if (whole?.[1]) return stackOf(pathOf(whole[1]), depth + 1)
    const match = /^-?([A-Za-z]+)\s+(\[[^\]]*\]|\S+)\s+(\S+)(?:\s+(.*))?$/.exec(content)
    if (!match) {
      trouble.add(`"${content.slice(0, 60)}" could not be read`)
      return []
    }
    const [, type = '', control = '', module = '', rest = ''] = match
    if (type.toLowerCase() !== asked) return []
    if (control === 'include') return stackOf(pathOf(module), depth + 1)
    if (control === 'substack') return [{ substack: stackOf(pathOf(module), depth + 1) }]
    const on = keywords[control.toLowerCase()] ?? actionsOf(control)
    if (on === undefined) {
      trouble.add(`"${control.slice(0, 60)}" could not be read`)
      return []
    }
    const name = module.replace(/^.*\//, '').replace(/\.so$/, '')
    return [{ on, name, arguments: rest.split(/\s+/).filter(Boolean), text: content, line }]
  }

  const entries = stackOf(start, 0)
  return { entries, ...(trouble.size > 0 && { incomplete: [...trouble].slice(0, 4).join('; ') }) }
}

const pathOf = (name: string): string => (name.startsWith('/') ? name : `/etc/pam.d/${name}`)

/** A backslash at the end joins the next line of the file. */
function joined(rows: readonly FileLine[]): readonly FileLine[] {
  const out: FileLine[] = []
  let open: FileLine | undefined
  for (const row of rows) {
    const text = open === undefined ? row.text : `${open.text} ${row.text.trimStart()}`
    const start = { ...(open ?? row), text }
    if (text.endsWith('\\')) open = { ...start, text: text.slice(0, -1) }
    else {
      out.push(start)
      open = undefined
    }
  }
  return open === undefined ? out : [...out, open]
}

/** `[success=1 default=ignore]`. */
function actionsOf(control: string): PamModule['on'] | undefined {
  const inner = /^\[(.*)\]$/.exec(control)?.[1]
  if (inner === undefined) return undefined
  const on: Record<string, PamAction> = {}
  for (const word of inner.trim().split(/\s+/)) {
    const [, value = '', action = ''] = /^([a-z_]+)=([a-z]+|\d{1,3})$/.exec(word) ?? []
    if (/^\d+$/.test(action)) on[value] = Number(action)
    else if (/^(?:ok|done|bad|die|ignore|reset)$/.test(action)) on[value] = action as PamAction
    else return undefined
  }
  return on
}

import { fnmatch } from '../../fnmatch.ts'
import { type ConfigFile, type ConfigRow, resolversIn } from './files.ts'
import type { Ask, NextStart } from './next-start.ts'

/** A line of a shell that adds a default route. */
export const ADDS_DEFAULT =
  /\broute\b.*\b(?:add|replace|append|change)\b.*(?:\bdefault\b|(?<![\d.])0\/0|(?<![\d.])0\.0\.0\.0(?:\/[0-7])?(?![\d./])|::\/0)/

/** interfaces(5), and what ifupdown-ng of Alpine makes of it. Stanzas of interfaces that nobody brings up at the start ask for nothing. */
export function askedOfInterfaces(files: readonly ConfigFile[]): NextStart {
  const own = files.filter(({ path }) => path === '/etc/network/interfaces' || path.startsWith('/etc/network/interfaces.d/'))
  const rows = own.flatMap(({ path, rows: each }) =>
    joined(each).map((row) => ({ ...row, file: path, words: row.text.trim().split(/\s+/) })),
  )
  const up = rows.flatMap(({ words: [first = '', ...names] }) => (/^(?:auto|allow-)/.test(first) ? names : []))
  const comesUp = (name: string) => up.some((pattern) => fnmatch(pattern, name, false) !== false)
  const asks: Ask[] = []
  const unread: { why: string; cite: { section: string; line: number }[] }[] = []
  let open: string | undefined
  for (const { words, text, line, file } of rows) {
    const [first = '', second = '', third = '', fourth = ''] = words
    const cite = { section: 'network-files', line }
    const add = (kind: Ask['kind'], address?: string) => {
      if (open !== undefined && comesUp(open)) asks.push({ kind, interface: open, address, file, text: text.trim(), cite })
    }
    if (/^(?:auto|mapping|template|no-auto-down|no-scripts|allow-)/.test(first)) open = undefined
    else if (/^(?:source|source-dir)/.test(first)) {
      open = undefined
      if (!/^(?:\/etc\/network\/)?interfaces\.d(?:\/\*)?$/.test(second))
        unread.push({ why: `${second} was not read, which ${file} names.`, cite: [cite] })
    } else if (first === 'iface') {
      open = second
      if (third === 'inet' && /^(?:dhcp|bootp)$/.test(fourth)) add('lease')
      if (third === 'inet6' && /^(?:auto|dhcp)$/.test(fourth)) add('advertisement')
    } else if (first === 'gateway' && second !== '') add('route')
    else if (/^dns-nameservers?$/.test(first)) for (const address of resolversIn(text)) add('resolver', address)
    else if (first === 'use' && second === 'dhcp') add('lease')
    else if (/^(?:pre-up|up|post-up)$/.test(first) && ADDS_DEFAULT.test(text)) add('route')
  }
  return { asks, unread }
}

/** A backslash at its end joins a line with the next. */
function joined(rows: readonly ConfigRow[]): ConfigRow[] {
  const whole: ConfigRow[] = []
  let open = false
  for (const row of rows) {
    const last = whole.at(-1)
    if (open && last) whole[whole.length - 1] = { ...last, text: `${last.text.slice(0, -1)} ${row.text.trim()}` }
    else if (!/^\s*#/.test(row.text)) whole.push(row)
    open = /\\$/.test(row.text)
  }
  return whole
}

import type { SectionOutput } from '../../../probe/section.ts'

/** What lies in /etc/firewalld and, where that says nothing else, in /usr/lib/firewalld. */
export interface FirewalldFiles {
  /** Settings of firewalld.conf(5). */
  readonly settings: ReadonlyMap<string, string>
  readonly zones: ReadonlyMap<string, Element>
  readonly policies: ReadonlyMap<string, Element>
  readonly services: ReadonlyMap<string, Element>
  readonly ipsets: ReadonlyMap<string, Element>
  /** Rules beside the zones (firewalld.direct(5)). */
  readonly direct: Element | undefined
  /** Files that are no whole XML, and zones made of several files. */
  readonly strange: readonly string[]
  /** Of the settings, 0 where there are none. */
  readonly line: number
}

/** It is installed, and what it loads could not be read. */
export interface Unread {
  readonly unread: string
  /** The line that would let the account read it. */
  readonly sudoers?: string | undefined
}

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  readonly text: string
  /** Of the section. */
  readonly line: number
}

interface Row {
  readonly value: string
  readonly line: number
}

/** Where firewalld is not installed the section says nothing. */
export function readFirewalld({ state, exitCode, stdout, sudoers, command }: SectionOutput): FirewalldFiles | Unread | undefined {
  if (state === 'ok' && exitCode === 0) return stdout === '' ? undefined : readFirewalldFiles(stdout)
  // Of an audit by a version that did not ask.
  if (state === 'not-run') return undefined
  return { unread: state === 'denied' ? `sudo refused "${command}".` : `"${command}" was not read whole.`, sudoers }
}

const KINDS = ['zones', 'policies', 'services', 'ipsets'] as const

/** Rows of `grep -rsH . /etc/firewalld …`: each begins with the name of its file. */
export function readFirewalldFiles(stdout: string): FirewalldFiles {
  const files = new Map<string, Row[]>()
  for (const [index, row] of stdout.split('\n').entries()) {
    // Beside what it saves firewalld keeps what was there before, as .xml.old.
    const [, path, value] = /^(\/(?:etc|usr\/lib)\/firewalld\/[^:]*?\.(?:xml|conf)):(.*)$/.exec(row) ?? []
    if (path === undefined || value === undefined) continue
    const rows = files.get(path) ?? []
    rows.push({ value, line: index + 1 })
    files.set(path, rows)
  }
  const found = { zones: new Map(), policies: new Map(), services: new Map(), ipsets: new Map() } as Record<
    (typeof KINDS)[number],
    Map<string, Element>
  >
  const strange: string[] = []
  let direct: Element | undefined
  // Those of the host's own come last, and count.
  for (const [path, rows] of [...files].sort(([a], [b]) => (a < b ? 1 : -1))) {
    const [, kind, name] = /\/firewalld\/(?:(\w+)\/)?([^/]+)\.xml$/.exec(path) ?? []
    if (/\/firewalld\/zones\/[^/]+\//.test(path)) strange.push(path)
    if (name === undefined) continue
    const wanted = KINDS.find((each) => each === kind)
    if (!wanted && !(kind === undefined && name === 'direct')) continue
    const element = parseXml(rows)
    if (!element) strange.push(path)
    else if (wanted) found[wanted].set(name, element)
    else direct = element
  }
  const conf = files.get('/etc/firewalld/firewalld.conf') ?? []
  const settings = new Map<string, string>()
  for (const { value } of conf) {
    const [, name, given] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(value) ?? []
    if (name !== undefined && given !== undefined) settings.set(name, given)
  }
  return { settings, ...found, direct, strange, line: conf.find(({ value }) => /^\s*DefaultZone\s*=/.test(value))?.line ?? 0 }
}

const TAG = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<(\/?)([\w-]+)((?:\s+[\w-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|</g

/** Elements and attributes, all that files of firewalld have. Undefined where they do not fit into each other. */
function parseXml(rows: readonly Row[]): Element | undefined {
  const text = rows.map(({ value }) => value).join('\n')
  const starts: number[] = []
  for (let at = 0; at >= 0 && starts.length < rows.length; at = text.indexOf('\n', at) + 1) starts.push(at)
  type Growing = Omit<Element, 'children' | 'text'> & { readonly children: Growing[]; text: string }
  const top: Growing = { name: '', attributes: {}, children: [], text: '', line: 0 }
  const open = [top]
  let end = 0
  for (const match of text.matchAll(TAG)) {
    const parent = open.at(-1) as Growing
    parent.text += text.slice(end, match.index)
    end = match.index + match[0].length
    if (match[0] === '<') return undefined
    const [, closing, name, attributes = '', alone] = match
    if (name === undefined) continue
    if (closing) {
      if (parent.name !== name || open.length === 1) return undefined
      open.pop()
      continue
    }
    const row = starts.findLastIndex((start) => start <= match.index)
    const element: Growing = { name, attributes: attributesOf(attributes), children: [], text: '', line: rows[row]?.line ?? 0 }
    parent.children.push(element)
    if (!alone) open.push(element)
  }
  return open.length === 1 && top.children.length === 1 ? top.children[0] : undefined
}

const attributesOf = (text: string): Record<string, string> =>
  Object.assign(
    Object.create(null),
    Object.fromEntries([...text.matchAll(/([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map(([, name, one, two]) => [name, one ?? two ?? ''])),
  )

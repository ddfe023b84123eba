import type { Block } from '../packages/blocks.ts'
import type { PackageSource } from './sources.ts'

/**
 * Cargo's config.toml (The Cargo Book, Source Replacement, Registries): the `registry`, `git` or `index` of each table below `source` and `registries`. What is replaced
 * (`replace-with`) is asked no more, so its own address does not count; folders are no addresses. Keys may be dotted, tables inline.
 */
export function cargoSources({ arguments: file, lines }: Block): readonly PackageSource[] {
  const tables = new Map<string, { replaced: boolean; urls: PackageSource[] }>()
  let header = ''
  for (const { text, line } of lines) {
    const code = text.replace(/^((?:[^"'#]|"[^"]*"|'[^']*')*)#.*$/, '$1')
    const table = /^\s*\[([^[\]]+)\]/.exec(code)?.[1]
    if (table !== undefined) {
      header = parts(table).join('.')
      continue
    }
    const [, key = '', value = ''] = /^\s*([^=]+?)\s*=\s*(.*)$/.exec(code) ?? []
    const path = [...parts(header), ...parts(key)]
    const [, inline] = /^\{(.*)\}/.exec(value) ?? []
    const pairs =
      inline === undefined ? [[path.at(-1) ?? '', value] as const] : inline.split(',').map((pair) => [...pair.split('=', 1), pair] as const)
    const name = (inline === undefined ? path.slice(0, -1) : path).join('.')
    if (!/^(?:source|registries)\./.test(name)) continue
    const one = tables.get(name) ?? { replaced: false, urls: [] }
    tables.set(name, one)
    for (const [word = '', text = ''] of pairs) {
      const what = word.trim().replace(/^["']|["']$/g, '')
      if (what === 'replace-with') one.replaced = true
      const url = /["'](?:sparse\+|registry\+)?([a-z][a-z0-9+.-]*:\/\/[^"']+)["']/.exec(text)?.[1]
      if (url !== undefined && /^(?:registry|index|git)$/.test(what)) one.urls.push({ url, file, line })
    }
  }
  return [...tables.values()].flatMap(({ replaced, urls }) => (replaced ? [] : urls))
}

const parts = (key: string): readonly string[] => (key === '' ? [] : key.split('.').map((part) => part.trim().replace(/^["']|["']$/g, '')))

/**
 * GOPROXY (Go Modules Reference, GOPROXY protocol) as `go env -w` wrote it, or as logins set it. `direct` asks the host that each module names, which is where it is only
 * then; `off` asks nobody.
 */
export const goSources = ({ arguments: file, lines }: Block): readonly PackageSource[] =>
  lines.flatMap(({ text, line }) =>
    (/\bGOPROXY=["']?([^"'\s;]*)/.exec(text)?.[1] ?? '')
      .split(/[,|]/)
      .flatMap((one) => (one === '' || one === 'off' ? [] : [{ url: one === 'direct' ? 'direct:' : one, file, line }])),
  )

/** repositories.yaml of Helm (helm repo add): the address of each. */
export const helmSources = ({ arguments: file, lines }: Block): readonly PackageSource[] =>
  lines.flatMap(({ text, line }) => {
    const url = /^\s*(?:-\s+)?url\s*:\s*["']?([^"'\s]+)/.exec(text)?.[1]
    return url === undefined ? [] : [{ url, file, line }]
  })

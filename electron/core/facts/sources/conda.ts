import type { Block } from '../packages/blocks.ts'
import type { PackageSource } from './sources.ts'

/**
 * A .condarc (conda, user guide, settings): `channels` are names below `channel_alias`, which is conda.anaconda.org, or addresses; `defaults` stands for
 * `default_channels`, which lie on repo.anaconda.com. `proxy_servers` are no sources.
 */
export function condaSources({ arguments: file, lines }: Block): {
  readonly sources: readonly PackageSource[]
  readonly proxies: readonly { readonly value: string; readonly line: number }[]
} {
  const sources: PackageSource[] = []
  const proxies: { value: string; line: number }[] = []
  const names: { name: string; line: number }[] = []
  const keys = new Set<string>()
  const custom = new Set<string>()
  let key = ''
  for (const { text, line } of lines) {
    const top = /^([A-Za-z_]+)\s*:/.exec(text)?.[1]
    if (top !== undefined) key = top
    keys.add(key)
    const urls = text.replace(/\s#.*$/, '').match(/[a-z][a-z0-9+.-]*:\/\/[^\s"',\]}]+/g) ?? []
    if (key === 'proxy_servers') proxies.push(...urls.map((value) => ({ value, line })))
    else sources.push(...urls.map((url) => ({ url, file, line })))
    if (key === 'custom_channels') custom.add(/^\s+([\w.-]+)\s*:/.exec(text)?.[1] ?? '')
    if (key !== 'channels' || urls.length > 0) continue
    const listed = /^\s*-\s*["']?([\w./-]+)/.exec(text)?.[1]
    const inline = /^channels\s*:\s*\[(.*)\]/.exec(text)?.[1]?.split(',') ?? []
    for (const name of [listed, ...inline]) if (name?.trim()) names.push({ name: name.trim().replace(/["']/g, ''), line })
  }
  for (const { name, line } of names) {
    if (name === 'nodefaults' || custom.has(name)) continue
    if (name === 'defaults' ? keys.has('default_channels') : keys.has('channel_alias')) continue
    sources.push({ url: name === 'defaults' ? 'https://repo.anaconda.com/pkgs' : `https://conda.anaconda.org/${name}`, file, line })
  }
  return { sources, proxies }
}

import type { Block } from '../packages/blocks.ts'
import { overHttp } from './over-http.ts'
import type { PackageSource } from './sources.ts'

const DEFAULT = 'https://repo.anaconda.com/pkgs'

/** The words that conda takes for no, and mamba's own. */
const NO = /^(?:<?false>?|off|no?|non|none|0)$/i

/**
 * A .condarc (conda, user guide, settings): `channels` are names below `channel_alias`, which is conda.anaconda.org, or addresses; `defaults` stands for
 * `default_channels`, which lie on repo.anaconda.com. `proxy_servers` are no sources. Packages of conda carry no signature: who answers without a certificate that was
 * checked (plain http, or `ssl_verify: false`) may be anybody.
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
  let verify: { readonly on: boolean; readonly line: number } | undefined
  for (const { text, line } of lines) {
    const top = /^([A-Za-z_]+)\s*:/.exec(text)?.[1]
    if (top !== undefined) key = top
    keys.add(key)
    const verified = /^ssl_verify\s*:\s*(.*?)\s*(?:\s#.*)?$/.exec(text)?.[1]
    if (verified !== undefined) verify = { on: !NO.test(verified.replace(/^(["'])(.*)\1$/, '$2')), line }
    const urls = text.replace(/\s#.*$/, '').match(/[a-z][a-z0-9+.-]*:\/\/[^\s"',\]}]+/g) ?? []
    if (key === 'proxy_servers') proxies.push(...urls.map((value) => ({ value, line })))
    else sources.push(...urls.map((url) => ({ url, file, line })))
    if (key === 'custom_channels') custom.add(/^\s+([\w.-]+)\s*:/.exec(text)?.[1] ?? '')
    if (key !== 'channels') continue
    const listed = /^\s*-\s*["']?([\w./-]+)/.exec(urls.length > 0 ? '' : text)?.[1]
    const inline = /^channels\s*:\s*\[(.*)\]/.exec(text)?.[1]?.split(',') ?? []
    for (const name of [listed, ...inline])
      if (name?.trim() && !name.includes('://')) names.push({ name: name.trim().replace(/["']/g, ''), line })
  }
  for (const { name, line } of names) {
    if (name === 'nodefaults' || custom.has(name)) continue
    if (name === 'defaults' ? keys.has('default_channels') : keys.has('channel_alias')) continue
    sources.push({ url: name === 'defaults' ? DEFAULT : `https://conda.anaconda.org/${name}`, file, line })
  }
  const unverified = verify?.on === false ? verify.line : undefined
  if (sources.length === 0 && unverified !== undefined) sources.push({ url: DEFAULT, file, line: unverified })
  return { sources: sources.map((source) => overHttp(source, unverified)), proxies }
}

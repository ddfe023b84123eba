import type { Block } from '../packages/blocks.ts'
import { nearestOf, type ToolSettings, uncheckedBy, unchecksDefault } from './nearest.ts'
import { overHttp } from './over-http.ts'
import type { PackageSource } from './sources.ts'

const DEFAULT = 'https://repo.anaconda.com/pkgs'

/** The words that conda takes for no, and mamba's own. */
const NO = /^(?:<?false>?|off|no?|non|none|0)$/i

interface CondaSettings extends ToolSettings {
  readonly addresses: readonly PackageSource[]
  /** Channels by their names. */
  readonly names: readonly { readonly name: string; readonly line: number }[]
  readonly keys: ReadonlySet<string>
  readonly custom: ReadonlySet<string>
  readonly proxies: readonly { readonly value: string; readonly line: number }[]
}

/**
 * A .condarc (conda, user guide, settings): `channels` are names below `channel_alias`, which is conda.anaconda.org, or addresses; `defaults` stands for
 * `default_channels`, which lie on repo.anaconda.com. `proxy_servers` are no sources. Packages of conda carry no signature: who answers without a certificate that was
 * checked (plain http, or `ssl_verify: false`) may be anybody. Each setting counts by itself, as it is said nearest.
 */
export function condaSources(blocks: readonly Block[]): readonly PackageSource[] {
  const all = blocks.map(condaSettings)
  return all.flatMap((one) => {
    const nearest = nearestOf(one.file, all)
    const isSaid = (key: string) => nearest.some(({ keys }) => keys.has(key))
    const named = one.names.flatMap(({ name, line }): PackageSource[] => {
      if (name === 'nodefaults' || nearest.some(({ custom }) => custom.has(name))) return []
      if (isSaid(name === 'defaults' ? 'default_channels' : 'channel_alias')) return []
      return [{ url: name === 'defaults' ? DEFAULT : `https://conda.anaconda.org/${name}`, file: one.file, line }]
    })
    const unchecked = uncheckedBy(one, all)
    const always = unchecksDefault(one, all, ({ addresses, names }) => addresses.length + names.length > 0) ? one.verify : undefined
    return [
      ...[...one.addresses, ...named].map((source) => overHttp(source, unchecked)),
      ...(always ? [overHttp({ url: DEFAULT, file: one.file, line: always.line }, always.line)] : []),
    ]
  })
}

/** One file of YAML, line by line: keys at the margin, lists below or in brackets. Lines are cited as they stand in the section. */
export function condaSettings({ arguments: file, lines }: Block): CondaSettings {
  const addresses: PackageSource[] = []
  const proxies: { value: string; line: number }[] = []
  const names: { name: string; line: number }[] = []
  const keys = new Set<string>()
  const custom = new Set<string>()
  let key = ''
  let verify: ToolSettings['verify']
  for (const { text, line } of lines) {
    const top = /^([A-Za-z_]+)\s*:/.exec(text)?.[1]
    if (top !== undefined) key = top
    keys.add(key)
    const verified = /^ssl_verify\s*:\s*(.*?)\s*(?:\s#.*)?$/.exec(text)?.[1]
    if (verified !== undefined) verify = { on: !NO.test(verified.replace(/^(["'])(.*)\1$/, '$2')), line }
    const urls = text.replace(/\s#.*$/, '').match(/[a-z][a-z0-9+.-]*:\/\/[^\s"',\]}]+/g) ?? []
    if (key === 'proxy_servers') proxies.push(...urls.map((value) => ({ value, line })))
    else addresses.push(...urls.map((url) => ({ url, file, line })))
    if (key === 'custom_channels') custom.add(/^\s+([\w.-]+)\s*:/.exec(text)?.[1] ?? '')
    if (key !== 'channels') continue
    const listed = /^\s*-\s*["']?([\w./-]+)/.exec(urls.length > 0 ? '' : text)?.[1]
    const inline = /^channels\s*:\s*\[(.*)\]/.exec(text)?.[1]?.split(',') ?? []
    for (const name of [listed, ...inline])
      if (name?.trim() && !name.includes('://')) names.push({ name: name.trim().replace(/["']/g, ''), line })
  }
  return { file, addresses, names, keys, custom, proxies, verify }
}

import type { Block } from '../packages/blocks.ts'
import { overHttp } from './over-http.ts'
import type { PackageSource } from './sources.ts'

const DEFAULT = 'https://pypi.org/simple'

interface Settings {
  readonly file: string
  readonly urls: readonly PackageSource[]
  readonly trusted: readonly { readonly host: string; readonly line: number }[]
  readonly isReplaced: boolean
}

/**
 * pip.conf (pip configuration), uv.toml (uv, configuration files): what replaces or joins pypi.org. Packages of Python carry no signature, so a host whose certificate
 * is not checked (`trusted-host` of pip, which then takes plain http as well; `allow-insecure-host` of uv) may be anybody. uv takes plain http unasked (its issue 1339).
 * An account has its own file beside those of all (below /etc), and of each setting the one that is nearest: what either says is held against it.
 */
export function pipSources(blocks: readonly Block[]): PackageSource[] {
  const all = blocks.map(settingsOf)
  return all.flatMap(({ file, urls, trusted, isReplaced }, at) => {
    const beside = all.filter((one) => one.file === file || isOfAll(one.file) || isOfAll(file))
    const trust = (url: string, hosts: Settings['trusted']) => {
      const host = /:\/\/(?:[^/@]*@)?([^/?#]*)/.exec(url)?.[1] ?? ''
      return hosts.find((one) => one.host === host || one.host === host.replace(/:\d+$/, ''))
    }
    const always = isReplaced || beside.some((one) => one.isReplaced) ? undefined : trust(DEFAULT, trusted)
    return [...urls, ...(always ? [{ url: DEFAULT, file, line: always.line }] : [])].map((source) => {
      const by = trust(source.url, [...trusted, ...beside.flatMap((one) => one.trusted)])
      if (by) return { ...source, unsigned: { line: by.line, unverified: true } }
      return blocks[at]?.tag === 'uv' ? overHttp(source, undefined) : source
    })
  })
}

const isOfAll = (file: string): boolean => file.startsWith('/etc/')

function settingsOf({ arguments: file, lines }: Block): Settings {
  const urls: PackageSource[] = []
  const trusted: { readonly host: string; readonly line: number }[] = []
  let key = ''
  let isReplaced = false
  for (const { text, line } of lines) {
    const [, name, set] = /^\s*([a-z_-]+)\s*[=:](?!\/\/)\s*(.*)$/.exec(text) ?? []
    key = name?.replaceAll('_', '-') ?? key
    isReplaced ||= key === 'index-url'
    const words = (set ?? text).match(/[^\s"',[\]{}]+/g) ?? []
    if (/^(?:trusted|allow-insecure)-host$/.test(key)) trusted.push(...words.map((host) => ({ host, line })))
    else if (key !== 'proxy') urls.push(...words.flatMap((url) => (url.includes('://') ? [{ url, file, line }] : [])))
  }
  return { file, urls, trusted, isReplaced }
}

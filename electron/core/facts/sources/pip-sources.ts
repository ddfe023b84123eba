import type { Block } from '../packages/blocks.ts'
import { overHttp } from './over-http.ts'
import type { PackageSource } from './sources.ts'

const DEFAULT = 'https://pypi.org/simple'

/**
 * pip.conf (pip configuration), uv.toml (uv, configuration files): what replaces or joins pypi.org. Packages of Python carry no signature, so a host whose certificate
 * is not checked (`trusted-host` of pip, which then takes plain http as well; `allow-insecure-host` of uv) may be anybody. uv takes plain http unasked (its issue 1339).
 */
export function pipSources({ tag, arguments: file, lines }: Block): PackageSource[] {
  const found: PackageSource[] = []
  const trusted: { readonly host: string; readonly line: number }[] = []
  let key = ''
  let isReplaced = false
  for (const { text, line } of lines) {
    const [, name, set] = /^\s*([a-z_-]+)\s*[=:](?!\/\/)\s*(.*)$/.exec(text) ?? []
    key = name?.replaceAll('_', '-') ?? key
    isReplaced ||= key === 'index-url'
    const words = (set ?? text).match(/[^\s"',[\]{}]+/g) ?? []
    if (/^(?:trusted|allow-insecure)-host$/.test(key)) trusted.push(...words.map((host) => ({ host, line })))
    else if (key !== 'proxy') found.push(...words.flatMap((url) => (url.includes('://') ? [{ url, file, line }] : [])))
  }
  const trust = ({ url }: Pick<PackageSource, 'url'>) => {
    const host = /:\/\/(?:[^/@]*@)?([^/?#]*)/.exec(url)?.[1] ?? ''
    return trusted.find((one) => one.host === host || one.host === host.replace(/:\d+$/, ''))
  }
  const always = isReplaced ? undefined : trust({ url: DEFAULT })
  return [...found, ...(always ? [{ url: DEFAULT, file, line: always.line }] : [])].map((source) => {
    const by = trust(source)
    if (by) return { ...source, unsigned: { line: by.line, unverified: true } }
    return tag === 'uv' ? overHttp(source, undefined) : source
  })
}

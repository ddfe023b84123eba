import { type Block, blocksOf } from '../packages/blocks.ts'
import type { AutomaticUpdates, PackageSource, Sources } from './sources.ts'

/** Reads the second half of section `software`. */
export function parseSources(stdout: string): Sources {
  const blocks = blocksOf(stdout)
  const of = (tag: string) => blocks.filter((block) => block.tag === tag)
  const aptConfig = of('apt-config').flatMap(({ lines }) => lines)
  const repositories = of('repo')
  return {
    resolvers: of('resolver').flatMap(({ arguments: file, lines }) =>
      lines.flatMap(({ text, line }) => {
        const address = /^\s*nameserver\s+([0-9A-Fa-f:.]+(?:%\S+)?)\s*$/.exec(text)?.[1]
        return address === undefined ? [] : [{ address, file, line }]
      }),
    ),
    resolverFiles: of('resolver').map((block) => block.arguments),
    packageSources: [...of('apt-sources').flatMap(aptSources), ...repositories.flatMap(dnfSources)],
    registries: of('registries').flatMap(registriesOf),
    proxies: [
      ...aptConfig.flatMap(({ text, line }) => {
        const [, name, value] = /^(Acquire::https?::Proxy(?:::[^ ]+)?) "(.+)";$/.exec(text) ?? []
        return name && value && value !== 'DIRECT' && value !== 'false' ? [{ name, value, line }] : []
      }),
      ...repositories.flatMap(({ lines }) =>
        lines.flatMap(({ text, line }) => {
          const value = /^\s*proxy\s*=\s*(\S+)/.exec(text)?.[1]
          return value && value !== '_none_' ? [{ name: 'proxy', value, line }] : []
        }),
      ),
    ],
    unreadable: of('unreadable').map((block) => block.arguments),
    automatic: automaticOf(blocks, aptConfig),
    kernels: of('kernels').flatMap(({ lines }) =>
      lines.flatMap(({ text, line }) => (text.startsWith('vmlinuz-') && !/rescue/.test(text) ? [{ release: text.slice(8), line }] : [])),
    ),
    restartRequired: of('reboot')[0]?.line,
  }
}

/** sources.list(5): one line for each source, or stanzas whose `Enabled: no` switches them off. */
function aptSources({ arguments: file, lines }: Block): PackageSource[] {
  if (!file.endsWith('.sources')) {
    return lines.flatMap(({ text, line }) => {
      const url = /^\s*deb\s+(?:\[[^\]]*\]\s*)?(\S+)\s/.exec(text)?.[1]
      return url === undefined ? [] : [{ url, file, line }]
    })
  }
  const found: PackageSource[] = []
  let stanza: PackageSource[] = []
  let use = { enabled: true, binary: true }
  const close = () => {
    if (use.enabled && use.binary) found.push(...stanza)
    stanza = []
    use = { enabled: true, binary: true }
  }
  for (const { text, line } of lines) {
    const [, key, value = ''] = /^(\w+):\s*(.*)$/.exec(text) ?? []
    if (key === undefined) close()
    else if (key === 'Enabled') use = { ...use, enabled: !/^(?:no|false|without|off|disable|0)$/i.test(value.trim()) }
    else if (key === 'Types') use = { ...use, binary: /(?:^|\s)deb(?:\s|$)/.test(value) }
    else if (key === 'URIs') stanza.push(...value.split(/\s+/).flatMap((url) => (url === '' ? [] : [{ url, file, line }])))
  }
  close()
  return found
}

/** dnf.conf(5), repository options: enabled unless it says 0. */
function dnfSources({ arguments: file, lines }: Block): PackageSource[] {
  const found: PackageSource[] = []
  let sources: PackageSource[] = []
  let enabled = true
  const close = () => {
    if (enabled) found.push(...sources)
    sources = []
    enabled = true
  }
  for (const { text, line } of lines) {
    const [, key, value = ''] = /^\s*(enabled|baseurl|metalink|mirrorlist)\s*=\s*(.*?)\s*$/.exec(text) ?? []
    if (/^\s*\[/.test(text)) close()
    else if (key === 'enabled') enabled = !/^(?:0|no|false|off)$/i.test(value)
    else if (key !== undefined) sources.push(...value.split(/[\s,]+/).flatMap((url) => (url === '' ? [] : [{ url, file, line }])))
  }
  close()
  return found
}

/** `registry-mirrors` of daemon.json; `unqualified-search-registries` and `location` of registries.conf (containers-registries.conf(5)). */
function registriesOf({ arguments: file, lines }: Block): Sources['registries'][number][] {
  if (!file.endsWith('.json')) {
    return lines.flatMap(({ text, line }) => {
      const search = /^\s*unqualified-search-registries\s*=\s*\[(.*)\]/.exec(text)?.[1]
      const location = /^\s*location\s*=\s*"([^"]+)"/.exec(text)?.[1]
      const names = search?.match(/"([^"]+)"/g)?.map((name) => name.slice(1, -1)) ?? []
      return [
        ...names.map((host) => ({ host, role: 'search' as const, file, line })),
        ...(location === undefined ? [] : [{ host: location.split('/')[0] ?? '', role: 'mirror' as const, file, line }]),
      ]
    })
  }
  const mirrors = mirrorsOf(lines.map(({ text }) => text).join('\n'))
  return mirrors.map((host) => ({
    host,
    role: 'mirror',
    file,
    line: lines.find(({ text }) => text.includes(host))?.line ?? lines[0]?.line ?? 0,
  }))
}

function mirrorsOf(json: string): string[] {
  try {
    const parsed: unknown = JSON.parse(json)
    const mirrors = typeof parsed === 'object' && parsed !== null && 'registry-mirrors' in parsed ? parsed['registry-mirrors'] : []
    return Array.isArray(mirrors) ? mirrors.filter((one): one is string => typeof one === 'string') : []
  } catch {
    return []
  }
}

function automaticOf(blocks: readonly Block[], aptConfig: readonly { text: string; line: number }[]): AutomaticUpdates {
  const periodic = (name: string) => {
    for (const { text, line } of aptConfig.toReversed()) {
      const value = new RegExp(`^APT::Periodic::${name} "([^"]*)";$`).exec(text)?.[1]
      if (value !== undefined) return { on: value !== '0' && value !== '', line }
    }
    return undefined
  }
  const origin = aptConfig.find(
    ({ text }) => /^Unattended-Upgrade::(?:Allowed-Origins|Origins-Pattern):: /.test(text) && /-security|Debian-Security/i.test(text),
  )
  const dnf = blocks.filter(({ tag }) => tag === 'dnf-automatic').flatMap(({ lines }) => lines)
  const apply = dnf.find(({ text }) => /^\s*apply_updates\s*=/.test(text))
  return {
    aptLists: periodic('Update-Package-Lists'),
    aptUpgrade: periodic('Unattended-Upgrade'),
    aptSecurityOrigin: origin && { line: origin.line },
    dnfApply: apply && { on: /=\s*(?:yes|true|1|on)\s*$/i.test(apply.text), line: apply.line },
    timers: blocks.filter(({ tag }) => tag === 'timers').flatMap(({ lines }) => lines.map(({ text, line }) => ({ name: text, line }))),
  }
}

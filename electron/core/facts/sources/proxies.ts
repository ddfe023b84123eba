import type { Block } from '../packages/blocks.ts'
import { condaSettings } from './conda.ts'
import type { ProxySetting } from './sources.ts'

/** Every proxy that the files of section `software` set. */
export function proxiesOf(blocks: readonly Block[]): readonly ProxySetting[] {
  return blocks.flatMap((block): readonly ProxySetting[] => {
    const { tag, arguments: file, lines } = block
    const found = (of: ProxySetting['of'], read: (text: string) => readonly [name: string, value: string] | undefined) =>
      lines.flatMap(({ text, line }) => {
        const [name, value] = read(text) ?? []
        return name && value ? [{ of, name, value, line }] : []
      })
    switch (tag) {
      case 'apt-config':
        // A program may name the proxy (apt-transport-http(1), Proxy-Auto-Detect).
        return found('packages', (text) => {
          const [, name = '', value = ''] = /^(Acquire::https?::Proxy(?:-?Auto-?Detect|::[^ ]+)?) "(.+)";$/.exec(text) ?? []
          return value === 'DIRECT' || value === 'false' ? undefined : [name, value]
        })
      case 'repo':
      case 'pip':
      case 'npm':
      case 'git':
      case 'cargo':
        return found('packages', (text) => {
          const [, name = '', value = ''] = /^\s*((?:https-)?proxy)\s*=\s*["']?([^"'\s]+)/.exec(text) ?? []
          return /^(?:_none_|null|false)$/.test(value) ? undefined : [`${name} of ${file}`, value]
        })
      case 'conda':
        return condaSettings(block).proxies.map(({ value, line }) => ({ of: 'packages', name: `proxy_servers of ${file}`, value, line }))
      case 'environment':
        return found(file.startsWith('/etc/systemd/') ? 'containers' : 'sessions', (text) => {
          const [, name = '', value = ''] = /\b((?:https?|all)_proxy)=["']?([^"'\s;]+)/i.exec(text) ?? []
          return [name && `${name} of ${file}`, value]
        })
      case 'registries':
        return file.endsWith('.json') ? dockerProxies(block) : []
      default:
        return []
    }
  })
}

/** `proxies` of daemon.json, since Docker 23 (docs.docker.com, engine/daemon/proxy). */
function dockerProxies({ arguments: file, lines }: Block): ProxySetting[] {
  const [, text = ''] = /"proxies"\s*:\s*\{([^}]*)\}/.exec(lines.map(({ text }) => text).join('\n')) ?? []
  return [...text.matchAll(/"(https?-proxy)"\s*:\s*"([^"]+)"/g)].map(([, name = '', value = '']) => ({
    of: 'containers',
    name: `${name} of ${file}`,
    value,
    line: lines.find(({ text }) => text.includes(`"${name}"`))?.line ?? 0,
  }))
}

import { type Block, blocksOf } from '../packages/blocks.ts'
import { aptPins, isPreferences } from './apt-pins.ts'
import { aptSources, takesUnsigned } from './apt-sources.ts'
import { condaSources } from './conda.ts'
import { dnfSources } from './dnf-sources.ts'
import { asSettings, keysOf } from './environment-sources.ts'
import { cargoSources, goSources, helmSources } from './language-tools.ts'
import { npmSources } from './npm-sources.ts'
import { pipSources } from './pip-sources.ts'
import { proxiesOf } from './proxies.ts'
import { fallbackResolvers } from './resolved.ts'
import type { AutomaticUpdates, PackageSource, Sources } from './sources.ts'

/** Reads the second half of section `software`. */
export function parseSources(stdout: string): Sources {
  const blocks = blocksOf(stdout)
  const of = (tag: string) => blocks.filter((block) => block.tag === tag)
  const set = of('environment').flatMap(asSettings)
  const ofTool = (tag: string) => [...of(tag), ...set.filter((block) => block.tag === tag)]
  const aptConfig = of('apt-config').flatMap(({ lines }) => lines)
  const loginKeys = of('environment').flatMap(keysOf)
  const cut = of('cut').map((block) => block.arguments)
  const unreadable = of('unreadable').flatMap((block) => (isPassedOver(block.arguments) ? [] : [block.arguments]))
  return {
    resolvers: of('resolver').flatMap(({ arguments: file, lines }) =>
      lines.flatMap(({ text, line }) => {
        // What follows the address is passed over (glibc: res_vconf_init ends it at a blank, `;` or `#`).
        const address = /^\s*nameserver\s+([0-9A-Fa-f:.]+(?:%[^\s;#]+)?)(?=[\s;#]|$)/.exec(text)?.[1]
        return address === undefined ? [] : [{ address, file, line }]
      }),
    ),
    resolverFiles: of('resolver').map((block) => block.arguments),
    fallbackResolvers: fallbackResolvers(of('resolved')),
    packageSources: [
      ...of('apt-sources').flatMap((block) => aptSources(block, aptConfig)),
      ...dnfSources(of('repo'), unreadable, cut),
      ...of('apk-sources').flatMap(apkSources),
      ...pipSources(ofTool('pip')),
      ...pipSources(ofTool('uv')),
      ...npmSources(ofTool('npm')),
      ...condaSources(ofTool('conda')),
      ...of('cargo').flatMap(cargoSources),
      ...[...of('go'), ...of('environment')].flatMap(goSources),
      ...of('helm').flatMap(helmSources),
      ...of('fetched').flatMap(fetchedBySelf),
    ],
    aptUnsigned: takesUnsigned(aptConfig),
    registries: [
      ...of('registries').flatMap(registriesOf),
      ...of('containerd').flatMap(containerdRegistries),
      ...of('rancher').flatMap(listedRegistries),
    ],
    proxies: proxiesOf(blocks),
    ...(loginKeys.length > 0 && { loginKeys }),
    unreadable: unreadable.filter((file) => !isPreferences(file)),
    cut,
    automatic: automaticOf(blocks, aptConfig),
    kernels: of('kernels').flatMap(({ lines }) =>
      lines.flatMap(({ text, line }) => (text.startsWith('vmlinuz-') && !/rescue/.test(text) ? [{ release: text.slice(8), line }] : [])),
    ),
    restartRequired: of('reboot')[0]?.line,
  }
}

/** Of apt.conf.d apt reads the names without an ending and those in `.conf` (apt.conf(5)). */
const isPassedOver = (file: string): boolean => file.startsWith('/etc/apt/apt.conf.d/') && !/\/(?:[\w-]+|[\w.-]+\.conf)$/.test(file)

/** dnf.conf(5), `excludepkgs`: of all repositories in [main], else of its own, if that is enabled. */
function keptBack({ lines }: Block): { readonly pattern: string; readonly line: number }[] {
  const found: { readonly pattern: string; readonly line: number }[] = []
  let open: typeof found = []
  let enabled = true
  const close = () => {
    if (enabled) found.push(...open)
    open = []
    enabled = true
  }
  for (const { text, line } of lines) {
    if (/^\s*\[/.test(text)) close()
    if (/^\s*enabled\s*=\s*(?:0|no|false|off)\s*$/i.test(text)) enabled = false
    const pattern = /^\s*exclude(?:pkgs)?\s*=\s*(\S.*?)\s*$/.exec(text)?.[1]
    if (pattern !== undefined) open.push({ pattern, line })
  }
  close()
  return found
}

/**
 * The plugin versionlock of dnf (dnf-versionlock(8): a pattern for each line of its list, `!` before what is left out, unless its own file switches it off) and the
 * list of dnf5 (versionlock.toml): what they name stays at its version. So does what zypper has locked (zypper(8), `addlock`): of each lock the name.
 */
function lockedVersions(blocks: readonly Block[]): { readonly pattern: string; readonly line: number }[] {
  const rows = (ending: string) => blocks.filter(({ arguments: file }) => file.endsWith(ending)).flatMap(({ lines }) => lines)
  const off = rows('.conf').some(({ text }) => /^\s*enabled\s*=\s*(?:0|no|false|off)\s*$/i.test(text))
  return [
    ...(off ? [] : rows('.list')).flatMap(({ text, line }) => (/^\s*#/.test(text) ? [] : [{ pattern: text.trim(), line }])),
    ...rows('.toml').flatMap(({ text, line }) =>
      /^\s*name\s*=/.test(text)
        ? quoted(text)
            .slice(0, 1)
            .map((pattern) => ({ pattern, line }))
        : [],
    ),
    ...rows('/locks').flatMap(({ text, line }) => {
      const pattern = /^\s*solvable_name:\s*(\S+)/.exec(text)?.[1]
      return pattern === undefined ? [] : [{ pattern, line }]
    }),
  ]
}

/** Flatpak's remotes: a section each, which `xa.disable` switches off (flatpak(1), remote-modify --disable). */
function flatpakRemotes({ arguments: file, lines }: Block): PackageSource[] {
  const remotes: { off: boolean; urls: PackageSource[] }[] = [{ off: false, urls: [] }]
  for (const { text, line } of lines) {
    if (text.startsWith('[')) remotes.push({ off: false, urls: [] })
    const remote = remotes.at(-1)
    const url = /^url=(\S+:\/\/\S+)/.exec(text)?.[1]
    if (url !== undefined) remote?.urls.push({ url, file, line })
    if (remote && /^xa\.disable=(?:true|1)\s*$/.test(text)) remote.off = true
  }
  return remotes.flatMap(({ off, urls }) => (off ? [] : urls))
}

/** What timers fetch by themselves: firmware (fwupd-remotes.d(5)), the news of Ubuntu's motd (/etc/default/motd-news), Flatpak's remotes. */
function fetchedBySelf(block: Block): PackageSource[] {
  const { arguments: file, lines } = block
  if (file.startsWith('/var/lib/flatpak/')) return flatpakRemotes(block)
  const off = lines.some(({ text }) => /^(?:Enabled|ENABLED)=["']?(?:false|0|no)\b/i.test(text))
  const on = file.endsWith('motd-news') ? lines.some(({ text }) => /^ENABLED=["']?1/.test(text)) : !off
  return on
    ? lines.flatMap(({ text, line }) => (text.match(/[a-z][a-z0-9+.-]*:\/\/[^\s"']+/g) ?? []).map((url) => ({ url, file, line })))
    : []
}

/** /etc/apk/repositories (apk-repositories(5)): an address or a folder for each line, a tag before it. */
const apkSources = ({ arguments: file, lines }: Block): PackageSource[] =>
  lines.flatMap(({ text, line }) => {
    const url = /^\s*(?:@\S+\s+)?([^\s#]+)/.exec(text)?.[1]
    return url === undefined ? [] : [{ url: url.startsWith('/') ? `file:${url}` : url, file, line }]
  })

/** `registry-mirrors` of daemon.json, or registries.conf. */
function registriesOf({ arguments: file, lines }: Block): Sources['registries'][number][] {
  if (!file.endsWith('.json')) {
    return registriesConf(lines).map((one) => ({ ...one, file }))
  }
  const mirrors = mirrorsOf(lines.map(({ text }) => text).join('\n'))
  return mirrors.map((host) => ({
    host,
    role: 'mirror',
    file,
    line: lines.find(({ text }) => text.includes(host))?.line ?? lines[0]?.line ?? 0,
  }))
}

/**
 * containerd, docs/hosts.md: the hosts of a folder are asked first, then `server`, and without that the registry that the folder is named after. In
 * config.toml the endpoints of a mirror.
 */
function containerdRegistries({ arguments: file, lines }: Block): Sources['registries'][number][] {
  const named = lines.flatMap(({ text, line }) =>
    quoted(text).flatMap((host) => (host.includes('://') ? [{ host, role: 'mirror' as const, file, line }] : [])),
  )
  const [, space = ''] = /\/certs\.d\/([^/]+)\/hosts\.toml$/.exec(file) ?? []
  const falls = space !== '' && space !== '_default' && !lines.some(({ text }) => /^\s*server\s*=/.test(text))
  return falls ? [...named, { host: space, role: 'mirror', file, line: lines[0]?.line ?? 0 }] : named
}

/** registries.yaml of K3s and RKE2 (docs.k3s.io, private registry configuration): the endpoints. */
const listedRegistries = ({ arguments: file, lines }: Block): Sources['registries'][number][] =>
  lines.flatMap(({ text, line }) =>
    (text.match(/https?:\/\/[^\s"',\]]+/g) ?? []).map((host) => ({ host, role: 'mirror' as const, file, line })),
  )

type Registry = Pick<Sources['registries'][number], 'host' | 'role' | 'line'>

/**
 * containers-registries.conf(5): `unqualified-search-registries`, or `registries` below `[registries.search]` in its first version, an array over
 * one or several lines; `location` of registries and mirrors that are not `blocked`. TOML takes either quote.
 */
function registriesConf(lines: Block['lines']): Registry[] {
  const found: Registry[] = []
  let [table, inArray, blocked] = ['', false, false]
  let open: Registry[] = []
  const close = () => {
    if (!blocked) found.push(...open)
    open = []
    blocked = false
  }
  for (const { text, line } of lines) {
    const header = /^\s*\[{1,2}([A-Za-z.-]+)\]/.exec(text)?.[1]
    if (header !== undefined && !inArray) {
      close()
      table = header
      continue
    }
    const [, key = '', value = ''] = /^\s*([A-Za-z-]+)\s*=\s*(.*)$/.exec(text) ?? []
    const begins = key === 'unqualified-search-registries' || (key === 'registries' && table === 'registries.search')
    if (begins || inArray) {
      const [items = '', end] = (begins ? value.replace(/^\[/, '') : text).replace(/(^|[\s,])#.*$/, '$1').split(']', 2)
      found.push(...quoted(items).map((host) => ({ host, role: 'search' as const, line })))
      inArray = end === undefined
    } else if (key === 'location')
      open.push(
        ...quoted(value)
          .slice(0, 1)
          .map((place) => ({ host: place.split('/')[0] ?? '', role: 'mirror' as const, line })),
      )
    else if (key === 'blocked') blocked = /^true\b/.test(value)
  }
  close()
  return found
}

const quoted = (text: string): readonly string[] =>
  [...text.matchAll(/"([^"]*)"|'([^']*)'/g)].flatMap(([, double, single]) => double || single || [])

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
      const value = new RegExp(`^APT::Periodic::${name} "([^"]*)";$`, 'i').exec(text)?.[1]
      if (value !== undefined) return { value, line }
    }
    return undefined
  }
  // apt.systemd.daily ends before it reads the others.
  const enabled = periodic('Enable')
  const isOff = ({ value }: { readonly value: string }): boolean => value === '0' || value === ''
  const interval = (name: string) => {
    const set = enabled && isOff(enabled) ? enabled : periodic(name)
    return set && { on: !isOff(set), line: set.line }
  }
  const origins = aptConfig.flatMap(({ text, line }) => {
    const [, list, pattern] = /^Unattended-Upgrade::(Allowed-Origins|Origins-Pattern):: "(.*)";$/i.exec(text) ?? []
    return list === undefined || pattern === undefined ? [] : [{ pattern, legacy: /^a/i.test(list), line }]
  })
  const patterns = (list: string) =>
    aptConfig.flatMap(({ text, line }) => {
      const pattern = new RegExp(`^Unattended-Upgrade::Package-${list}:: "(.+)";$`, 'i').exec(text)?.[1]
      return pattern === undefined ? [] : [{ pattern, line }]
    })
  const onShutdown = aptConfig.findLast(({ text }) => /^Unattended-Upgrade::InstallOnShutdown "/i.test(text))
  const dnf = blocks.filter(({ tag }) => tag === 'dnf-automatic').flatMap(({ lines }) => lines)
  const apply = dnf.find(({ text }) => /^\s*apply_updates\s*=/.test(text))
  const kindOfUpdates = dnf.find(({ text }) => /^\s*upgrade_type\s*=/.test(text))
  return {
    aptLists: interval('Update-Package-Lists'),
    aptUpgrade: interval('Unattended-Upgrade'),
    aptEveryDays: Number(/^(\d+)d?$/.exec(periodic('Unattended-Upgrade')?.value ?? '')?.[1] ?? 0),
    // As apt reads a truth (StringToBool in strutl.cc).
    aptOnShutdown: onShutdown && /"(?:yes|true|with|on|enable|[1-9]\d*)";$/i.test(onShutdown.text) ? { line: onShutdown.line } : undefined,
    aptOnly: patterns('Whitelist'),
    aptKeptBack: patterns('Blacklist'),
    aptOrigins: origins.toSorted((a, b) => Number(b.legacy) - Number(a.legacy)),
    aptPins: aptPins(blocks, aptConfig),
    aptPinsUnread: blocks.filter(({ tag, arguments: file }) => tag === 'unreadable' && isPreferences(file)).map((block) => block.arguments),
    dnfKeptBack: [
      ...blocks.filter(({ tag }) => tag === 'repo').flatMap(keptBack),
      ...lockedVersions(blocks.filter(({ tag }) => tag === 'versionlock')),
    ],
    dnfApply: apply && { on: /=\s*(?:yes|true|1|on)\s*$/i.test(apply.text), line: apply.line },
    dnfSecurityOnly: kindOfUpdates && /=\s*security\s*$/i.test(kindOfUpdates.text) ? { line: kindOfUpdates.line } : undefined,
  }
}

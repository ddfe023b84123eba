import type { Citation } from '../../citation.ts'
import type { Network } from '../../network/network.ts'
import { type FilterFiles, namesOf, type Os, type ServiceState } from '../../os/os.ts'
import type { Family } from '../address-set.ts'
import { defaultsOf } from '../defaults.ts'
import type { Firewall } from '../firewall.ts'
import { firewalldTables } from '../firewalld/rules.ts'
import { parseIptables } from '../iptables/parse.ts'
import { type Chain, dictionary, type Table } from '../ruleset.ts'
import { readNftFile } from './nft-file.ts'
import { ufwTables } from './ufw-files.ts'

/** Whoever loads rules when the host starts, or would if it came. */
export interface Loader {
  readonly unit: string
  /** Does it come, and load something? Undefined when that is not known. */
  readonly comes: boolean | undefined
  /** Does what it loads deny inbound traffic that no rule names? Undefined when that is not known. */
  readonly denies: Readonly<Record<Family, boolean | undefined>>
  /** What it loads, where that was followed. */
  readonly tables?: readonly Table[] | undefined
  /** It takes away what others loaded before it. */
  readonly wipes: boolean
  /** Why it does not come, does not deny, or is not known. A sentence. */
  readonly because: string
  readonly cite: readonly Citation[]
  /** The line that would let the account read it. */
  readonly sudoers?: string | undefined
}

export interface AtStart {
  readonly loaders: readonly Loader[]
  /** What the admin has load rules in another way, which is not followed. */
  readonly others: readonly Citation[]
  readonly otherPaths: readonly string[]
}

type Content = Omit<Loader, 'unit' | 'comes'> & { readonly comes?: boolean | undefined }

type Filter = Pick<Firewall, 'tables' | 'firewalld' | 'savedRules' | 'ufwFiles'>

/** A way of reading what one service loads. */
type Reader = (filter: FilterFiles, network: Network | undefined, now: Filter) => Content

const both = (value: boolean | undefined): Loader['denies'] => ({ 4: value, 6: value })
const notKnown = (because: string): Content => ({ denies: both(undefined), tables: undefined, wipes: false, because, cite: [] })

/** Loads rules of its own making, which are not modelled. */
const notFollowed: Reader = () => notKnown('What it loads is not followed.')

const readers: Readonly<Record<string, Reader>> = {
  'ufw.service': readUfw,
  'nftables.service': readNftables,
  'netfilter-persistent.service': (filter, network, now) =>
    readSaved({ 4: ['/etc/iptables/rules.v4'], 6: ['/etc/iptables/rules.v6'] }, filter, network, now),
  'iptables.service': (filter, network, now) =>
    readSaved({ 4: ['/etc/sysconfig/iptables', '/etc/iptables/iptables.rules'] }, filter, network, now),
  'ip6tables.service': (filter, network, now) =>
    readSaved({ 6: ['/etc/sysconfig/ip6tables', '/etc/iptables/ip6tables.rules'] }, filter, network, now),
  'firewalld.service': (_, network, now) => readFirewalld(now, network),
  'shorewall.service': notFollowed,
  'shorewall6.service': notFollowed,
  'ferm.service': notFollowed,
  'firehol.service': notFollowed,
  'csf.service': notFollowed,
  'arno-iptables-firewall.service': notFollowed,
}

/** What loads rules at the next start of the host, beside what is in force `now`. Undefined where the host did not tell, or starts without systemd. */
export function filterAtStart(
  { services, filter }: Pick<Os, 'services' | 'filter'>,
  network: Network | undefined,
  now: Filter,
): AtStart | undefined {
  if (services === undefined || filter === undefined) return undefined
  const loaders = Object.entries(readers).flatMap(([unit, read]) => {
    const state = services.find((each) => namesOf(each).includes(unit))
    return state && state.loadState !== 'not-found' ? [loaderOf(unit, state, read(filter, network, now))] : []
  })
  const places = filter.places.filter(({ value }) => value !== '/etc/systemd/system/gatehouse-published-ports.service')
  // A drop-in changes what the unit does; then its usual file says nothing.
  const changed = (unit: string) =>
    places.find(({ value }) => /^\/(?:etc|usr\/local\/lib)\/systemd\/system\//.test(value) && value.includes(`/system/${unit}`))
  return {
    loaders: loaders.map((loader) => {
      const place = changed(loader.unit)
      return place && loader.comes !== false ? { ...loader, ...notKnown(`${place.value} changes what it loads.`) } : loader
    }),
    others: places.map(({ line }) => ({ section: 'os', line })),
    otherPaths: places.map(({ value }) => value),
  }
}

function loaderOf(unit: string, state: ServiceState, content: Content): Loader {
  const cite = [{ section: 'os', line: state.line }]
  const { starts, because } = startOf(unit, state)
  if (starts !== true) return { ...content, unit, comes: starts, because, cite }
  const comes = 'comes' in content ? content.comes : true
  return { ...content, unit, comes, cite: [...cite, ...content.cite] }
}

/** systemctl(1), is-enabled. What lies below /run is gone at the next start. */
function startOf(
  unit: string,
  { loadState, activeState, unitFileState }: ServiceState,
): { readonly starts: boolean | undefined; readonly because: string } {
  if (loadState === 'masked' || unitFileState === 'masked') return { starts: false, because: `${unit} is masked.` }
  // A file with a mistake in it loads nothing: nft and iptables-restore take all of it or none.
  if (unitFileState === 'enabled' && activeState === 'failed')
    return { starts: undefined, because: `${unit} failed when it was started last; what it loads next time is not certain.` }
  if (unitFileState === 'enabled') return { starts: true, because: '' }
  if (unitFileState === 'enabled-runtime') return { starts: false, because: `${unit} is enabled until the next start only.` }
  if (unitFileState === 'disabled' || unitFileState === 'linked') return { starts: false, because: `${unit} is ${unitFileState}.` }
  return { starts: undefined, because: `Whether ${unit} starts with the host is not known (${unitFileState || 'no state'}).` }
}

const fileOf = (filter: FilterFiles, path: string) => filter.files.find((file) => file.path === path)

/** The last assignment of a file that a shell reads. */
function assigned(filter: FilterFiles, path: string, name: string) {
  const row = fileOf(filter, path)?.rows.findLast(({ value }) => value.trimStart().startsWith(`${name}=`))
  return (
    row && {
      value: row.value
        .trim()
        .slice(name.length + 1)
        .replace(/^(["'])(.*?)\1.*$|\s.*$/, '$2'),
      line: row.line,
    }
  )
}

/** ufw-init reads /etc/default/ufw, then /etc/ufw/ufw.conf; without either it loads nothing (ufw-init-functions of ufw 0.36). */
function readUfw(filter: FilterFiles, network: Network | undefined, { tables: running, ufwFiles }: Filter): Content {
  const paths = ['/etc/default/ufw', '/etc/ufw/ufw.conf']
  const unread = paths.find((path) => filter.sealed.some(({ value }) => value === path || path.startsWith(value)))
  if (unread !== undefined) return { ...notKnown(`${unread} may not be read.`), comes: undefined }
  const missing = paths.find((path) => !fileOf(filter, path))
  if (missing !== undefined) return { ...notKnown(`ufw loads nothing without ${missing}.`), comes: false }
  const last = (name: string) => assigned(filter, '/etc/ufw/ufw.conf', name) ?? assigned(filter, '/etc/default/ufw', name)
  const [enabled, policy, six] = ['ENABLED', 'DEFAULT_INPUT_POLICY', 'IPV6'].map(last)
  const cite = [enabled, policy].flatMap((row) => (row ? [{ section: 'os', line: row.line }] : []))
  if (!/^(?:yes|YES)$/.test(enabled?.value ?? ''))
    return { denies: both(false), wipes: false, comes: false, because: `/etc/ufw/ufw.conf says ENABLED=${enabled?.value ?? ''}.`, cite }
  const denies = /^(?:DROP|REJECT)$/.test(policy?.value ?? '')
  // With IPV6=no it drops all of IPv6.
  const ofSix = /^(?:yes|YES)$/.test(six?.value ?? '') ? denies : true
  const because = denies ? '' : `/etc/default/ufw says DEFAULT_INPUT_POLICY=${policy?.value ?? ''}.`
  const ofBoth = { 4: denies, 6: ofSix }
  const [script] = filter.ufwScripts
  if (script)
    return {
      ...notKnown(`${script.value} is run by it when it starts, and what that loads is not followed.`),
      cite: [...cite, { section: 'os', line: script.line }],
    }
  if (ufwFiles && 'unread' in ufwFiles)
    return {
      ...{ denies: ofBoth, tables: undefined, wipes: false, sudoers: ufwFiles.sudoers },
      ...{ because: because || `what lies in /etc/ufw may not be read: ${ufwFiles.unread}`, cite },
    }
  if (ufwFiles) {
    const policyOf = (name: string) => last(`DEFAULT_${name}_POLICY`)?.value ?? 'DROP'
    const policies = { input: policyOf('INPUT'), output: policyOf('OUTPUT'), forward: policyOf('FORWARD') }
    const tables = ufwTables(ufwFiles, { ipv6: /^(?:yes|YES)$/.test(six?.value ?? ''), policies })
    if (typeof tables === 'string') return { denies: ofBoth, tables: undefined, wipes: false, because: because || tables, cite }
    const followed = deniedBy(tables, network)
    return { denies: followed, tables, wipes: false, because: because || wordsFor('what lies in /etc/ufw', followed), cite }
  }
  return { denies: ofBoth, tables: ufwAlone(running, ofBoth), wipes: false, because, cite }
}

/**
 * Where its files were not asked for, ufw's part of the rules of now: its command changes both at once. What somebody else put before its chains is gone with the
 * next start. Undefined where its chains are not in the kernel.
 */
function ufwAlone(running: readonly Table[], denies: Readonly<Record<Family, boolean>>): readonly Table[] | undefined {
  const own = running.filter(({ name, chains }) => name === 'filter' && ('ufw-user-input' in chains || 'ufw6-user-input' in chains))
  // Without the kernel's rules ufw itself told, out of its files.
  if (own.length === 0) return running.find(({ name, section }) => name === 'ufw' && section === 'ufw') && running
  return own.map((table): Table => {
    const chains = Object.entries(table.chains).map(([name, chain]): [string, Chain] => {
      if (!chain.base) return [name, chain]
      const rules = chain.rules.filter(({ action }) => action.do === 'jump' && /^ufw6?-/.test(action.chain))
      const policy = chain.base.hook !== 'input' || denies[table.family === 'ip6' ? 6 : 4] ? chain.base.policy : 'accept'
      return [name, { ...chain, base: { ...chain.base, policy }, rules }]
    })
    return { ...table, chains: dictionary(Object.fromEntries(chains)) }
  })
}

function readNftables(filter: FilterFiles, network: Network | undefined): Content {
  const paths = ['/etc/nftables.conf', '/etc/sysconfig/nftables.conf']
  const sealed = filter.sealed.find(({ value }) => paths.includes(value))
  if (sealed) return { ...notKnown(`${sealed.value} may not be read.`), cite: [{ section: 'os', line: sealed.line }] }
  const path = paths.find((each) => fileOf(filter, each))
  if (path === undefined) return { denies: both(false), tables: [], wipes: false, because: 'It has no file of rules to load.', cite: [] }
  const file = readNftFile(path, filter)
  const cite = [{ section: 'os', line: fileOf(filter, path)?.line ?? 0 }]
  if (typeof file === 'string') return { ...notKnown(file), cite }
  const denies = deniedBy(file.tables, network)
  return { denies, tables: file.tables, wipes: file.flushes, because: wordsFor(path, denies), cite }
}

/** Files of iptables-save. */
function readSaved(
  paths: Readonly<Partial<Record<Family, readonly string[]>>>,
  filter: FilterFiles,
  network: Network | undefined,
  { savedRules }: Filter,
): Content {
  const closed = savedRules && 'unread' in savedRules ? savedRules : undefined
  const saved = savedRules && !('unread' in savedRules) ? savedRules : []
  const said: string[] = []
  const cite: Citation[] = []
  const denies: Record<Family, boolean | undefined> = { 4: false, 6: false }
  const tables: Table[] = []
  let wipes = false
  for (const family of [4, 6] as const) {
    const candidates = paths[family]
    if (!candidates) continue
    const sealed = filter.sealed.find(({ value }) =>
      candidates.some((path) => path === value || (value.endsWith('/') && path.startsWith(value))),
    )
    const open = filter.files.find(({ path }) => candidates.includes(path))
    const file = open ?? saved.find(({ path }) => candidates.includes(path))
    const section = open ? 'os' : 'saved-rules'
    if (!file && closed) {
      const path = candidates.find((each) => each.startsWith('/etc/iptables/'))
      denies[family] = undefined
      said.push(`${path} may not be read: ${closed.unread}`)
      cite.push({ section, line: 0 })
      continue
    }
    if (sealed || (file && !file.whole)) {
      denies[family] = undefined
      said.push(sealed ? `${sealed.value} may not be read.` : `${file?.path} is too long to be followed.`)
      cite.push({ section: 'os', line: sealed?.line ?? file?.line ?? 0 })
      continue
    }
    if (!file) {
      said.push(`There is no ${candidates[0]}.`)
      continue
    }
    cite.push({ section, line: file.line })
    const text: string[] = []
    for (const { value, line } of file.rows) text[line - 1] = value
    const dump = parseIptables(Array.from(text, (row) => row ?? '').join('\n'), family === 4 ? 'ip' : 'ip6', section)
    denies[family] = dump.complete ? deniedBy(dump.tables, network)[family] : undefined
    tables.push(...dump.tables)
    wipes ||= dump.tables.some(({ name }) => name === 'filter')
    const words = wordsFor(file.path, { [family]: denies[family] })
    if (words) said.push(words)
  }
  return { denies, tables, wipes, because: said.join(' '), cite, sudoers: closed?.sudoers }
}

const wordsFor = (path: string, denies: Partial<Loader['denies']>): string => {
  const families = ([4, 6] as const).filter((family) => family in denies)
  const open = families.filter((family) => denies[family] === false)
  if (open.length > 0) return `${path} does not deny ${open.map((family) => `IPv${family}`).join(' and ')} by default.`
  return families.some((family) => denies[family] === undefined) ? `Whether ${path} denies by default is not certain.` : ''
}

function deniedBy(tables: readonly Table[], network: Network | undefined): Loader['denies'] {
  const defaults = defaultsOf({ tables }, network, 'in').filter(({ main }) => main)
  const of = (family: Family): boolean | undefined => {
    const verdicts = defaults.filter((each) => each.family === family).map(({ verdict }) => verdict)
    if (verdicts.includes('accept')) return false
    return verdicts.includes('undetermined') ? undefined : true
  }
  return { 4: of(4), 6: of(6) }
}

function readFirewalld({ firewalld, tables: running }: Filter, network: Network | undefined): Content {
  if (!firewalld) return notKnown('What it loads was not read.')
  if ('unread' in firewalld)
    return {
      ...notKnown(`What it loads may not be read: ${firewalld.unread}`),
      cite: [{ section: 'firewalld', line: 0 }],
      sudoers: firewalld.sudoers,
    }
  const cite = [{ section: 'firewalld', line: firewalld.line }]
  const tables = firewalldTables(firewalld, running)
  if (typeof tables === 'string') return { ...notKnown(tables), cite }
  const denies = deniedBy(tables, network)
  return { denies, tables, wipes: false, because: wordsFor('what lies in /etc/firewalld', denies), cite }
}

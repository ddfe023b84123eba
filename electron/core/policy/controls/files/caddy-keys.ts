import { type Caddy, readCaddies } from '../../../facts/caddy/caddy.ts'
import { entries, field, items, type JsonNode, textOf } from '../../../facts/caddy/json-lines.ts'
import { readServers } from '../../../facts/caddy/model/servers.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Verdict } from '../../control.ts'
import { type CaddyPlacesFacts, type CaddyProcess, caddyProcesses, storageOf } from './caddy-places.ts'
import { type FileKind, judgeFile, type ListedFacts } from './judge-files.ts'

export interface CaddyKeysFacts extends ListedFacts, CaddyPlacesFacts {
  readonly caddy: FactResult<Caddy>
}

const MAX_DEPTH = 60

/** Keys of every running Caddy: files that its configuration names, and those of its own store. */
export const caddyKeys = (facts: CaddyKeysFacts, kind: FileKind): readonly Verdict[] =>
  caddyProcesses(facts)
    .slice(0, 10)
    .flatMap((one) => ofProcess(one, facts, kind))

function ofProcess({ process, inContainer, data }: CaddyProcess, facts: CaddyKeysFacts, kind: FileKind): readonly Verdict[] {
  const started: Citation = { section: 'processes', line: process.line }
  const unread = (reason: string, cite = started): Verdict => ({
    status: 'not-evaluated',
    subject: 'caddy',
    title: 'Keys of Caddy were not all seen',
    reason,
    cite: [cite],
  })
  if (inContainer) return [unread('Caddy runs in a container, whose keys were not looked at.')]
  if (!facts.caddy.known) return [unread(facts.caddy.reason)]
  const config = readCaddies(facts.caddy).find(({ pid }) => pid === process.pid)?.config
  if (!config) return [unread('The configuration of this Caddy was not read.')]
  const accounts = ['root', process.user]
  const judge = (path: string, named: Citation): Verdict =>
    judgeFile(path, { program: 'Caddy', named, readers: accounts, owners: accounts }, facts, {
      ...kind,
      passTitle: 'Only root and Caddy read the private key',
      expected: `0600 ${process.user}`,
    })
  const named = new Map(keyFiles(config, 0).map((node) => [textOf(node) ?? '', node]))
  const fromFiles = [...named].slice(0, 50).map(([path, node]) => {
    const cite = { section: 'caddy', line: node.line, token: path }
    return path.startsWith('/') ? judge(path, cite) : unread(`${path} is not the whole path of a key.`, cite)
  })
  const loaders = entries(field(config, 'apps', 'tls', 'certificates')).filter(([name]) => name !== 'load_files' && name !== 'automate')
  const others = loaders.map(([name, node]) =>
    unread(`Caddy takes certificates by ${name.slice(0, 60)}, whose keys were not looked at.`, { section: 'caddy', line: node.line }),
  )
  return [...fromFiles, ...others, ...ofStore(config, named.size > 0, storageOf(config, data), { facts, judge, unread, started })]
}

interface StoreTools {
  readonly facts: CaddyKeysFacts
  readonly judge: (path: string, named: Citation) => Verdict
  readonly unread: (reason: string) => Verdict
  readonly started: Citation
}

/** Keys that Caddy gets for itself: all in its store, also those of its own authority (`pki`). */
function ofStore(config: JsonNode, hasFiles: boolean, store: ReturnType<typeof storageOf>, tools: StoreTools): readonly Verdict[] {
  const automatic = automaticNames(config)
  const cite = { ...tools.started, note: 'It gets certificates by itself.' }
  const nothing: Verdict = {
    status: 'not-applicable',
    subject: '',
    title: 'Caddy uses no private key',
    reason: 'No server of Caddy speaks TLS.',
    cite: [tools.started],
  }
  if ('unknown' in store)
    return automatic ? [tools.unread(`Where Caddy keeps its keys is not known: ${store.unknown}.`)] : hasFiles ? [] : [nothing]
  const keys = tools.facts['guarded-files'].files.filter(
    ({ path, type }) => type !== 'directory' && path.startsWith(`${store.path}/`) && path.endsWith('.key'),
  )
  if (keys.length > 0) return keys.slice(0, 50).map(({ path }) => tools.judge(path, cite))
  if (automatic) return [tools.unread(`Caddy gets certificates by itself, and no key was seen in ${store.path}.`)]
  return hasFiles ? [] : [nothing]
}

/** Does Caddy get certificates by itself? Files may cover several names, but what they cover is not read: they stand for one name each. */
function automaticNames(config: JsonNode): boolean {
  const tls = field(config, 'apps', 'tls')
  if (items(field(tls, 'certificates', 'automate')).length > 0 || field(config, 'apps', 'pki') !== undefined) return true
  const encrypted = readServers(config).filter(({ usesTls }) => usesTls)
  const names = new Set(encrypted.flatMap(({ hosts }) => hosts))
  const files = items(field(tls, 'certificates', 'load_files')).length
  return encrypted.length > 0 && (files === 0 || names.size > files)
}

/** `certificates.load_files[].key`, and client certificates of transports, which lie anywhere. */
function keyFiles(node: JsonNode, depth: number): readonly JsonNode[] {
  if (depth > MAX_DEPTH) return []
  if (node.kind === 'array') return node.items.flatMap((one) => keyFiles(one, depth + 1))
  return entries(node).flatMap(([name, inner]) => {
    if (name === 'load_files') return items(inner).flatMap((pair) => field(pair, 'key') ?? [])
    if (name === 'client_certificate_key_file') return [inner]
    return keyFiles(inner, depth + 1)
  })
}

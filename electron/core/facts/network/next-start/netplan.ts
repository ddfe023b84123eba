import { parse } from 'yaml'
import { type ConfigFile, inOrder, isEverywhere, resolversIn } from './files.ts'
import type { Ask, NextStart } from './next-start.ts'

const folders = ['/etc/netplan/', '/run/netplan/', '/usr/lib/netplan/']

type Mapping = Readonly<Record<string, unknown>>

const isMapping = (value: unknown): value is Mapping => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Later files add to maps and lists, and take the place of the rest (netplan-yaml(5)). */
function merge(one: unknown, two: unknown): unknown {
  if (Array.isArray(one) && Array.isArray(two)) return [...one, ...two]
  if (!isMapping(one) || !isMapping(two)) return two
  const merged: Record<string, unknown> = Object.create(null)
  for (const [key, value] of [...Object.entries(one), ...Object.entries(two)])
    merged[key] = key in merged ? merge(merged[key], value) : value
  return merged
}

/** What its files ask of whichever of the two renders them. */
export function askedOfNetplan(files: readonly ConfigFile[]): NextStart & { readonly renders: boolean } {
  const own = inOrder(
    files.filter(({ path }) => /\.yaml$/.test(path) && folders.some((folder) => path.startsWith(folder))),
    folders,
  )
  const unread: { why: string; cite: { section: string; line: number }[] }[] = []
  let whole: unknown = {}
  for (const { path, rows } of own)
    try {
      whole = merge(whole, parse(rows.map(({ text }) => text).join('\n'), { maxAliasCount: 20 }) ?? {})
    } catch {
      unread.push({ why: `${path} could not be read.`, cite: [{ section: 'network-files', line: rows[0]?.line ?? 0 }] })
    }
  const asks: Ask[] = []
  const network = isMapping(whole) && isMapping(whole.network) ? whole.network : {}
  const rowsOf = own.flatMap(({ path, rows }) => rows.map((row) => ({ ...row, file: path })))
  for (const definitions of Object.values(network)) {
    if (!isMapping(definitions)) continue
    for (const [name, definition] of Object.entries(definitions))
      if (isMapping(definition)) asks.push(...askedFor(name, definition, rowsOf))
  }
  return { asks, unread, renders: own.length > 0 }
}

type Rows = readonly { readonly text: string; readonly line: number; readonly file: string }[]

function askedFor(name: string, definition: Mapping, rows: Rows): Ask[] {
  if (/^(?:off|manual)$/.test(String(definition['activation-mode'] ?? ''))) return []
  const asks: Ask[] = []
  // With `match:` the name is only what the file calls it.
  const link = isMapping(definition.match) && definition['set-name'] === undefined ? undefined : String(definition['set-name'] ?? name)
  const at = rows.findIndex(({ text }) => text.trim().replace(/["']/g, '').startsWith(`${name}:`))
  const add = (kind: Ask['kind'], words: RegExp, refusesRoute?: boolean, address?: string) => {
    const row = rows.slice(Math.max(at, 0)).find(({ text }) => words.test(text)) ?? rows[Math.max(at, 0)]
    if (row)
      asks.push({
        kind,
        interface: link,
        refusesRoute,
        address,
        file: row.file,
        text: row.text.trim(),
        cite: { section: 'network-files', line: row.line },
      })
  }
  const overrides = (key: string) => isMapping(definition[key]) && definition[key]['use-routes'] === false
  if (definition.dhcp4 === true) add('lease', /dhcp4:/, overrides('dhcp4-overrides'))
  if ('accept-ra' in definition) {
    const refuses =
      definition['accept-ra'] === false || (isMapping(definition['ra-overrides']) && definition['ra-overrides']['use-routes'] === false)
    add('advertisement', /accept-ra:/, refuses)
  } else if (definition.dhcp6 === true) add('advertisement', /dhcp6:/, overrides('dhcp6-overrides'))
  for (const key of ['gateway4', 'gateway6']) if (definition[key] !== undefined) add('route', new RegExp(`${key}:`))
  const named = isMapping(definition.nameservers) ? definition.nameservers.addresses : undefined
  for (const address of resolversIn(Array.isArray(named) ? named.join(' ') : ''))
    add('resolver', new RegExp(address.replaceAll('.', '\\.')), undefined, address)
  const routes = Array.isArray(definition.routes) ? definition.routes : []
  for (const route of routes)
    if (
      isMapping(route) &&
      /^unicast$/.test(String(route.type ?? 'unicast')) &&
      isEverywhere(String(route.to ?? '').replace(/^0\/0$/, 'default'))
    )
      add('route', new RegExp(`to:\\s*["']?${String(route.to).replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}`))
  return asks
}

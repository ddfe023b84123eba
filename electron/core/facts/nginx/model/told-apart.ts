import { type AddressBlock, addressBlock, within } from '../../network/address-block.ts'
import type { NginxDirective } from '../nginx.ts'
import { addressesTaken, printFour } from './address-patterns.ts'
import { readGeo } from './geo.ts'
import type { HttpModel } from './servers.ts'

/** A network, and the line that names it. */
export interface AddressRule {
  readonly block: AddressBlock
  readonly directive: NginxDirective
}

/** Clients who are all the same to a condition. */
export interface Alike {
  /** Variables as they have them; each writing that nginx may have for one of them is tried. */
  readonly variables: readonly ReadonlyMap<string, string>[]
  /** Others may stand inside of these that are not alike. Empty for everybody whom no line names, and for a unix socket. */
  readonly rules: readonly AddressRule[]
  readonly who: 'named' | 'strangers' | 'socket'
}

/** A network that something is held against: clients in the same of them are alike, whatever their addresses. */
interface Line extends AddressRule {
  /** What asks: clients are told apart by which of these they fit. */
  readonly by: string
}

interface Seen {
  readonly lines: Line[]
  /** Texts of IPv6 that are looked for, which is written in one way only. */
  readonly texts: Map<string, Set<string>>
  readonly geos: Map<string, { readonly usual: string; readonly values: Map<string, string> }>
}

const MAX_LINES = 20_000
const MAX_DEPTH = 8

const ADDRESS =
  /^(?:binary_remote_addr|realip_remote_\w+|proxy_protocol_addr|http_x_forwarded_for|proxy_add_x_forwarded_for|http_x_real_ip)$|^geoip/

/**
 * The clients whom an `if` tells apart by their address, be it by `$remote_addr`, a `geo`, or maps of them. Undefined where something of the address decides that is not
 * modelled: another address than the client's, a text that it is only a part of, a pattern that cannot be read.
 */
export function toldApart(
  condition: readonly [left: string, operator: string, right: string],
  directive: NginxDirective,
  model: HttpModel,
): readonly Alike[] | undefined {
  const seen: Seen = { lines: [], texts: new Map(), geos: new Map() }
  const [left, operator, right] = condition
  const keys = operator === '' ? [] : [{ key: operator.includes('~') ? `${operator.replace('!', '')}${right}` : right, directive }]
  const readable = look(left, keys, model, seen, 0) && (operator.includes('~') || look(right, [], model, seen, 0))
  return readable && seen.lines.length <= MAX_LINES ? partition(seen, takesBoth(model)) : undefined
}

interface Key {
  /** A text, or a pattern behind `~` or `~*`, as a `map` has it. */
  readonly key: string
  readonly directive: NginxDirective
}

/** False where something is not modelled. */
function look(text: string, keys: readonly Key[], model: HttpModel, seen: Seen, depth: number): boolean {
  return [...text.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)].every(([whole, braced, plain = '']) => {
    const name = (braced ?? plain).toLowerCase()
    if (name === 'remote_addr') return whole === text && keys.every((key) => compare(key, seen))
    const geo = model.geos.get(name)
    if (geo) return lookAtGeo(name, geo, seen)
    if (model.located.has(name) || ADDRESS.test(name)) return false
    const map = model.maps.get(`$${name}`)
    if (!map) return true
    const lines = (map.block ?? []).filter(({ parameters }) => parameters.length > 0)
    const asked = lines.flatMap((line) => (line.name === 'default' ? [] : [{ key: line.name, directive: line }]))
    return (
      depth < MAX_DEPTH &&
      look(map.parameters[0] ?? '', asked, model, seen, depth + 1) &&
      lines.every(({ parameters: [value = ''] }) => !/\$\{?remote_addr\b/i.test(value) && look(value, [], model, seen, depth + 1))
    )
  })
}

function compare({ key, directive }: Key, seen: Seen): boolean {
  const add = (block: AddressBlock, by: string) => seen.lines.push({ block, directive, by })
  const six = (text: string): void => {
    const block = addressBlock(text)
    if (block?.version !== 6) return
    add(block, text)
    const place = placeOf(block)
    seen.texts.set(place, (seen.texts.get(place) ?? new Set()).add(text))
  }
  const pattern = /^~(\*?)(.*)$/s.exec(key)
  if (!pattern) {
    if (key.includes('$')) return false
    const text = key.replace(/^\\/, '').toLowerCase()
    const block = text.includes('/') ? undefined : addressBlock(text.replace(/^::ffff:(?=[\d.]+$)/, ''))
    if (block?.version === 4) add(block, text)
    else six(text)
    return true
  }
  const taken = addressesTaken(pattern[2] ?? '', pattern[1] === '*')
  for (const block of taken?.plain ?? []) add(block, key)
  for (const block of taken?.mapped ?? []) add(block, `mapped ${key}`)
  for (const text of taken?.six ?? []) six(text)
  return taken !== undefined
}

function lookAtGeo(name: string, directive: NginxDirective, seen: Seen): boolean {
  if (seen.geos.has(name)) return true
  const geo = readGeo(directive)
  if (!geo) return false
  const values = new Map<string, string>()
  seen.geos.set(name, { usual: geo.usual, values })
  return geo.blocks.every((line) => {
    const block = addressBlock(line.name)
    if (!block) return false
    // Of two lines for one network the later one counts.
    values.set(placeOf(block), line.parameters[0] ?? '')
    seen.lines.push({ block, directive: line, by: '' })
    return true
  })
}

const placeOf = ({ version, bits, prefixLength }: AddressBlock): string => `${version} ${bits.toString(16)}/${prefixLength}`

interface Place {
  readonly block: AddressBlock
  readonly lines: readonly Line[]
  readonly outer: Place | undefined
  readonly inner: Place[]
}

/** Networks within each other, those of all clients outermost. */
function placesOf(lines: readonly Line[]): readonly Place[] {
  const byPlace = new Map<string, { readonly block: AddressBlock; readonly lines: Line[] }>()
  for (const text of ['0.0.0.0/0', '::/0']) {
    const block = addressBlock(text)
    if (block) byPlace.set(placeOf(block), { block, lines: [] })
  }
  for (const line of lines) {
    const one = byPlace.get(placeOf(line.block)) ?? { block: line.block, lines: [] }
    one.lines.push(line)
    byPlace.set(placeOf(line.block), one)
  }
  const sorted = [...byPlace.values()].sort(
    ({ block: a }, { block: b }) => a.version - b.version || (a.bits < b.bits ? -1 : a.bits > b.bits ? 1 : a.prefixLength - b.prefixLength),
  )
  let last: Place | undefined
  return sorted.map((one) => {
    let outer = last
    while (outer && !within(one.block, outer.block)) outer = outer.outer
    const place = { ...one, outer, inner: [] }
    outer?.inner.push(place)
    last = place
    return place
  })
}

/** Is there a socket at which IPv4 comes written within IPv6? */
const takesBoth = (model: HttpModel): boolean => model.servers.some(({ listens }) => listens.some(({ bothFamilies }) => bothFamilies))

function partition({ lines, texts, geos }: Seen, mapped: boolean): readonly Alike[] {
  const found = new Map<string, { readonly variables: Alike['variables']; readonly rules: AddressRule[]; readonly who: Alike['who'] }>()
  const valuesAt = (place: Place | undefined) =>
    [...geos].map(([name, { usual, values }]): readonly [string, string] => {
      for (let at = place; at; at = at.outer) {
        const value = values.get(placeOf(at.block))
        if (value !== undefined) return [name, value]
      }
      return [name, usual]
    })
  const places = placesOf(lines)
  for (const place of places) {
    const address = firstOutside(place)
    if (!address) continue
    const values = valuesAt(place)
    const fits = new Set<string>()
    for (let at: Place | undefined = place; at; at = at.outer) for (const { by } of at.lines) fits.add(by)
    const who = place.block.prefixLength === 0 ? 'strangers' : 'named'
    const key = JSON.stringify([who, address.version, values, [...fits].sort()])
    const before = found.get(key)
    if (before) {
      before.rules.push(...place.lines)
      continue
    }
    const written =
      address.version === 4
        ? [address.text, ...(mapped ? [`::ffff:${address.text}`] : [])]
        : [...(texts.get(placeOf(place.block)) ?? [address.text])]
    found.set(key, { variables: written.map((text) => new Map([...values, ['remote_addr', text]])), rules: [...place.lines], who })
  }
  // What has no address counts as the last one (ngx_http_geo_cidr_value).
  const last = addressBlock('255.255.255.255')
  const holding = places.findLast(({ block }) => last !== undefined && within(last, block))
  const socket = new Map([...valuesAt(holding), ['remote_addr', 'unix:'] as const])
  return [...found.values(), { variables: [socket], rules: [], who: 'socket' }]
}

/** An address of a network that is in none of those inside. */
function firstOutside({ block: outer, inner }: Place): AddressBlock | undefined {
  const size = outer.version === 4 ? 32 : 128
  const end = ({ bits, prefixLength }: AddressBlock): bigint => bits + (1n << BigInt(size - prefixLength))
  let { bits } = outer
  for (const { block } of inner) {
    if (block.bits > bits) break
    bits = end(block)
  }
  return bits < end(outer) ? addressBlock(outer.version === 4 ? printFour(bits) : printSix(bits)) : undefined
}

/** No client's text, but it has the bits. */
const printSix = (bits: bigint): string =>
  Array.from({ length: 8 }, (_, at) => ((bits >> BigInt(16 * (7 - at))) & 0xffffn).toString(16)).join(':')

import { entries, field, isTrue, type JsonNode, textOf } from '../json-lines.ts'

/** The way down to a node, by the lists that it stands in. */
export type Place = readonly { readonly list: JsonNode; readonly at: number; readonly group: string; readonly ends: boolean }[]

/** Where everything below stands. */
export function placesIn(root: JsonNode): ReadonlyMap<JsonNode, Place> {
  const found = new Map<JsonNode, Place>([[root, []]])
  const open: JsonNode[] = [root]
  for (let node = open.pop(); node; node = open.pop()) {
    const place = found.get(node) ?? []
    const inner = node.kind === 'array' ? node.items : entries(node).map(([, one]) => one)
    for (const [at, one] of inner.entries()) {
      const step = { list: node, at, group: textOf(field(one, 'group')) ?? '', ends: isTrue(field(one, 'terminal')) }
      found.set(one, node.kind === 'array' ? [...place, step] : place)
      open.push(one)
    }
  }
  return found
}

/** May one request meet both, in this order? Routes are gone through in order, of a group one alone is taken, and nothing follows what is terminal (RouteList.Compile, caddyhttp). */
export function mayPrecede(first: Place, second: Place): boolean {
  for (const [depth, one] of first.entries()) {
    const other = second[depth]
    if (other?.list !== one.list) return true
    if (one.at > other.at) return false
    if (one.at < other.at) return !one.ends && (one.group === '' || one.group !== other.group)
  }
  return true
}

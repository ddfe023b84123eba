import { entries, items, type JsonNode } from '../json-lines.ts'

/** Addresses of upstreams, wherever they stand. */
export const dials = (node: JsonNode | undefined): readonly JsonNode[] =>
  node?.kind === 'array' ? items(node).flatMap(dials) : entries(node).flatMap(([key, value]) => (key === 'dial' ? [value] : dials(value)))

/** What an upstream dials, as a target is written: without the network before it. Without a host it is this machine (Go, net.Dial): `reverse_proxy :11434`. */
export const dialled = (dial: string): string => dial.replace(/^tcp[46]?\//, '').replace(/^(?=:[^:]*$)/, 'localhost')

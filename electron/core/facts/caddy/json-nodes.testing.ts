import type { JsonNode } from './json-lines.ts'

/** Test support: the value of a node as `JSON.parse` gives it, without its lines. */
export const plain = (node: JsonNode | undefined): unknown => {
  switch (node?.kind) {
    case 'object':
      return Object.fromEntries([...node.entries].map(([name, inner]) => [name, plain(inner)]))
    case 'array':
      return node.items.map(plain)
    case 'string':
      return node.text
    default:
      return node?.value
  }
}

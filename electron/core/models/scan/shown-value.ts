import type { JsonValue } from '../readers/json-text.ts'

/** A value of a configuration as evidence: the first members of each level, texts cut short. */
export function shown(value: JsonValue | undefined): string {
  if (value instanceof Map)
    return `{ ${[...value]
      .slice(0, 4)
      .map(([name, it]) => `${name}: ${shown(it)}`)
      .join(', ')} }`
  if (Array.isArray(value)) return `[${value.slice(0, 4).map(shown).join(', ')}]`
  return String(value).slice(0, 120)
}

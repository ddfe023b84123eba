import type { NginxDirective } from '../nginx.ts'
import type { HttpModel } from './servers.ts'
import type { RequestState } from './variables.ts'

/** The maps that a text names, and those that these look at. */
export const mapsBehind = (text: string, model: HttpModel, depth = 0): readonly NginxDirective[] =>
  [...text.matchAll(/\$\{?(\w+)/g)].flatMap(([, name = '']) => {
    const map = depth < 8 ? model.maps.get(`$${name.toLowerCase()}`) : undefined
    return map ? [map, ...mapsBehind(map.parameters[0] ?? '', model, depth + 1)] : []
  })

/** Of the key of a `map`: a pattern after its sign. */
export const patternOf = (key: string): string | undefined => /^~\*?(.*)$/s.exec(key)?.[1]

/** The map that makes the variable which a text consists of. */
export const mapNamed = (text: string, model: HttpModel): NginxDirective | undefined =>
  model.maps.get(`$${/^\$\{?(\w+)\}?$/.exec(text)?.[1]?.toLowerCase() ?? ''}`)

/** Keys of a `map` that lead elsewhere than its default. */
export function tellingKeys({ block = [] }: NginxDirective): readonly string[] {
  const usual = block.find(isDefault)?.parameters[0] ?? ''
  return block
    .filter(({ name, parameters }) => !/^(?:default|volatile|hostnames)$/.test(name) && name !== '' && parameters[0] !== usual)
    .map(({ name }) => name)
}

/** Patterns of a map leave their groups for `$1` and named variables (ngx_http_map_module). */
export const hasPatterns = ({ block = [] }: NginxDirective): boolean => block.some(({ name }) => name.startsWith('~'))

/** Maps that a text looks at, directly or through others, but for those that were looked at before. */
export function mapsIn(text: string, model: HttpModel, state: RequestState, depth = 0): ReadonlyMap<string, NginxDirective> {
  const found = new Map<string, NginxDirective>()
  for (const [, name = ''] of text.matchAll(/\$\{?(\w+)/g)) {
    const key = name.toLowerCase()
    const map = depth > 8 || state.variables.has(key) ? undefined : model.maps.get(`$${key}`)
    if (!map) continue
    found.set(key, map)
    const behind = [map.parameters[0] ?? '', ...(map.block ?? []).flatMap(({ parameters }) => parameters[0] ?? [])].join(' ')
    for (const [one, other] of mapsIn(behind, model, state, depth + 1)) found.set(one, other)
  }
  return found
}

/** The line of a map for whatever fits no other. */
export const isDefault = ({ name }: Pick<NginxDirective, 'name'>): boolean => name === 'default'

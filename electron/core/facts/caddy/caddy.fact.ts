import { type FactResult, known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import type { Caddy } from './caddy.ts'
import { sections } from './collect.ts'
import { parseCaddy, type Surroundings } from './parse.ts'

/** Configuration of every Caddy that runs on the host itself, or in a container that shares its network. */
export const caddyFact: FactDefinition<'caddy'> = {
  id: 'caddy',
  sections,
  read({ section, fact }): FactResult<Caddy> {
    const processes = fact('processes')
    if (!processes.known) return unknown(`Caddy: ${processes.reason}`, processes.sections, processes.hint)
    const output = section('caddy')
    const bad = unusable(output, 'The configuration of Caddy is unread')
    if (bad) return bad
    const [containers, units] = [fact('containers'), fact('units')]
    const around: Surroundings = {
      processes: processes.value,
      containers: containers.known ? containers.value.containers : [],
      units: units.known ? units.value : [],
    }
    return knownCaddies(output.stdout, around)
  },
}

/** One that could not be read does not hide the others; where none on the host itself could, nothing is known. */
export function knownCaddies(stdout: string, around: Surroundings): FactResult<Caddy> {
  const instances = parseCaddy(stdout, around)
  if (typeof instances === 'string') return unknown(instances, ['caddy'])
  const lost = instances.find(({ unread, container }) => unread !== undefined && container === undefined)
  return lost && instances.every(({ config }) => config === undefined)
    ? unknown(
        `The configuration of Caddy is unread: ${lost.unread}`,
        ['caddy'],
        'Its admin endpoint on 127.0.0.1:2019 would tell what it does.',
      )
    : known({ instances })
}

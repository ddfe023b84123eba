import { type FactDefinition, type FactResult, known, unknown, unusable } from '../fact.ts'
import type { Caddy } from './caddy.ts'
import { sections } from './collect.ts'
import { parseJsonLines } from './json-lines.ts'

/** Configuration of a Caddy that runs on the host itself. One in a container is not seen by it: controls look at the containers for that. */
export const caddyFact: FactDefinition<'caddy'> = {
  id: 'caddy',
  sections,
  read({ section, fact }) {
    const processes = fact('processes')
    if (!processes.known) return unknown(`Caddy: ${processes.reason}`, processes.sections, processes.hint)
    const output = section('caddy')
    return unusable(output, 'The configuration of Caddy is unread') ?? parseCaddy(output.stdout)
  },
}

/** Rows that begin with `@` are the section's own, with `:` the configuration's. */
export function parseCaddy(stdout: string): FactResult<Caddy> {
  const lines = stdout.split('\n')
  if (!lines.includes('@end')) return unknown('The configuration of Caddy is cut short', ['caddy'])
  if (!lines.some((line) => line.startsWith('@process '))) return known({ running: false })
  const version = /^v?(\d+\.\d+\.\d+\S*)/.exec(lines.find((line) => line.startsWith('@version '))?.slice('@version '.length) ?? '')?.[1]
  const why = lines.find((line) => line.startsWith('@unread '))?.slice('@unread '.length)
  if (why !== undefined)
    return unknown(
      `The configuration of Caddy is unread: ${why}`,
      ['caddy'],
      'Its admin endpoint on 127.0.0.1:2019 would tell what it does.',
    )
  const first = lines.findIndex((line) => line.startsWith(':'))
  const text = lines
    .slice(first)
    .map((line) => (line.startsWith(':') ? line.slice(1) : ''))
    .join('\n')
  const config = first < 0 ? undefined : parseJsonLines(text, first + 1)
  if (config?.kind !== 'object') return unknown('The configuration of Caddy is no whole JSON', ['caddy'])
  const pid = Number(/^@process (\d{1,10})$/m.exec(stdout)?.[1])
  const imports = lines.includes('@imports')
    ? lines.flatMap((line) => (line.startsWith('@import ') ? [line.slice('@import '.length)] : []))
    : undefined
  return known({
    running: true,
    pid,
    imports,
    version,
    source: lines.some((line) => line.startsWith('@admin ')) ? 'admin' : 'file',
    config,
  })
}

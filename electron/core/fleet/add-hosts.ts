import { isSeq, parseDocument } from 'yaml'
import type { z } from 'zod'
import { GatehouseError } from '#shared/errors.ts'
import type { hostSchema } from '#shared/model/fleet.ts'
import { parseFleet } from './parse-fleet.ts'

/** A host as one writes it, without the defaults. */
export type HostEntry = z.input<typeof hostSchema>

/**
 * Adds hosts to the text of a fleet file. Comments, order and spelling of what was there stay; hosts whose name is already used are left out.
 * Throws `fleet.invalid` when the file was not valid before, or would not be after.
 */
export function addHosts(text: string, hosts: readonly HostEntry[]): { readonly text: string; readonly added: readonly string[] } {
  const before = parseFleet(text)
  if (!before.ok) throw invalid(before.problems[0])
  const used = new Set([...before.fleet.hosts, ...before.fleet.jump].map(({ name }) => name.toLowerCase()))
  const fresh = hosts.filter(({ name }) => !used.has(name.toLowerCase()))
  const document = parseDocument(text)
  const list = document.get('hosts')
  if (!isSeq(list)) throw invalid({ line: 1, column: 1, message: 'hosts is not a list' })
  for (const host of fresh) list.add(document.createNode(host))
  const changed = fresh.length === 0 ? text : document.toString({ lineWidth: 0 })
  const after = parseFleet(changed)
  if (!after.ok) throw invalid(after.problems[0])
  return { text: changed, added: fresh.map(({ name }) => name) }
}

const invalid = (problem: { readonly line: number; readonly column: number; readonly message: string } | undefined): GatehouseError =>
  new GatehouseError({
    code: 'fleet.invalid',
    detail: problem === undefined ? 'unknown' : `line ${problem.line}, column ${problem.column}: ${problem.message}`,
  })

import { isSeq, parseDocument } from 'yaml'
import type { z } from 'zod'
import { GatehouseError } from '#shared/errors.ts'
import type { ImportPreview } from '#shared/ipc/fleet.contract.ts'
import type { hostSchema } from '#shared/model/fleet.ts'
import { readFleetText } from './fleet-text.ts'
import { parseFleet } from './parse-fleet.ts'
import { replaceFile } from './replace-file.ts'

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

/** Adds the hosts of an import to a fleet file on disk, as it is there now. Its jump chain, accounts and comments stay. Returns the names added. */
export async function addImported(path: string, taken: ImportPreview['taken']): Promise<readonly string[]> {
  const hosts = taken.map(({ name, address, port }) => ({ name, address, ...(port !== 22 && { port }) }))
  const { text, added } = addHosts(await readFleetText(path), hosts)
  if (added.length > 0) await replaceFile(path, text)
  return added
}

const invalid = (problem: { readonly line: number; readonly column: number; readonly message: string } | undefined): GatehouseError =>
  new GatehouseError({
    code: 'fleet.invalid',
    detail: problem === undefined ? 'unknown' : `line ${problem.line}, column ${problem.column}: ${problem.message}`,
  })

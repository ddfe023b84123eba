import type { BlockRow } from '../blocks.ts'
import type { Device } from './os.ts'

/** More rows of one tree are not read; it is then taken for one that was not told. */
export const MAX_DEVICES = 200

/**
 * Reads the tree of `lsblk -nsi -o NAME,TYPE`: below each device what it lies on, two characters of branches a step (`|-`, `` `- ``, `| `, blanks).
 * What lies on several devices in that way has several at the top. Empty when it is not whole.
 */
export function readTree(rows: readonly BlockRow[], mapped: ReadonlyMap<string, string>): readonly Device[] {
  const top: Device[] = []
  const above: { readonly below: Device[] }[] = [{ below: top }]
  if (rows.length >= MAX_DEVICES) return []
  for (const { text } of rows) {
    const [, branches = '', name, type] = /^((?:[| ] )*(?:[|`]-)?)(\S+) +(\S+) *$/.exec(text) ?? []
    const parent = above[branches.length / 2]
    if (name === undefined || type === undefined || !parent) return []
    const device = { name, type, mapped: type === 'crypt' ? mapped.get(name) : undefined, below: [] }
    parent.below.push(device)
    above.splice(branches.length / 2 + 1, above.length, device)
  }
  return top
}

/** Types of the devices, from the top: `lvm on crypt on part on disk`, `raid1 on part on disk and part on disk`. */
export function printTree(devices: readonly Device[]): string {
  const kinds = new Set(devices.map(({ type, below }) => (below.length === 0 ? type : `${type} on ${printTree(below)}`)))
  return [...kinds].join(' and ')
}

/** Rows of section `os`, `LUKS2 name`: how cryptsetup set a device up. */
export const readMapped = (rows: readonly BlockRow[]): ReadonlyMap<string, string> =>
  new Map(
    rows.flatMap(({ text }) => {
      const [, kind, name] = /^([A-Z0-9]+) (\S+)$/.exec(text) ?? []
      return kind && name ? [[name, kind] as const] : []
    }),
  )

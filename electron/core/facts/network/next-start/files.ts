import { isIP } from 'node:net'

/** A file as grep showed it: no comments, no line that may hold a secret. */
export interface ConfigFile {
  readonly path: string
  readonly rows: readonly ConfigRow[]
}

export interface ConfigRow {
  readonly text: string
  /** Line of section `network-files`. */
  readonly line: number
}

/** Of a path of the host, which has `/` whatever this computer has. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Of files of one name the one in the folder that comes first counts, and all are read in the order of their names (systemd.network(5), netplan(5)). */
export function inOrder(files: readonly ConfigFile[], folders: readonly string[]): ConfigFile[] {
  const rank = ({ path }: ConfigFile) => folders.findIndex((folder) => path.startsWith(folder))
  const first = new Map<string, ConfigFile>()
  for (const file of files.toSorted((a, b) => rank(a) - rank(b))) {
    const name = baseName(file.path)
    if (!first.has(name)) first.set(name, file)
  }
  return [...first].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file)
}

/** A section of a file in the manner of INI, one for each time it is opened. */
export interface IniSection {
  readonly name: string
  readonly entries: readonly { readonly key: string; readonly value: string; readonly row: ConfigRow }[]
}

/** Sections in their order (systemd.syntax(7), GKeyFile of NetworkManager): a key may stand more than once, and what stands before all sections counts for none. */
export function readIni(rows: readonly ConfigRow[]): IniSection[] {
  const sections: { name: string; entries: { key: string; value: string; row: ConfigRow }[] }[] = []
  for (const row of rows) {
    const text = row.text.trim()
    if (/^[#;]/.test(text)) continue
    const opened = /^\[(.*)\]$/.exec(text)
    if (opened) sections.push({ name: opened[1] ?? '', entries: [] })
    const [, key, value] = /^([^=]+?)\s*=\s*(.*)$/.exec(text) ?? []
    if (!opened && key !== undefined && value !== undefined) sections.at(-1)?.entries.push({ key, value, row })
  }
  return sections
}

/** As YAML of Netplan and files of systemd and NetworkManager say it. What is neither is left to the default. */
export const isNo = (value: unknown): boolean => value === false || /^(?:no|n|false|f|off|0)$/i.test(String(value).trim())

/** See `isNo`: a word that is neither is neither. */
export const isYes = (value: unknown): boolean => value === true || /^(?:yes|y|true|t|on|1)$/i.test(String(value).trim())

/** Addresses of servers of names, without port, interface and the name that a certificate has: `[2606:4700::1]:853%eth0#one`. */
export const resolversIn = (value: string): string[] =>
  value.split(/[\s,;"']+/).flatMap((word) => {
    const address = word
      .replace(/[%#].*$/, '')
      .replace(/^\[(.*)\](?::\d+)?$/, '$1')
      .replace(/^([\d.]+):\d+$/, '$1')
    return isIP(address) ? [address] : []
  })

/** `default`, or a prefix so short that it leads everywhere, as `leadsEverywhere` of the control has it. */
export const isEverywhere = (destination: string): boolean => {
  const [, address = '', length] = /^([0-9a-f:.]+)\/(\d+)$/i.exec(destination.trim()) ?? []
  if (/^(?:default|0\.0\.0\.0|::)$/.test(destination.trim())) return true
  return length !== undefined && Number(length) < (address.includes(':') ? 16 : 8) && !/^(?:22[4-9]|2[3-5]\d)\.|^f[cdef]/i.test(address)
}

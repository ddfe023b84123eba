/** Where the answer of one section of one host lies in a pack. Both names are of our own making; any other character becomes a dash. */
export const evidencePath = (host: string, section: string): string => `evidence/${safe(host)}/${safe(section)}.txt`

const safe = (name: string): string => name.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^\.+/, '-')

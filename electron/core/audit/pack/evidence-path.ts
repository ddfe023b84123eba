/** Where the answer of one section of one host lies in a pack. */
export const evidencePath = (host: string, section: string): string => `evidence/${safeName(host)}/${safeName(section)}.txt`

/** A name that is one file name on every system: any other character becomes a dash. */
export const safeName = (name: string): string => name.replaceAll(/[^A-Za-z0-9._-]/g, '-').replace(/^\.+/, '-')

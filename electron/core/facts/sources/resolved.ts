import { basename } from 'node:path/posix'
import type { Block } from '../packages/blocks.ts'
import type { Sources } from './sources.ts'

/**
 * FallbackDNS= of systemd-resolved (resolved.conf(5)): the file of /etc stands for that of /usr, drop-ins come after it by their names, those of /etc for others of a
 * name; addresses add up, an empty value takes back what stood before. Where none is set, what was compiled in counts: the file as it comes shows that as a comment.
 */
export function fallbackResolvers(blocks: readonly Block[]): Sources['fallbackResolvers'] {
  const main = blocks.findLast(({ arguments: file }) => file.endsWith('/resolved.conf'))
  // They come as /usr, /run, /etc.
  const dropIns = new Map(
    blocks.filter(({ arguments: file }) => file.includes('/resolved.conf.d/')).map((block) => [basename(block.arguments), block]),
  )
  const inOrder = [...dropIns].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, block]) => block)
  const rows = [...(main ? [main] : []), ...inOrder].flatMap(({ arguments: file, lines }) =>
    lines.map(({ text, line }) => ({ text, line, file })),
  )
  const set = rows.filter(({ text }) => text.startsWith('FallbackDNS='))
  const shown = rows.filter(({ text, file }) => text.startsWith('#FallbackDNS=') && file === main?.arguments).slice(0, 1)
  const counted = set.slice(set.findLastIndex(({ text }) => fallbackIn(text) === '') + 1)
  if (set.length === 0 && shown.length === 0) return undefined
  return (set.length > 0 ? counted : shown).flatMap(({ text, ...place }) =>
    fallbackIn(text)
      .split(/\s+/)
      .flatMap((word) => {
        const address = /^\[?([0-9A-Fa-f:.]+?)(?:\]?:\d+|\])?(?:%[^#]*)?(?:#.*)?$/.exec(word)?.[1]
        return address === undefined ? [] : [{ address, ...place }]
      }),
  )
}

const fallbackIn = (row: string): string => row.slice(row.indexOf('=') + 1).trim()

import type { FileLine } from '../privileged/read-block.ts'

/** A folder that NFS gives away so that root of a client is root in it, and may write (exports(5)). */
export interface OpenExport {
  readonly path: string
  readonly client: string
  /** From ports that anybody may use, so that the client need not be root. */
  readonly insecure: boolean
  readonly line: number
}

/** Piece of the pattern for grep(1): lines of /etc/exports and /etc/exports.d that may hold one. */
export const exportsPattern = '^[^#]*no_root_squash'

/** `/models 10.0.0.0/24(rw,no_root_squash) *(ro)`, and `-rw,no_root_squash` before those for whom it holds. The last of two that contradict each other counts. */
export const parseExports = (lines: readonly FileLine[]): readonly OpenExport[] =>
  lines
    .filter(({ file }) => /^\/etc\/exports(?:$|\.d\/[^/]+\.exports$)/.test(file))
    .flatMap(({ file, number, text, line }): OpenExport[] => {
      const [first = '', ...clients] =
        text
          .trim()
          .replace(/\s*\\$/, '')
          .match(/"[^"]*"|\S+/g) ?? []
      // A line that goes on from the one above begins with a client.
      const path = /^"?\//.test(first) ? first.replaceAll('"', '') : `${file} line ${number}`
      let defaults: readonly string[] = []
      return (path === first.replaceAll('"', '') ? clients : [first, ...clients]).flatMap((word): OpenExport[] => {
        if (word.startsWith('-')) {
          defaults = word.slice(1).split(',')
          return []
        }
        const [, client = '', own = ''] = /^([^(]*)(?:\(([^)]*)\)?)?$/.exec(word) ?? []
        const options = [...defaults, ...own.split(',')]
        const last = (...names: readonly string[]) => options.findLast((one) => names.includes(one))
        if (last('rw', 'ro') !== 'rw' || last('root_squash', 'no_root_squash', 'all_squash') !== 'no_root_squash') return []
        return [{ path, client: client === '' ? '*' : client, insecure: last('secure', 'insecure') === 'insecure', line }]
      })
    })

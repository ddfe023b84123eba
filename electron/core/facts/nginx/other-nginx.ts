import type { Process } from '../processes/processes.ts'
import { onHost } from '../processes/seen-files.ts'
import { namedFile, otherConfiguration } from './other-configuration.ts'

/** What `nginx -T` of the host read, and what `nginx -V` of the same program says of its build. */
export interface Dumped {
  /** The main file first. */
  readonly files: readonly string[]
  readonly build: string
}

/** Why a master runs with something else than was dumped: another file, files of another root, or another program, which has a place of its own for its file. */
export function otherNginx(master: Process, { files, build }: Dumped): string | undefined {
  const [file = ''] = files
  const title = master.argv.join(' ')
  const named = otherConfiguration(title, file)
  if (named !== undefined) return `nginx runs with ${named}, but nginx -T read ${file}`
  const hidden = files.find((path) => onHost(path, master.seenFiles) !== path)
  if (hidden !== undefined) {
    const there = onHost(hidden, master.seenFiles)
    const instead = there === undefined ? 'which this host has nowhere' : `which is ${there} of this host`
    return `nginx (pid ${master.pid}) runs in another root or behind mounts of its own: it has another ${hidden}, ${instead}, but nginx -T read that of the host`
  }
  if (namedFile(title)?.startsWith('/')) return undefined
  const program = master.executable?.replace(/ \(deleted\)$/, '') ?? /^(?:nginx: master process )?(\/\S+)/.exec(title)?.[1]
  if (program === undefined || isDumped(program, file, build)) return undefined
  return `nginx (pid ${master.pid}) is ${program.slice(0, 200)}, which was built with a file of its own, but another program's nginx -T read ${file}`
}

/** The first that is asked, its variants beside it (`nginx-debug`), where /usr/sbin may be /usr/bin; else as the build says, or as its own folder holds the file. */
function isDumped(program: string, file: string, build: string): boolean {
  if (/^(?:\/usr)?\/s?bin\/nginx(?:$|[.-])/.test(program)) return true
  const option = (name: string): string | undefined => new RegExp(`--${name}=(\\S+)`).exec(build)?.[1]
  if (program === (option('sbin-path') ?? `${option('prefix') ?? '/usr/local/nginx'}/sbin/nginx`)) return true
  const own = /^(\/.+)\/s?bin\/[^/]+$/.exec(program)?.[1]
  return own !== undefined && own !== '/usr' && file.startsWith(`${own}/`)
}

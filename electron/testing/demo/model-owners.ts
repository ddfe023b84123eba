import type { DemoFile, DemoHost } from './demo-host.ts'

const LINE = /^Z (\S+) \S+ (\S+) (\S+) /gm
const FILE = '/etc/tmpfiles.d/gatehouse-models.conf'

type Entries = readonly (readonly [string, DemoFile])[]

const linesOf = ({ files }: DemoHost) => [...(files.get(FILE)?.content ?? '').matchAll(LINE)]

const below = (host: DemoHost, folder: string): Entries =>
  [...host.files].filter(([path]) => path === folder || path.startsWith(`${folder}/`))

/** What lies below the folders of the template `model-ownership`, with the owners and modes that a push gives it (`host/models.ts` of `core/push`). */
export const givenOwners = (host: DemoHost): Entries =>
  linesOf(host).flatMap(([, folder = '', owner = '', group = '']) =>
    below(host, folder).map(
      ([path, file]) =>
        [path, { ...file, owner, group, mode: file.type === 'symlink' ? file.mode : file.type === 'directory' ? 0o750 : 0o640 }] as const,
    ),
  )

/** The same as it belonged before; what came since stays as it is. `pushed`: the host whose file names the folders. */
export const formerOwners = (host: DemoHost, pushed: DemoHost, old: DemoHost): Entries =>
  linesOf(pushed).flatMap(([, folder = '']) =>
    below(host, folder).map(([path, file]) => {
      const { owner, group, mode } = old.files.get(path) ?? file
      return [path, { ...file, owner, group, mode }] as const
    }),
  )

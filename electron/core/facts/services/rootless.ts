import { basename } from 'node:path/posix'
import type { ContainerPort } from '../containers/containers.ts'
import type { Process } from '../processes/processes.ts'

/** What leads from the host to a container of an account's own Podman. */
export interface RootlessPorts {
  readonly ports: readonly (ContainerPort & { readonly line: number; readonly token: string })[]
  /** Why there may be others, or these may be those of another container. */
  readonly unknown?: string | undefined
}

const UNREAD = 'it runs in a container of an account of its own Podman or Docker, whose published ports could not be read'

/**
 * Ports of a container that pasta leads to it, a program per network (podman-run(1), --network=pasta; passt(1)): everybody reads its words. Its network has the addresses of the
 * host, so by these it looks like the host's own. Which pasta is whose tells the unit of a Quadlet, around both; otherwise the port inside must do, which is enough to accuse and
 * not to acquit. What rootlessport and rootlesskit lead (a bridge network, slirp4netns) stands on no command line.
 */
export function rootlessPorts(
  main: Pick<Process, 'cgroup'>,
  account: number,
  processes: readonly Process[],
  wanted: readonly number[],
): RootlessPorts {
  const leading = processes.filter(({ argv, uid }) => uid === account && PASTA.test(basename(argv[0] ?? '')))
  const unit = unitOfAccount(main.cgroup)
  const beside = unit === undefined ? [] : leading.filter(({ cgroup }) => unitOfAccount(cgroup) === unit)
  const others =
    unit === undefined ? [] : processes.filter(({ argv, cgroup }) => OTHERS.test(basename(argv[0] ?? '')) && unitOfAccount(cgroup) === unit)
  const read = (beside.length > 0 ? beside : leading).map(forwardedBy)
  const ports = read.flatMap((one) => one.ports)
  const inside = ports.filter(({ containerPort, protocol }) => protocol === 'tcp' && wanted.includes(containerPort))
  const settled = beside.length > 0 && others.length === 0 && read.every(({ whole }) => whole)
  if (settled) return { ports: inside.length > 0 ? inside : ports }
  return {
    ports: inside,
    unknown:
      inside.length === 0 ? UNREAD : 'whose ports these are could not be told: several containers of its account may have that port inside',
  }
}

const PASTA = /^(?:pasta|passt)(?:\.avx2)?$/
const OTHERS = /^(?:rootlessport(?:-child)?|rootlesskit|slirp4netns)$/

/** Does anything lead ports to containers of the account, so that addresses of the host do not mean its network? */
export const hasPasta = (account: number, processes: readonly Process[]): boolean =>
  processes.some(({ argv, uid }) => uid === account && PASTA.test(basename(argv[0] ?? '')))

/** The unit of a user's own manager, below `user@1000.service`. */
function unitOfAccount(cgroup: string | undefined): string | undefined {
  const parts = (cgroup ?? '').split('/')
  const manager = parts.findIndex((part) => /^user@\d+\.service$/.test(part))
  return manager < 0 ? undefined : parts.slice(manager + 1).findLast((part) => part.endsWith('.service'))
}

/** `-t 8080-8080:80-80`, `-t 127.0.0.1/8080-8080:80-80`, as Podman writes them; `none` is no port. Any other form of passt(1) is not told. */
function forwardedBy({ argv, line }: Process): { readonly ports: RootlessPorts['ports']; readonly whole: boolean } {
  let whole = true
  const ports = argv.flatMap((flag, at): RootlessPorts['ports'] => {
    if (flag !== '-t' && flag !== '-u') return []
    const token = argv[at + 1] ?? ''
    if (token === 'none') return []
    const [, address = '', first, last = first, inside = first, insideLast = last] =
      /^(?:([0-9a-f.:]+)(?:%[^/]*)?\/)?(\d+)(?:-(\d+))?(?::(\d+)(?:-(\d+))?)?$/i.exec(token) ?? []
    const count = Number(last) - Number(first) + 1
    if (first === undefined || count < 1 || count > 1000 || (insideLast !== last && Number(insideLast) - Number(inside) + 1 !== count)) {
      whole = false
      return []
    }
    return Array.from({ length: count }, (_, offset) => ({
      hostAddress: address || '0.0.0.0',
      hostPort: Number(first) + offset,
      containerPort: Number(inside) + offset,
      protocol: flag === '-u' ? ('udp' as const) : ('tcp' as const),
      ...{ line, token },
    }))
  })
  return { ports, whole }
}

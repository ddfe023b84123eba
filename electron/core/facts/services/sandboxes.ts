import { basename } from 'node:path/posix'
import type { Container } from '../containers/containers.ts'
import type { Process } from '../processes/processes.ts'

/**
 * Does a container run in this process with a kernel of its own, as in gVisor's sentry or a virtual machine of Kata? What runs in there is no process of the host, and the account of
 * this one is that of its keeper: the sentry is root whatever --user says (runsc 20240729, which lets it open files itself).
 */
export const isSandbox = ({ argv }: Pick<Process, 'argv'>): boolean =>
  /^(?:runsc-sandbox|containerd-shim-kata-v2|qemu-system-\w+|cloud-hypervisor|firecracker)$/.test(basename(argv[0] ?? ''))

/** Whom a container was told to run as, where it was inspected: nothing means root. Of a name the uid stands in the image. */
export function accountTold({ inspected, user }: Container): { readonly user?: string; readonly uid?: number } {
  if (!inspected) return {}
  const [name = ''] = user.split(':')
  if (name === '' || name === 'root') return { user: 'root', uid: 0 }
  return /^\d{1,10}$/.test(name) ? { uid: Number(name) } : { user: name }
}

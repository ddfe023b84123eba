import type { Storage } from '../../../facts/os/os.ts'

/** Where a branch ends: nothing lies below. */
const ends = /^(?:disk|loop|rom)$/

/** Devices that are put together from several others. */
const joins = /^(?:lvm|raid\d+|linear|mpath|dm|md)$/

/** File systems that lie on several devices themselves (btrfs(5), bcachefs(8)). */
const spreads = /^(?:btrfs|bcachefs)$/

/**
 * Whether everything below goes through dm-crypt. The chain is the tree of `lsblk -s`, branch by branch, each down to its disk. dm-crypt above
 * what joins disks covers them all; below, each branch needs one of its own. Where devices are joined above dm-crypt and below it, the list does not
 * tell whose a plain disk is: undefined then. `kind`: the file system, where there is one.
 */
export function encryptedThrough(chain: Storage['chain'], kind = ''): boolean | undefined {
  const first = chain.findIndex(({ type }) => type === 'crypt')
  const above = chain.slice(0, first)
  // A branch before it has none: the first disk of a mirror that is plain, or of a file system that lies on several devices.
  if (first === -1 || above.some(({ type }) => ends.test(type))) return false
  const end = chain.findIndex(({ type }, at) => at > first && ends.test(type))
  if (end === -1 || branchesOf(chain.slice(end + 1)).every((branch) => branch.includes('crypt'))) return true
  if (!chain.slice(first, end).some(({ type }) => joins.test(type))) return false
  return spreads.test(kind) || above.some(({ type }) => joins.test(type)) ? undefined : true
}

/** Types of each branch, down to where it ends. */
function branchesOf(chain: Storage['chain']): string[][] {
  const branches: string[][] = []
  let branch: string[] = []
  for (const { type } of chain) {
    branch.push(type)
    if (!ends.test(type)) continue
    branches.push(branch)
    branch = []
  }
  return branches
}

import type { Storage } from '../../../facts/os/os.ts'

/** Where a branch ends: nothing lies below. */
const ends = /^(?:disk|loop|rom)$/

/** Devices that are put together from several others. */
const joins = /^(?:lvm|raid\d+|linear|mpath|dm|md)$/

/**
 * Whether everything below goes through dm-crypt. The chain is the tree of `lsblk -s`, branch by branch, each down to its disk. dm-crypt above
 * what joins disks covers them all; below, each branch needs one of its own.
 */
export function encryptedThrough(chain: Storage['chain']): boolean {
  const first = chain.findIndex(({ type }) => type === 'crypt')
  // A branch before it has none: the first disk of a mirror that is plain, or of a file system that lies on several devices.
  if (first === -1 || chain.slice(0, first).some(({ type }) => ends.test(type))) return false
  const end = chain.findIndex(({ type }, at) => at > first && ends.test(type))
  if (end === -1 || chain.slice(first, end).some(({ type }) => joins.test(type))) return true
  let branch: string[] = []
  for (const { type } of chain.slice(end + 1)) {
    branch.push(type)
    if (!ends.test(type)) continue
    if (!branch.includes('crypt')) return false
    branch = []
  }
  return true
}

import type { Storage } from '../../../facts/os/os.ts'

/** Devices that are put together from several others. */
const joins = /^(?:lvm|raid\d+|linear|mpath|dm|md)$/

/**
 * Whether everything below goes through dm-crypt. The chain is the tree of `lsblk -s`, branch by branch, each down to its disk. dm-crypt above
 * what joins disks covers them all; below, each branch needs one of its own.
 */
export function encryptedThrough(chain: Storage['chain']): boolean {
  const first = chain.findIndex(({ type }) => type === 'crypt')
  if (first === -1) return false
  const end = chain.findIndex(({ type }, at) => at > first && type === 'disk')
  if (end === -1 || chain.slice(first, end).some(({ type }) => joins.test(type))) return true
  let branch: string[] = []
  for (const { type } of chain.slice(end + 1)) {
    branch.push(type)
    if (type !== 'disk') continue
    if (!branch.includes('crypt')) return false
    branch = []
  }
  return true
}

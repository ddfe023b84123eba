import type { Device } from '../../../facts/os/os.ts'

/** Where a branch ends: nothing lies below (lsblk(8), TYPE). */
const ends = /^(?:disk|loop|rom)$/

/** What cryptsetup sets up without a cipher; what lies below such a device may have one. */
const plain = /^(?:VERITY|INTEGRITY|SUBDEV)$/

/**
 * Whether everything goes through dm-crypt on its way down: each of the devices is encrypted, or lies on such devices alone. Undefined when a
 * branch ends before its disk, so that a part of it was not told.
 */
export function encryptedThrough(devices: readonly Device[]): boolean | undefined {
  const each = devices.map(({ type, mapped, below }) => {
    if (type === 'crypt' && !plain.test(mapped ?? '')) return true
    return below.length > 0 ? encryptedThrough(below) : ends.test(type) ? false : undefined
  })
  return each.includes(false) ? false : each.length === 0 || each.includes(undefined) ? undefined : true
}

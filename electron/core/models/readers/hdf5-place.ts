import type { ByteSource } from '../byte-source.ts'

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
const FIRST = 512

/**
 * Where HDF5 begins in a file that begins as something else: its readers look at byte 0, then at 512 and each double of it (HDF5 File Format
 * Specification 3.0, superblock). What stands before is free; addresses count from the superblock.
 */
export async function hdf5BehindOthers(source: ByteSource, signal?: AbortSignal): Promise<number | undefined> {
  const places: number[] = []
  for (let at = FIRST; at + SIGNATURE.length <= source.size; at *= 2) places.push(at)
  const isThere = async (at: number) => {
    const bytes = await source.read(at, SIGNATURE.length, signal)
    return SIGNATURE.every((byte, index) => bytes[index] === byte)
  }
  // Over SFTP each is a round trip.
  const found = await Promise.all(places.map(isThere))
  return places.find((_, index) => found[index])
}

/** Bytes that are not what their format says. Whoever scans turns it into a gap: what cannot be read is never cleared. */
export class Unreadable extends Error {
  /** Byte in the source at which reading ended. */
  readonly offset: number | null
  constructor(reason: string, offset: number | null = null) {
    super(reason)
    this.name = 'Unreadable'
    this.offset = offset
  }
}

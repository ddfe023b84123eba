/** One element of DER: its tag, and where its content begins and ends. */
export interface DerElement {
  readonly tag: number
  readonly start: number
  readonly end: number
}

/** Undefined beyond the buffer, or for a length that no certificate has. */
export function element(der: Buffer, at: number): DerElement | undefined {
  const tag = der[at]
  const first = der[at + 1]
  if (tag === undefined || first === undefined) return undefined
  const octets = first < 0x80 ? 0 : first & 0x7f
  if (octets > 3 || at + 2 + octets > der.length) return undefined
  const length = octets === 0 ? first : der.readUIntBE(at + 2, octets)
  const start = at + 2 + octets
  return start + length <= der.length ? { tag, start, end: start + length } : undefined
}

/** What lies in an element, as far as it is whole. */
export function inside(der: Buffer, outer: DerElement | undefined): readonly DerElement[] {
  const found: DerElement[] = []
  for (let at = outer?.start ?? 0; outer && at < outer.end; ) {
    const one = element(der, at)
    if (!one || one.end > outer.end) break
    found.push(one)
    at = one.end
  }
  return found
}

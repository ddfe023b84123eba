/** 64 bits of a name, as cyrb53 makes them (two lanes of multiply and xor), into two places of `lanes`. */
export function hashName(name: string, lanes: Uint32Array, at: number): void {
  let one = 0xdeadbeef
  let two = 0x41c6ce57
  for (let index = 0; index < name.length; index++) {
    const code = name.charCodeAt(index)
    one = Math.imul(one ^ code, 2_654_435_761)
    two = Math.imul(two ^ code, 1_597_334_677)
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(two ^ (two >>> 13), 3_266_489_909)
  two = Math.imul(two ^ (two >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909)
  lanes[at] = one
  lanes[at + 1] = two
}

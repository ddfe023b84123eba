import { joined, u64, utf8 } from './bytes.ts'

/** A safetensors file from the text of its header and the number of bytes behind it. */
export const safetensors = (header: string, dataBytes = 0): Uint8Array =>
  joined(u64(utf8(header).length), utf8(header), new Uint8Array(dataBytes))

export const tensor = (begin: number, end: number, dtype = 'F32', shape: readonly number[] = [(end - begin) / 4]) => ({
  dtype,
  shape,
  data_offsets: [begin, end],
})

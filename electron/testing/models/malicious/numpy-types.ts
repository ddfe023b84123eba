import { i32, joined, u8 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import * as pk from '../pickle-assembler.ts'
import { unclearedStream as notCleared, suspiciousStream as suspicious } from './verdicts.ts'

type Bytes = Uint8Array
const p = pk.proto(4)
const int = (value: number) => joined('J', i32(value))
const call = (callee: Bytes, ...args: readonly Bytes[]) => joined(callee, pk.mark, ...args, 't', pk.reduce)
const list = (...items: readonly Bytes[]) => joined(']', pk.mark, ...items, 'e')
const dtypeOf = (code: Bytes) => joined(pk.named('numpy', 'dtype'), code, u8(0x89, 0x88, 0x87), pk.reduce)
const dtype = (code: string) => dtypeOf(pk.text(code))
const parts = [int(3), pk.text('|'), pk.none, pk.none, pk.none, int(-1), int(-1), int(0)]
/** A state by which a type holds no objects. */
const numbers = joined(pk.mark, ...parts, 't')
/** A structure of eight bytes with these fields or this subarray. */
const structure = (fields: Bytes, names: Bytes, subarray: Bytes = pk.none) =>
  joined(dtype('V8'), pk.mark, int(3), pk.text('|'), subarray, names, fields, int(8), int(1), int(0), 't', pk.build)
const fieldAt = (type: Bytes, offset: number) => joined(pk.emptyDict, pk.text('a'), type, int(offset), pk.tuple2, 's')
const name = joined(pk.text('a'), pk.tuple1)
const subarray = joined(dtype('f8'), int(1_000), pk.tuple1, pk.tuple2)
const flagged = (flags: number) => joined(dtype('O8'), pk.mark, ...parts.slice(0, 7), int(flags), 't', pk.build)
const objects = flagged(63)
const reconstruct = pk.named('copyreg', '_reconstructor')
const type = pk.named('numpy', 'dtype')
/** More than a scan keeps. */
const many = joined('}0'.repeat(150_010))
const laid = [int(1), dtype('O8'), pk.bytes8(new Uint8Array(8))] as const

/** Types by which numpy takes numbers of the file for pointers, or reads beyond an array. Tried with numpy 2.4: it ends in a segmentation fault. */
export const numpyTypes: readonly ModelCase[] = [
  notCleared('numpy: a state that a call makes', p, dtype('O8'), call(pk.named('builtins', 'tuple'), list(...parts)), pk.build, pk.stop),
  notCleared('numpy: a type by its class', p, dtypeOf(pk.named('numpy', 'object_')), numbers, pk.build, pk.stop),
  notCleared('numpy: a code that a call makes', p, dtypeOf(call(pk.named('builtins', 'str'), pk.text('O8'))), numbers, pk.build, pk.stop),
  notCleared('numpy: a code without a size', p, dtype('O'), numbers, pk.build, pk.stop),
  notCleared('numpy: a code by its name', p, dtype('object'), numbers, pk.build, pk.stop),
  suspicious('numpy: a class of types that is given a state', p, call(pk.named('numpy.dtypes', 'ObjectDType')), numbers, pk.build, pk.stop),
  suspicious('numpy: a type by an old reconstructor', p, call(reconstruct, type, type, pk.text('O8')), numbers, pk.build, pk.stop),
  suspicious(
    'numpy: a type by a constructor with keywords',
    p,
    call(pk.named('copyreg', '__newobj_ex__'), type, joined(pk.text('O8'), pk.tuple1), pk.emptyDict),
    numbers,
    pk.build,
    pk.stop,
  ),
  suspicious(
    'numpy: a type that numpy gives back',
    p,
    call(pk.named('numpy.core.multiarray', 'scalar'), dtype('O8'), dtype('O8')),
    numbers,
    pk.build,
    pk.stop,
  ),
  suspicious('numpy: a type out of a list', p, call(pk.named('numpy', 'max'), list(dtype('O8'))), numbers, pk.build, pk.stop),
  suspicious('numpy: a field beyond its structure', p, structure(fieldAt(dtype('f8'), 100_000_000), name), pk.stop),
  suspicious('numpy: a field before its structure', p, structure(fieldAt(dtype('f8'), -8), name), pk.stop),
  suspicious('numpy: a subarray larger than its structure', p, structure(pk.none, pk.none, subarray), pk.stop),
  suspicious('numpy: a state of another length, which has no flags', p, dtype('O8'), pk.mark, ...parts.slice(0, 7), 't', pk.build, pk.stop),
  suspicious(
    'numpy: a type that becomes one of objects when an array has it',
    p,
    dtype('V8'),
    pk.memoize,
    pk.tuple1,
    pk.binget(0),
    pk.mark,
    ...[int(3), pk.text('|'), pk.none, name, fieldAt(objects, 0), int(8), int(1), int(63)],
    't',
    pk.build,
    pk.stop,
  ),
  suspicious('numpy: objects that are pickled as bytes', p, flagged(0b1), pk.stop),
  suspicious('numpy: objects that are pickled as bytes, and all else of objects', p, flagged(0b111101), pk.stop),
  suspicious('numpy: objects that are not set before they are read', p, flagged(0b110111), pk.stop),
  suspicious(
    'numpy: a type that PyTorch gives a state',
    p,
    call(
      pk.named('torch._tensor', '_rebuild_from_type_v2'),
      type,
      pk.named('numpy.dtypes', 'ObjectDType'),
      joined(pk.text('O8'), pk.tuple1),
      numbers,
    ),
    pk.stop,
  ),
  notCleared('numpy: a type behind more than a scan keeps', p, many, dtype('O8'), numbers, pk.build, pk.stop),
  notCleared('numpy: a state behind more than a scan keeps', p, dtype('O8'), pk.memoize, many, pk.binget(0), numbers, pk.build, pk.stop),
  suspicious(
    'numpy: an array laid over bytes by a constructor with keywords',
    p,
    call(pk.named('copyreg', '__newobj_ex__'), pk.named('numpy', 'ndarray'), joined(pk.mark, ...laid, 't'), pk.emptyDict),
    pk.stop,
  ),
]

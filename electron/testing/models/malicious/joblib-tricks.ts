import { i32, joined, u8 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import * as pk from '../pickle-assembler.ts'
import { dangerousStream as dangerous, unclearedStream as notCleared, suspiciousStream as suspicious } from './verdicts.ts'

const call = pk.callWith(pk.named('os', 'system'), 'id')
const dtype = (code: string) => joined(pk.named('numpy', 'dtype'), pk.text(code), u8(0x89, 0x88), u8(0x87), pk.reduce)

/** An array as joblib describes it; its bytes follow in the stream. Source: joblib/numpy_pickle.py. */
const wrapper = (code: string, length: Uint8Array, more: Uint8Array = new Uint8Array()) =>
  joined(
    pk.named('joblib.numpy_pickle', 'NumpyArrayWrapper'),
    pk.emptyTuple,
    pk.newobj,
    pk.emptyDict,
    pk.mark,
    pk.text('shape'),
    length,
    pk.tuple1,
    pk.text('dtype'),
    dtype(code),
    more,
    'u',
    pk.build,
  )
const int = (value: number) => joined('J', i32(value))
/** A type with the state that numpy sets it from: subarray, size and flags may say something else than its code. */
const stated = (code: string, { subarray = pk.none, size = -1, flags = 0 }) =>
  joined(dtype(code), pk.mark, int(3), pk.text('<'), subarray, pk.none, pk.none, int(size), int(-1), int(flags), 't', pk.build)
const described = (type: Uint8Array, more: Uint8Array = new Uint8Array()) =>
  joined(pk.named('joblib.numpy_pickle', 'NumpyArrayWrapper'), pk.emptyTuple, pk.newobj, state(type, more), pk.build)
const state = (type: Uint8Array, more: Uint8Array = new Uint8Array()) =>
  joined(pk.emptyDict, pk.mark, pk.text('shape'), pk.int1(4), pk.tuple1, pk.text('dtype'), type, more, 'u')
/** For whoever does not know that 16 bytes are taken out of the stream here, a text with what follows in it. */
const swallowed = (rest: Uint8Array) => joined('X', i32(rest.length + 11), 'x'.repeat(11), rest)
const four = pk.int1(4)
const p = pk.proto(4)

export const joblibTricks: readonly ModelCase[] = [
  dangerous('joblib: a call behind an array', p, wrapper('f4', four), new Uint8Array(16), call, pk.stop),
  dangerous('joblib: an array of objects', p, wrapper('O8', four), p, call, pk.stop, pk.stop),
  dangerous(
    'joblib: a second array of objects',
    p,
    wrapper('f4', four),
    new Uint8Array(16),
    pk.pop,
    wrapper('O8', four),
    p,
    call,
    pk.stop,
    pk.stop,
  ),
  dangerous('joblib: an array that is a pickle to pickle.load', p, wrapper('u1', pk.int1(call.length + 1)), call, pk.stop, pk.stop),
  dangerous(
    'joblib: padding that hides a call from pickle.load',
    p,
    wrapper('u1', pk.int1(0), joined(pk.text('numpy_array_alignment_bytes'), pk.int1(16))),
    u8(5),
    'NNNNN',
    call,
    pk.stop,
  ),
  dangerous('joblib: flags that make objects of numbers', p, described(stated('f4', { flags: 1 })), p, call, pk.stop, pk.stop),
  dangerous(
    'joblib: state for an array that has been read',
    p,
    described(dtype('f4')),
    new Uint8Array(16),
    state(dtype('S10')),
    pk.build,
    call,
    ' '.repeat(40),
    pk.stop,
  ),
  notCleared('joblib: a size that is not that of the type', p, described(stated('S4', { size: 400 })), new Uint8Array(16), pk.stop),
  notCleared('joblib: a subarray in the type', p, described(stated('f4', { subarray: pk.emptyTuple })), new Uint8Array(16), pk.stop),
  notCleared(
    'joblib: a padding that is computed',
    p,
    described(dtype('f4'), joined(pk.text('numpy_array_alignment_bytes'), pk.emptyDict)),
    new Uint8Array(17),
    pk.stop,
  ),
  dangerous(
    'joblib: a padding of None',
    p,
    described(dtype('f4'), joined(pk.text('numpy_array_alignment_bytes'), pk.none)),
    new Uint8Array(16),
    call,
    pk.stop,
  ),
  notCleared(
    'joblib: an array made by copyreg',
    p,
    pk.named('copyreg', '_reconstructor'),
    pk.mark,
    pk.named('joblib.numpy_pickle', 'NumpyArrayWrapper'),
    pk.named('builtins', 'object'),
    pk.none,
    't',
    pk.reduce,
    state(dtype('f4')),
    pk.build,
    swallowed(call),
    pk.stop,
  ),
  notCleared(
    'joblib: an array whose class comes later',
    p,
    pk.named('collections', 'OrderedDict'),
    pk.emptyTuple,
    pk.newobj,
    pk.none,
    pk.emptyDict,
    pk.text('__class__'),
    pk.named('joblib.numpy_pickle', 'NumpyArrayWrapper'),
    's',
    pk.tuple2,
    pk.build,
    pk.stop,
  ),
  notCleared(
    'joblib: state that is set in two ways',
    p,
    pk.named('joblib.numpy_pickle', 'NumpyArrayWrapper'),
    pk.emptyTuple,
    pk.newobj,
    pk.none,
    state(dtype('f4')),
    pk.tuple2,
    pk.build,
    new Uint8Array(16),
    pk.stop,
  ),
  notCleared(
    'joblib: an array longer than the file',
    p,
    wrapper('f4', joined('J', u8(0xff, 0xff, 0xff, 0x7f))),
    new Uint8Array(16),
    pk.stop,
  ),
  notCleared('joblib: a negative length', p, wrapper('f4', joined('J', u8(0xff, 0xff, 0xff, 0xff))), pk.stop),
  notCleared('joblib: a type that is not known', p, wrapper('x9', four), new Uint8Array(36), pk.stop),
  notCleared('joblib: a structure that does not say what is in it', p, wrapper('V8', four), new Uint8Array(32), pk.stop),
  notCleared(
    'joblib: a length that a call computes',
    p,
    wrapper('f4', joined(pk.named('builtins', 'int'), pk.emptyTuple, pk.reduce)),
    new Uint8Array(16),
    pk.stop,
  ),
  notCleared(
    'joblib: an array without a description',
    p,
    pk.named('joblib.numpy_pickle', 'NumpyArrayWrapper'),
    pk.emptyTuple,
    pk.newobj,
    pk.none,
    pk.build,
    pk.stop,
  ),
  notCleared('joblib: an array of objects that is cut off', p, wrapper('O8', four), p, pk.text('x')),
  suspicious('numpy: objects that say they are numbers', p, stated('O8', { flags: 0 }), pk.stop),
  suspicious('numpy: numbers that say they are objects', p, stated('f8', { flags: 63 }), pk.stop),
  suspicious('numpy: numbers of another size', p, stated('f8', { size: 800 }), pk.stop),
]

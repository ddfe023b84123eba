import { i32, joined, u8, utf8 } from '../bytes.ts'
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
const loading = joined(pk.named('torch.storage', '_load_from_bytes'), pk.bytes8(joined(pk.proto(4), call, pk.stop)), pk.tuple1, pk.reduce)
const made = joined(pk.named('builtins', 'str'), pk.text('os'), pk.tuple1, pk.reduce)
const worked = joined(made, pk.text('system'), pk.stackGlobal, pk.text('id'), pk.tuple1, pk.reduce)
const laid = joined(pk.named('numpy', 'ndarray'), pk.int1(1), pk.tuple1, pk.text('O'), pk.bytes8(new Uint8Array(8)), u8(0x87), pk.reduce)
/** For whoever does not know that 16 bytes are taken out of the stream here, a text with what follows in it. */
const swallowed = (rest: Uint8Array) => joined('X', i32(rest.length + 11), 'x'.repeat(11), rest)
const four = pk.int1(4)
const p = pk.proto(4)
/** Behind four bytes a text for whoever takes no more than these, and a call for whoever takes seventeen. */
const longer = (first: number) => joined(u8(first), new Uint8Array(3), 'X', i32(8 + call.length), 'x'.repeat(8), call, pk.stop)
const padding = joined(pk.text('numpy_array_alignment_bytes'), pk.int1(16))
const computedKey = joined(pk.named('builtins', 'str'), pk.bytes8(utf8('shape')), pk.text('ascii'), pk.tuple2, pk.reduce)
const array = joined(pk.named('numpy', 'ndarray'), four, pk.tuple1, pk.text('C'), dtype('u1'))
/** The type of a structure with one field, or with a subarray, which says that it holds no objects. */
const denied = (subarray: Uint8Array, names: Uint8Array, fields: Uint8Array) =>
  joined(dtype('V8'), pk.mark, int(3), pk.text('|'), subarray, names, fields, int(8), int(1), int(0), 't', pk.build)
const objects = joined(dtype('O8'), pk.mark, int(3), pk.text('|'), 'NNN', int(-1), int(-1), int(63), 't', pk.build)

/** An array that joblib reads, with its constructor or its state, in another way than it seems. Tried with joblib 1.6: each makes the call. */
const otherwise: readonly ModelCase[] = [
  notCleared('joblib: a length under a name that is computed', p, wrapper('u1', four, joined(computedKey, int(17), pk.tuple1)), longer(0)),
  notCleared(
    'joblib: a padding behind more than a scan keeps',
    p,
    wrapper('u1', four, joined(...Array.from({ length: 300 }, (_, index) => joined(pk.text(`x${index}`), pk.none)), padding)),
    longer(12),
  ),
  notCleared(
    'joblib: a padding by the constructor',
    p,
    pk.named('joblib.numpy_pickle', 'NumpyArrayWrapper'),
    pk.mark,
    array,
    't',
    pk.reduce,
    state(dtype('u1')),
    pk.build,
    longer(12),
  ),
  notCleared(
    'joblib: an array described twice',
    p,
    pk.named('joblib.numpy_pickle', 'NumpyArrayWrapper'),
    pk.emptyTuple,
    pk.newobj,
    pk.memoize,
    joined(pk.emptyDict, pk.mark, pk.text('shape'), pk.int1(0), pk.tuple1, pk.text('dtype'), dtype('u1'), padding, 'u'),
    pk.build,
    u8(4),
    new Uint8Array(4),
    pk.pop,
    pk.binget(0),
    state(dtype('u1')),
    pk.build,
    longer(12),
  ),
  notCleared('joblib: an array behind more objects than a scan keeps', p, ')0'.repeat(150_001), wrapper('u1', pk.int1(17)), longer(0)),
]

export const joblibTricks: readonly ModelCase[] = [
  ...otherwise,
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
    'joblib: an array that loads another pickle to pickle.load',
    p,
    wrapper('u1', pk.int1(loading.length + 1)),
    loading,
    pk.stop,
    pk.stop,
  ),
  dangerous(
    'joblib: an array that works a name out to pickle.load',
    p,
    wrapper('u1', pk.int1(worked.length + 1)),
    worked,
    pk.stop,
    pk.stop,
  ),
  suspicious(
    'joblib: an array that lays an array over bytes to pickle.load',
    p,
    wrapper('u1', pk.int1(laid.length + 1)),
    laid,
    pk.stop,
    pk.stop,
  ),
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
  suspicious(
    'numpy: a field of objects that the type denies',
    p,
    denied(pk.none, joined(pk.text('a'), pk.tuple1), joined(pk.emptyDict, pk.text('a'), objects, int(0), pk.tuple2, 's')),
    pk.stop,
  ),
  suspicious(
    'numpy: a subarray of objects that the type denies',
    p,
    denied(joined(objects, pk.int1(1), pk.tuple1, pk.tuple2), pk.none, pk.none),
    pk.stop,
  ),
  suspicious(
    'numpy: an array of objects laid over bytes',
    p,
    pk.named('numpy', 'ndarray'),
    pk.int1(1),
    pk.tuple1,
    pk.text('O'),
    pk.bytes8(new Uint8Array(8)),
    u8(0x87),
    pk.reduce,
    pk.stop,
  ),
  suspicious(
    'numpy: an array laid over bytes by copyreg',
    p,
    pk.named('copyreg', '__newobj__'),
    pk.mark,
    pk.named('numpy', 'ndarray'),
    pk.int1(1),
    pk.tuple1,
    pk.text('O'),
    pk.bytes8(new Uint8Array(8)),
    't',
    pk.reduce,
    pk.stop,
  ),
  suspicious('numpy: numbers of another size', p, stated('f8', { size: 800 }), pk.stop),
]

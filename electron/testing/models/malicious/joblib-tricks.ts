import { joined, u8 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import * as pk from '../pickle-assembler.ts'

const of =
  (expected: ModelCase['expected']) =>
  (name: string, ...parts: readonly (Uint8Array | string)[]): ModelCase => ({
    name,
    bytes: joined(...parts),
    expected,
    fileName: 'model.joblib',
  })
const dangerous = of('dangerous')
const notCleared = of('not-cleared')

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
]

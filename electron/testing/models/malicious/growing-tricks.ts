import { i32, joined, u8, u64, utf8 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import * as pk from '../pickle-assembler.ts'
import { zip } from '../zip-builder.ts'
import { unclearedStream as notCleared, suspiciousStream as suspicious } from './verdicts.ts'

type Bytes = Uint8Array
const p = pk.proto(4)
const int = (value: number) => joined('J', i32(value))
/** A tebi. */
const huge = joined(u8(0x8a, 8), u64(2 ** 40))
const call = (callee: Bytes, ...args: readonly Bytes[]) => joined(callee, pk.mark, ...args, 't', pk.reduce)
const tuple = (...items: readonly Bytes[]) => joined(pk.mark, ...items, 't')
const builtin = (name: string) => pk.named('builtins', name)
const range = call(builtin('range'), huge)
const ndarray = pk.named('numpy', 'ndarray')
const dtype = call(pk.named('numpy', 'dtype'), pk.text('V1073741824'))
const made = (name: string, ...parts: readonly Bytes[]) => suspicious(`a few bytes become many: ${name}`, p, ...parts, pk.stop)
/** Each has the one below twice, so that its hash asks for twice as many. */
const laughs = (levels: number) => joined(pk.emptyTuple, ...Array.from({ length: levels }, () => joined('2', pk.tuple2)))
const setItem = utf8('s')
/** More than a scan keeps anything of. */
const many = utf8(')0'.repeat(160_000))
const storage = (count: number) =>
  joined(tuple(pk.text('storage'), pk.named('torch', 'FloatStorage'), pk.text('0'), pk.text('cpu'), int(count)), 'Q')
const tensor = (name: string, size: Bytes, stride: Bytes, offset = int(0)) =>
  call(pk.named('torch._utils', name), storage(4), offset, size, stride, u8(0x89), pk.emptyDict)

/** Pickles of a few bytes by which what is allowed fills the memory, or never ends. Tried with Python 3.11, numpy 2.4, scipy 1.17, PyTorch 2.13. */
export const growingTricks: readonly ModelCase[] = [
  ...['list', 'tuple', 'set', 'frozenset', 'bytes', 'bytearray'].map((name) => made(`${name} of a range`, call(builtin(name), range))),
  made('a deque of a range', call(pk.named('collections', 'deque'), range)),
  made('a counter of a range', call(pk.named('collections', 'Counter'), range)),
  made('a size of a range', call(pk.named('torch', 'Size'), range)),
  made('a list of an xrange', call(pk.named('__builtin__', 'list'), call(pk.named('__builtin__', 'xrange'), huge))),
  made('a tuple of a range, by NEWOBJ', builtin('tuple'), range, pk.tuple1, pk.newobj),
  made('a list of a range, by copyreg', call(pk.named('copyreg', '_reconstructor'), builtin('object'), builtin('list'), range)),
  made('bytes by a number that is computed', call(builtin('bytes'), call(builtin('int'), pk.text('1099511627776')))),
  made('digits that are read', call(builtin('int'), pk.longText('9'.repeat(2_000_000)))),
  made('a power of ten', call(pk.named('fractions', 'Fraction'), pk.text('1e1000000000'))),
  made(
    'a power of ten, by a decimal',
    call(pk.named('fractions', 'Fraction'), call(pk.named('decimal', 'Decimal'), pk.text('1e1000000000'))),
  ),
  made('a number of a decimal', call(builtin('int'), call(pk.named('decimal', 'Decimal'), pk.text('1e1000000000')))),
  made('an array by its shape', call(ndarray, tuple(huge))),
  made('an array by its type', call(ndarray, pk.emptyTuple, dtype)),
  made('records by their shape', call(pk.named('numpy.rec', 'recarray'), huge)),
  made('a void', call(pk.named('numpy', 'void'), huge)),
  made('a record', call(pk.named('numpy', 'record'), huge)),
  made('zeros of numpy', call(pk.named('numpy', 'bytes_'), huge)),
  made('a pickled array with a shape', call(pk.named('numpy._core.multiarray', '_reconstruct'), ndarray, tuple(huge), pk.text('b'))),
  made('a pickled array of one large item', call(pk.named('numpy.core.multiarray', '_reconstruct'), ndarray, tuple(int(0)), dtype)),
  made(
    'a masked array with a shape',
    call(pk.named('numpy.ma.core', '_mareconstruct'), pk.named('numpy.ma', 'MaskedArray'), ndarray, tuple(huge), pk.text('b')),
  ),
  made('a scalar without its bytes', call(pk.named('numpy._core.multiarray', 'scalar'), dtype)),
  made('a sparse matrix by its shape', call(pk.named('scipy.sparse._csr', 'csr_matrix'), tuple(huge, int(1)))),
  made('a storage', call(pk.named('torch', 'FloatStorage'), huge)),
  made('a storage of a GPU', call(pk.named('torch.cuda', 'HalfStorage'), huge)),
  made('an untyped storage', call(pk.named('torch.storage', 'UntypedStorage'), huge)),
  made('a tensor by its sizes', call(pk.named('torch', 'Tensor'), int(1 << 20), int(1 << 20))),
  made('a text of tuples', call(builtin('str'), laughs(10))),
  made('the hash of a tuple', pk.emptyDict, laughs(60), pk.none, setItem),
  made('the hash of a tuple in a set', u8(0x8f), pk.mark, laughs(60), u8(0x90)),
  made('the hash of a tuple behind many', many, pk.emptyDict, laughs(60), pk.none, setItem),
  notCleared('a few bytes become many behind many objects', p, many, call(builtin('bytes'), huge), pk.stop),
]

/** A tensor of an archive that has four numbers of it. PyTorch makes the storage as large as the tensor says that it is. */
const beyond = (name: string, ...parts: readonly Bytes[]): ModelCase => ({
  name: `a tensor ${name}`,
  expected: 'suspicious',
  bytes: zip([
    { name: 'model/data.pkl', content: joined(p, ...parts, pk.stop) },
    { name: 'model/data/0', content: new Uint8Array(16) },
  ]),
})

export const tensorsBeyond: readonly ModelCase[] = [
  beyond('larger than its storage', tensor('_rebuild_tensor_v2', tuple(huge), tuple(int(1)))),
  beyond('with steps beyond its storage', tensor('_rebuild_tensor', tuple(int(2), int(2)), tuple(int(1 << 30), int(1)))),
  beyond('that begins behind its storage', tensor('_rebuild_tensor_v2', tuple(int(1)), tuple(int(1)), huge)),
  beyond('of a size that is an object', tensor('_rebuild_tensor_v2', call(pk.named('torch', 'Size'), tuple(huge)), tuple(int(1)))),
  beyond('whose quantized numbers are all the same', tensor('_rebuild_qtensor', tuple(huge), tuple(int(0)))),
  beyond(
    'that its state makes larger',
    call(pk.named('torch', 'FloatTensor')),
    tuple(storage(4), int(0), tuple(huge), tuple(int(1))),
    pk.build,
  ),
]

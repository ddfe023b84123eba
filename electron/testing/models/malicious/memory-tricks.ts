import { i32, joined, u8, u64 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import * as pk from '../pickle-assembler.ts'
import { dangerousStream as dangerous, unclearedStream as notCleared, suspiciousStream as suspicious } from './verdicts.ts'

type Bytes = Uint8Array
const p = pk.proto(4)
const int = (value: number) => joined('J', i32(value))
const address = joined(u8(0x8a, 8), u64(0x4141_4141_41))
const call = (callee: Bytes, ...args: readonly Bytes[]) => joined(callee, pk.mark, ...args, 't', pk.reduce)
const list = (...items: readonly Bytes[]) => joined(']', pk.mark, ...items, 'e')
const dict = (entries: Readonly<Record<string, Bytes>>) =>
  joined(pk.emptyDict, pk.mark, ...Object.entries(entries).flatMap(([name, value]) => [pk.text(name), value]), 'u')
const withState = (instance: Bytes, state: Bytes) => joined(instance, state, pk.build)
const namespace = (entries: Readonly<Record<string, Bytes>>) => withState(call(pk.named('types', 'SimpleNamespace')), dict(entries))

const floats = pk.named('torch', 'FloatTensor')
const byName = (callee: Bytes, args: Bytes, name: string) => joined(callee, args, dict({ [name]: address }), pk.newobjEx)
const ndarray = pk.named('numpy', 'ndarray')
/** A shape, a type of pointers to objects, and bytes that are none. */
const overBytes = [joined(int(1), pk.tuple1), call(pk.named('numpy', 'dtype'), pk.text('O8')), pk.bytes8(new Uint8Array(8).fill(65))]
const score = pk.named('sklearn.metrics._scorer', '_passthrough_scorer')

const lies = dict({
  data: joined(address, u8(0x89), pk.tuple2),
  shape: joined(int(1), pk.tuple1),
  typestr: pk.text('|O8'),
  version: int(3),
})
const memory = namespace({ __array_interface__: lies })
const identity = joined(pk.named('torch.nn.modules.linear', 'Identity'), pk.emptyTuple, pk.newobj)
const float = pk.named('numpy', 'float64')
/** A name that stands nowhere. */
const computed = withState(
  call(pk.named('types', 'SimpleNamespace')),
  joined(pk.emptyDict, call(pk.named('builtins', 'str'), pk.bytes8(Buffer.from('__array_interface__')), pk.text('ascii')), lies, 's'),
)

/**
 * What is allowed takes numbers of the file for addresses when it is called in a way that weights never call it. Each ends numpy 1.24 or PyTorch 1.13 in a
 * segmentation fault, or calls one that does.
 */
export const memoryTricks: readonly ModelCase[] = [
  suspicious('PyTorch: a tensor at an address', p, byName(floats, pk.emptyTuple, 'cdata'), pk.stop),
  suspicious(
    'PyTorch: an allocator at an address',
    p,
    byName(pk.named('torch.storage', 'UntypedStorage'), joined(int(8), pk.tuple1), 'allocator'),
    pk.stop,
  ),
  suspicious(
    'PyTorch: a tensor at an address, made by copyreg',
    p,
    call(pk.named('copyreg', '__newobj_ex__'), floats, pk.emptyTuple, dict({ cdata: address })),
    pk.stop,
  ),
  suspicious('a scorer that calls what an object has', p, call(score, namespace({ score: ndarray }), ...overBytes), pk.stop),
  suspicious(
    'copyreg calls what an object has',
    p,
    call(pk.named('copyreg', '__newobj__'), namespace({ __new__: score, score: ndarray }), ...overBytes),
    pk.stop,
  ),
  suspicious(
    'copyreg calls what a base has',
    p,
    call(pk.named('copyreg', '_reconstructor'), int(1), namespace({ __new__: pk.named('_codecs', 'encode') }), pk.text('rot13')),
    pk.stop,
  ),
  notCleared(
    'arguments in a list, which joblib takes',
    p,
    pk.named('copyreg', '__newobj_ex__'),
    list(floats, pk.emptyTuple, dict({ cdata: address })),
    pk.reduce,
    pk.stop,
  ),
  suspicious(
    'numpy calls what it is given for a maker of generators',
    p,
    call(pk.named('numpy.random._pickle', '__generator_ctor'), list(), pk.named('torch.nn.functional', 'relu')),
    pk.stop,
  ),
  suspicious(
    'a layer that copies what it is given',
    p,
    call(pk.named('torch.nn.modules.transformer', 'TransformerEncoder'), namespace({ __deepcopy__: pk.named('builtins', 'list') }), int(1)),
    pk.stop,
  ),
  dangerous('an object says that it is an array', p, call(float, memory), pk.stop),
  dangerous('an object says so, and a model has it', p, withState(identity, dict({ scale: memory })), pk.stop),
  dangerous('a buffer of a layer says so', p, withState(identity, dict({ _buffers: dict({ __array_interface__: lies }) })), pk.stop),
  dangerous(
    'a pair says so',
    p,
    withState(
      call(pk.named('types', 'SimpleNamespace')),
      call(pk.named('builtins', 'dict'), list(joined(pk.text('__array_interface__'), lies, pk.tuple2))),
    ),
    pk.stop,
  ),
  suspicious('an object says so by a name that is computed', p, call(float, computed), pk.stop),
  suspicious(
    'an object says so, through a maker of generators',
    p,
    call(pk.named('numpy.random._pickle', '__randomstate_ctor'), computed, float),
    pk.stop,
  ),
  suspicious('an object says so to a matrix of scipy', p, call(pk.named('scipy.sparse._csr', 'csr_matrix'), computed), pk.stop),
  suspicious('an object says so to a tree', p, call(pk.named('sklearn.neighbors._kd_tree', 'KDTree'), computed), pk.stop),
  dangerous(
    'numpy gives back a name',
    p,
    call(pk.named('numpy', 'object_'), pk.text('os')),
    pk.text('system'),
    pk.stackGlobal,
    pk.text('id'),
    pk.tuple1,
    pk.reduce,
    pk.stop,
  ),
  dangerous(
    'BUILD changes a class that numpy gave back',
    p,
    call(pk.named('numpy', 'object_'), pk.named('torch.nn.modules.linear', 'Linear')),
    pk.none,
    dict({ forward: pk.named('builtins', 'list') }),
    pk.tuple2,
    pk.build,
    pk.stop,
  ),
  suspicious(
    'settings of a training are made by their constructor',
    p,
    call(pk.named('transformers.training_args', 'TrainingArguments'), pk.text('/x')),
    pk.stop,
  ),
  suspicious(
    'a callback of Lightning is made by its constructor',
    p,
    call(pk.named('pytorch_lightning.callbacks.model_checkpoint', 'ModelCheckpoint'), pk.text('/x')),
    pk.stop,
  ),
  suspicious('a node of OmegaConf is made of something', p, call(pk.named('omegaconf.dictconfig', 'DictConfig'), pk.text('/x')), pk.stop),
  dangerous(
    'a module behind one of Lightning',
    p,
    call(pk.named('pytorch_lightning.callbacks.model_checkpoint', 'os.system'), pk.text('id')),
    pk.stop,
  ),
  suspicious(
    'settings of a training are made with arguments',
    p,
    pk.named('accelerate.state', 'PartialState'),
    pk.text('x'),
    pk.tuple1,
    pk.newobj,
    pk.stop,
  ),
  suspicious('settings of TRL are made with arguments', p, call(pk.named('trl.trainer.sft_config', 'SFTConfig'), pk.text('/x')), pk.stop),
  suspicious(
    'a jagged tensor of what is none',
    p,
    call(
      pk.named('torch.nested._internal.nested_tensor', '_rebuild_njt'),
      dict({ values: namespace({ size: score }), offsets: namespace({ size: score }) }),
    ),
    pk.stop,
  ),
  suspicious('as many zeros as a number says', p, call(pk.named('builtins', 'bytearray'), pk.int1(200)), pk.stop),
]

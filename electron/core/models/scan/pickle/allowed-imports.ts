import { allowedCheckpoints } from './allowed-checkpoints.ts'
import { allowedSklearn } from './allowed-sklearn.ts'
import { allowedTorchNn } from './allowed-torch-nn.ts'
import { allowedTrainers } from './allowed-trainers.ts'

const builtins = 'bool bytearray bytes complex dict float frozenset int list object set slice range str tuple NotImplemented Ellipsis'
const numpyScalars =
  'bool bool_ bytes_ str_ void object_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 longdouble complex64 complex128 clongdouble datetime64 timedelta64 intc uintc longlong ulonglong'
const dtypeClasses =
  'BoolDType Int8DType Int16DType Int32DType Int64DType UInt8DType UInt16DType UInt32DType UInt64DType Float16DType Float32DType Float64DType LongDoubleDType Complex64DType Complex128DType StrDType BytesDType VoidDType ObjectDType DateTime64DType TimeDelta64DType StringDType'
const typedStorages =
  'ByteStorage DoubleStorage FloatStorage HalfStorage LongStorage IntStorage ShortStorage CharStorage BoolStorage BFloat16Storage ComplexDoubleStorage ComplexFloatStorage QUInt8Storage QInt8Storage QInt32Storage QUInt4x2Storage QUInt2x4Storage'
const typedTensors = 'ByteTensor CharTensor DoubleTensor FloatTensor IntTensor LongTensor ShortTensor HalfTensor BoolTensor BFloat16Tensor'
const torchDtypes =
  'uint8 uint16 uint32 uint64 int8 int16 int32 int64 short int long float16 half float32 float float64 double bfloat16 complex32 complex64 complex128 chalf cfloat cdouble bool qint8 quint8 qint32 quint4x2 quint2x4 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu float4_e2m1fn_x2 bits8 bits16'
const quantization = 'per_tensor_affine per_channel_affine per_tensor_symmetric per_channel_symmetric per_channel_affine_float_qparams'
const rebuilders =
  '_rebuild_tensor _rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_parameter _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor _rebuild_sparse_csr_tensor _rebuild_nested_tensor _rebuild_meta_tensor_no_storage _rebuild_wrapper_subclass _rebuild_device_tensor_from_numpy _rebuild_device_tensor_from_cpu_tensor _rebuild_xla_tensor'
const paths = 'PosixPath WindowsPath PurePosixPath PureWindowsPath'
const arrayMakers = '_reconstruct scalar'
const sparse =
  'csr_matrix csc_matrix coo_matrix bsr_matrix dia_matrix dok_matrix lil_matrix csr_array csc_array coo_array bsr_array dia_array'

const shards =
  'Metadata MetadataIndex TensorStorageMetadata TensorProperties ChunkStorageMetadata BytesStorageMetadata StorageMeta _MEM_FORMAT_ENCODING'

/**
 * What weights legitimately import: exactly these names of exactly these modules, each of which only makes data. Sources: the allow-list of
 * PyTorch's `weights_only` (torch/_weights_only_unpickler.py), the data classes of its sharded checkpoints (read in 2.13), `__reduce__` of numpy, scipy.sparse, joblib and scikit-learn. A name that
 * reads a file, imports or calls by name has no place here (`numpy.core._ufunc_reconstruct` does both), whoever writes it.
 */
const byModule: Readonly<Record<string, string>> = {
  builtins,
  // `range` of protocol 2, which PyTorch writes.
  __builtin__: `${builtins} long unicode xrange`,
  collections: 'OrderedDict defaultdict deque Counter',
  copyreg: '_reconstructor __newobj__ __newobj_ex__',
  copy_reg: '_reconstructor __newobj__',
  _codecs: 'encode',
  datetime: 'date datetime time timedelta timezone',
  decimal: 'Decimal',
  fractions: 'Fraction',
  pathlib: paths,
  'pathlib._local': paths,
  argparse: 'Namespace',
  types: 'SimpleNamespace',

  numpy: `${numpyScalars} dtype ndarray matrix recarray record mean median max min sum`,
  'numpy.core.multiarray': arrayMakers,
  'numpy._core.multiarray': arrayMakers,
  'numpy.core.numeric': '_frombuffer',
  'numpy._core.numeric': '_frombuffer',
  'numpy.dtypes': dtypeClasses,
  'numpy.matrixlib.defmatrix': 'matrix',
  'numpy.ma': 'MaskedArray',
  'numpy.ma.core': '_mareconstruct MaskedArray',
  'numpy.core.records': 'recarray record',
  'numpy.rec': 'recarray record',
  'numpy.random._pickle': '__randomstate_ctor __bit_generator_ctor __generator_ctor',
  'numpy.random._mt19937': 'MT19937',
  'numpy.random._pcg64': 'PCG64 PCG64DXSM',
  'numpy.random._philox': 'Philox',
  'numpy.random._sfc64': 'SFC64',
  'numpy.random': '__RandomState_ctor',
  'numpy.random.bit_generator': 'SeedSequence __pyx_unpickle_SeedSequence',

  'scipy.sparse._csr': sparse,
  'scipy.sparse._csc': sparse,
  'scipy.sparse._coo': sparse,
  'scipy.sparse._bsr': sparse,
  'scipy.sparse._dia': sparse,
  'scipy.sparse._dok': sparse,
  'scipy.sparse._lil': sparse,
  'scipy.sparse.csr': 'csr_matrix',
  'scipy.sparse.csc': 'csc_matrix',
  'scipy.sparse.coo': 'coo_matrix',

  'scipy.interpolate._bsplines': 'BSpline',

  'joblib.numpy_pickle': 'NumpyArrayWrapper',

  torch: `${typedStorages} ${typedTensors} ${torchDtypes} ${quantization} Size Tensor device strided sparse_coo sparse_csr sparse_csc sparse_bsr sparse_bsc`,
  'torch.cuda': `${typedStorages} ${typedTensors}`,
  'torch._utils': rebuilders,
  'torch._tensor': '_rebuild_from_type_v2',
  'torch.tensor': '_rebuild_from_type_v2',
  'torch.nn.parameter': 'Parameter Buffer UninitializedParameter',
  'torch.nn': 'Parameter Buffer',
  'torch.storage': '_load_from_bytes TypedStorage UntypedStorage _TypedStorage _UntypedStorage',
  'torch.serialization': '_get_layout',
  'torch.torch_version': 'TorchVersion',
  'torch.distributed.checkpoint.metadata': shards,
  'torch.distributed.checkpoint.filesystem': '_StorageInfo',
  'torch.jit._pickle': 'build_intlist build_tensorlist build_doublelist build_boollist build_tensor_from_id restore_type_tag',
  // Jagged tensors, as PyTorch allows them itself (torch/nested/__init__.py), and how long the longest is.
  'torch.nested._internal.nested_tensor': 'NestedTensor _rebuild_njt',
  'torch._dynamo.decorators': '_DimRange',
  'torch._C._nn': 'gelu',
  'torch.nn.functional': 'relu gelu silu tanh sigmoid softmax leaky_relu elu',
  ...allowedTorchNn,
  ...allowedSklearn,
  ...allowedTrainers,
  ...allowedCheckpoints,
}

const allowed = new Map(Object.entries(byModule).map(([module, names]) => [module, new Set(names.split(' '))]))

/** By the exact name; whatever is not listed is not allowed, and nothing is allowed by its module alone. */
export const isAllowedImport = (module: string, name: string): boolean => allowed.get(module)?.has(name) ?? false

/**
 * What is known to run code, open files or sockets, or call by name, when a pickle gets hold of it. This decides only between dangerous and
 * suspicious: whatever the allow-list does not name is reported, so an entry that is missing here lets nothing through. Sources: the
 * deny-lists of picklescan 1.0.5 and modelscan with their advisories, and the module list of CPython 3.11.
 */
const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((it) => it !== ''))

/** Modules of Python's library that only hold data types and small functions. All others of the library are dangerous. */
const quietLibrary = words(`
  __future__ _abc _bisect _collections _collections_abc _datetime _decimal _heapq _operator _random _sre _string _struct _typing _weakref
  abc argparse array bisect calendar cmath collections colorsys copy copyreg copy_reg dataclasses datetime decimal enum errno fractions functools
  graphlib hashlib heapq ipaddress itertools json keyword math numbers operator pathlib random re secrets statistics string struct textwrap
  time types typing unicodedata uuid weakref zoneinfo _codecs codecs
`)

const library = words(`
  _aix_support _ast _asyncio _bootsubprocess _bz2 _compat_pickle _compression _contextvars _crypt _csv _ctypes _curses _dbm _elementtree
  _frozen_importlib _frozen_importlib_external _functools _gdbm _hashlib _imp _io _json _locale _lsprof _lzma _markupbase _msi _multiprocessing
  _opcode _osx_support _overlapped _pickle _posixshmem _posixsubprocess _py_abc _pydecimal _pyio _pyrepl _queue _scproxy _signal _sitebuiltins
  _socket _sqlite3 _ssl _stat _strptime _symtable _thread _threading_local _tkinter _tokenize _tracemalloc _uuid _warnings _weakrefset _winapi
  _xxsubinterpreters _interpreters aifc antigravity ast asynchat asyncio asyncore atexit audioop base64 bdb binascii builtins bz2 cPickle cProfile
  cgi cgitb chunk cmd code codeop commands compileall concurrent configparser contextlib contextvars crypt csv ctypes curses dbm difflib dis
  distutils doctest email encodings ensurepip faulthandler fcntl filecmp fileinput fnmatch ftplib gc genericpath getopt getpass gettext glob grp
  gzip hmac html http httplib idlelib imaplib imghdr imp importlib inspect io lib2to3 linecache locale logging lzma mailbox mailcap marshal
  mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath nturl2path opcode optparse os ossaudiodev parser pdb
  pickle pickletools pip pipes pkgutil platform plistlib poplib popen2 posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc
  pydoc_data pyexpat queue quopri readline reprlib resource rlcompleter runpy sched select selectors setuptools shelve shlex shutil signal site
  smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_parse ssl stat stringprep subprocess sunau symtable sys sysconfig
  syslog tabnanny tarfile telnetlib tempfile termios test thread threading timeit tkinter token tokenize tomllib trace traceback tracemalloc
  tty turtle turtledemo unittest urllib urllib2 uu venv warnings wave webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile
  zipimport zlib
`)

/** Not of Python itself: whole modules, with everything below them. */
const foreignModules = [
  ...'IPython _distutils_hack aiohttp celery cffi cloudpickle cupy.cuda cython dill django fabric flask httpx ipdb jinja2 keras.utils nltk numexpr paramiko'.split(
    ' ',
  ),
  // Whoever turns off a scanner has a reason.
  ...'fickling modelaudit modelscan picklescan'.split(' '),
  ...'pkg_resources psutil pyximport requests tensorflow.io tensorflow.keras.utils tensorflow.python twisted urllib3 wheel yaml'.split(' '),
  ...'numpy.distutils numpy.f2py numpy.testing numpy.ctypeslib numpy.lib numpy.compat numpy.core._internal scipy.io scipy.weave'.split(' '),
  ...'pandas.core.computation pandas.io pandas.util joblib.memory joblib.externals joblib.parallel joblib._parallel_backends'.split(' '),
  ...'torch._C torch._dynamo torch._inductor torch.compiler torch.distributed.rpc torch.fx torch.hub torch.jit torch.multiprocessing torch.onnx'.split(
    ' ',
  ),
  ...'torch.package torch.profiler torch.testing torch.utils._config_module torch.utils.bottleneck torch.utils.collect_env torch.utils.cpp_extension torch.utils.data torch.utils.model_zoo'.split(
    ' ',
  ),
]

/** Names that are dangerous in a module that is not. */
const dangerousNames: Readonly<Record<string, ReadonlySet<string>>> = {
  types: words(
    'CodeType FunctionType LambdaType MethodType ModuleType new_class prepare_class resolve_bases DynamicClassAttribute coroutine',
  ),
  operator: words('attrgetter itemgetter methodcaller call'),
  _operator: words('attrgetter itemgetter methodcaller call'),
  functools: words('partial partialmethod reduce'),
  typing: words('get_type_hints ForwardRef'),
  dataclasses: words('make_dataclass'),
  numpy: words('load save savez savez_compressed loadtxt savetxt genfromtxt fromfile memmap fromregex vectorize frompyfunc'),
  'numpy.core': words('_ufunc_reconstruct'),
  'numpy._core': words('_ufunc_reconstruct'),
  'numpy.core.multiarray': words('fromfile'),
  'numpy._core.multiarray': words('fromfile'),
  torch: words('load save compile classes ops hub jit package set_default_tensor_type'),
  'torch.serialization': words('load save legacy_load _load _legacy_load'),
  'torch.ops': words('load_library import_module'),
  'torch.storage': words('pickle io'),
  joblib: words('load dump Memory Parallel delayed'),
  'joblib.numpy_pickle': words('load dump _unpickle load_temporary_memmap NumpyUnpickler'),
  'joblib.numpy_pickle_compat': words('load_compatibility NDArrayWrapper ZNDArrayWrapper ZipNumpyUnpickler'),
  pandas: words('read_pickle eval read_csv read_hdf read_json read_sql'),
  copyreg: words('pickle constructor add_extension'),
  codecs: words('open EncodedFile lookup register'),
  pathlib: words('os io'),
}

/** The rest of builtins only makes values. */
const dangerousBuiltins = words(`
  __build_class__ __import__ __loader__ apply breakpoint coerce compile delattr eval exec execfile exit file filter getattr globals hasattr
  help input locals map open quit raw_input reload setattr super type vars
`)

/** As a part of a dotted path, whatever module the path begins in: it leads to the module of that name, or into an object's insides. */
const wayOut = words(`
  os sys subprocess posix nt builtins __builtins__ __builtin__ shutil socket importlib runpy pty ctypes pickle marshal commands platform
  __globals__ __dict__ __class__ __subclasses__ __bases__ __mro__ __base__ __code__ __getattribute__ __loader__ __import__ __reduce__
`)
const lastStep = words(
  'system popen eval exec execfile execv execve spawn spawnl check_output check_call getoutput Popen fromfile tofile loads',
)

const within = (module: string, top: string) => module === top || module.startsWith(`${top}.`)

/** Could Python find something under this name? Words of a text that merely begins like an import are none. */
export const isPythonName = (path: string): boolean => /^[\p{L}\p{N}_]+(?:\.[\p{L}\p{N}_]+)*$/u.test(path)

/** Is this import known to be able to run anything, read or write files, or reach the network? */
export function isGadget(module: string, name: string): boolean {
  // Without a name the module is imported all the same.
  const path = (name === '' ? module : `${module}.${name}`).normalize('NFKC').split('.')
  const [top = ''] = path
  if (!isPythonName(path.join('.'))) return false
  const asImported = module.normalize('NFKC')
  const last = path.at(-1) ?? ''
  if (path.slice(1).some((part) => wayOut.has(part)) || (path.length > 2 && lastStep.has(last))) return true
  if (asImported === 'builtins' || asImported === '__builtin__') return dangerousBuiltins.has(last) || name.includes('.')
  if (dangerousNames[asImported]?.has(name.normalize('NFKC').split('.')[0] ?? '')) return true
  if (quietLibrary.has(asImported)) return name.includes('.') || name.startsWith('_')
  return library.has(top) || foreignModules.some((it) => within(asImported, it) || within(path.join('.'), it))
}

import { Unreadable } from '../../readers/unreadable.ts'
import type { Scan, ScanItem } from '../scan.ts'
import { isBesideWeights } from './allowed-checkpoints.ts'
import { isAllowedImport } from './allowed-imports.ts'
import { isSettings } from './allowed-trainers.ts'
import { isForwarder } from './forwarders.ts'
import { isGadget } from './gadgets.ts'
import { canGrow, growsByCall, isBeyond } from './growing.ts'
import { isJoblibWrapper } from './joblib-array.ts'
import { doubtOf, isNumpyType } from './numpy-type.ts'
import type { PickleEvents } from './pickle-run.ts'
import type { PickleBytes, PickleGlobal, PickleValue } from './pickle-value.ts'
import { type StorageBytes, storageFault } from './torch-storage.ts'

export interface Verdicts {
  readonly events: PickleEvents
  /** Bytes that are handed to a loader, in the order in which they would be loaded. */
  readonly nested: PickleBytes[]
  readonly imports: number
  readonly broken: { readonly reason: string; readonly offset: number } | undefined
}

/** What is different from one place of pickles to another. */
export interface PicklePlace {
  /** PyTorch's readers resolve persistent ids to tensors; elsewhere nothing does. */
  readonly persistentIds: boolean
  /** Of an archive, where the storages are members of their own. */
  readonly storageBytes?: StorageBytes
}

const MAX_DISTINCT_IMPORTS = 2_000
const dataCodecs = new Set(['latin1', 'latin-1', 'iso-8859-1', 'utf-8', 'utf8', 'ascii'])

/** Judges what one pickle does while it is interpreted. Each import is reported once, where it first stands. */
export function judgePickle(scan: Scan, item: ScanItem, place: PicklePlace): Verdicts {
  const seen = new Set<string>()
  const nested: PickleBytes[] = []
  const state: { imports: number; broken: Verdicts['broken'] } = { imports: 0, broken: undefined }

  function imported({ module, name }: PickleGlobal, offset: number): void {
    state.imports += 1
    const key = `${module}\n${name}`
    if (seen.has(key)) return
    seen.add(key)
    if (seen.size > MAX_DISTINCT_IMPORTS) throw new Unreadable(`it has more than ${MAX_DISTINCT_IMPORTS} different imports`, offset)
    if (module === undefined || name === undefined) scan.find('pickle.computed-import', item, offset, `${module ?? '?'}.${name ?? '?'}`)
    else if (!isAllowedImport(module, name)) {
      const known = makesCode(module, name) ? 'pickle.own-code' : 'pickle.gadget'
      scan.find(isGadget(module, name) ? known : 'pickle.unknown-import', item, offset, `${module}.${name}`)
    }
  }

  function load(args: PickleValue, offset: number): void {
    const [first] = args.kind === 'tuple' ? args.items : []
    if (first?.kind === 'bytes') nested.push(first)
    else scan.gap(item, offset, 'it loads another pickle from bytes that it computes')
  }

  const events: PickleEvents = {
    imported,
    called(callee, args, opcode, offset) {
      if (callee.kind !== 'global') return scan.find('pickle.computed-call', item, offset, opcode)
      // Constructors of PyTorch take an address by a name that their manual does not have.
      if (opcode === 'NEWOBJ_EX') scan.find('pickle.named-arguments', item, offset, `${callee.module}.${callee.name}`)
      const unusual = isOnlyNamed(callee) || givesState(callee, args) || isConstructed(callee, args) || isOfOthers(callee, args)
      const madeEmpty = opcode === 'NEWOBJ' && args.kind === 'tuple' && args.length === 0
      if (unusual || ((isSettings(callee) || isBesideWeights(callee)) && !madeEmpty))
        scan.find('pickle.unusual-call', item, offset, `${callee.module}.${callee.name}`)
      if (growsByCall(callee, args)) scan.find('pickle.grows', item, offset, `${callee.module}.${callee.name}`)
      if (isLoader(callee)) load(args, offset)
      if (isArray(callee) && (args.kind !== 'tuple' || args.length > 2))
        scan.find('pickle.array-over-bytes', item, offset, `${callee.module}.${callee.name}`)
      if (callee.module === '_codecs' && callee.name === 'encode' && !encodesData(args))
        scan.find('pickle.unusual-codec', item, offset, '_codecs.encode')
    },
    alteredImport: (global, offset) => scan.find('pickle.alters-import', item, offset, `${global.module}.${global.name}`),
    overMemory: (name, offset) => scan.find('pickle.array-over-memory', item, offset, name),
    manyMembers(offset) {
      if (!seen.has('many members')) scan.find('pickle.grows', item, offset, 'a tuple')
      seen.add('many members')
    },
    built(instance, offset) {
      if (instance.state?.kind === 'tuple' && instance.state.items[0]?.kind === 'storage' && isBeyond(instance.state.items))
        scan.find('pickle.grows', item, offset, `${instance.callee?.module}.${instance.callee?.name}`)
      const doubt = isNumpyType(instance) ? doubtOf(instance) : undefined
      if (doubt === 'contradicts itself') scan.find('pickle.type-lies', item, offset, '')
      else if (doubt !== undefined) scan.gap(item, offset, 'a type of numpy is not known')
    },
    passedOn(global, offset) {
      // Made by something else than a call of its own, it would go unseen that joblib's reader takes bytes out of the stream.
      if (isJoblibWrapper(global)) scan.gap(item, offset, 'an array of joblib is made in an unusual way')
      if (isLoader(global)) scan.find('pickle.loader-passed-on', item, offset, `${global.module}.${global.name}`)
    },
    forgotten(callee, offset) {
      if (isJoblibWrapper(callee)) scan.gap(item, offset, 'an array of joblib stands behind more objects than a scan keeps')
      if (isForwarder(callee) || isLayer(callee) || takesArrays(callee) || canGrow(callee))
        scan.gap(item, offset, 'a call stands behind more objects than a scan keeps')
      if (/^numpy(?:\.dtypes$|$)/.test(callee.module ?? '') && /^dtype$|DType$/.test(callee.name ?? ''))
        scan.gap(item, offset, 'a type of numpy stands behind more objects than a scan keeps')
    },
    extension: (code, offset) => scan.find('pickle.extension', item, offset, `code ${code}`),
    persistentId(id, offset) {
      const fault = place.storageBytes && storageFault(id, place.storageBytes)
      if (fault === 'larger than its member') scan.find('pickle.storage-overrun', item, offset, '')
      else if (fault !== undefined) scan.gap(item, offset, 'how large a storage is said to be is not known')
      if (!place.persistentIds && !seen.has('persistent id')) scan.find('pickle.persistent-id', item, offset, '')
      seen.add('persistent id')
    },
    outOfBandBuffer: (offset) => scan.gap(item, offset, 'it wants a buffer that is not in the file'),
    frameOverrun: (offset) => scan.find('pickle.frame-overrun', item, offset, ''),
    broken(reason, offset) {
      state.broken ??= { reason, offset }
    },
  }
  return {
    events,
    nested,
    get imports() {
      return state.imports
    },
    get broken() {
      return state.broken
    },
  }
}

/** The one loader that weights use: a tensor pickled without `torch.save` holds the bytes of a file of its own. */
const isLoader = ({ module, name }: PickleGlobal) => (module === 'torch.storage' && name === '_load_from_bytes') || name === 'loads'

/** A function by its bytecode, as stable-baselines3 has its schedules: whoever calls it runs what the file says, honest or not. */
const makesCode = (module: string, name: string): boolean =>
  (/^(?:cloudpickle|dill)(?:\.|$)/.test(module) &&
    /^_(?:make_function|make_skel_func|fill_function|function_setstate|create_function|create_code|builtin_type)$/.test(name)) ||
  (module === 'types' && /^(?:Code|Function|Lambda)Type$/.test(name))

/** Pickled arrays are made by `_reconstruct`. Called by itself the class takes bytes for what it holds, pointers to objects among them. */
const isArray = ({ module, name }: PickleGlobal) => (name === 'ndarray' || name === 'recarray') && /^numpy(?:\.|$)/.test(module ?? '')

/** It hands a state to whatever its function makes; the functions of tensors make tensors. */
const givesState = ({ module, name }: PickleGlobal, args: PickleValue): boolean => {
  const [maker] = args.kind === 'tuple' ? args.items : []
  return (
    /^torch\._?tensor$/.test(module ?? '') &&
    name === '_rebuild_from_type_v2' &&
    !(maker?.kind === 'global' && (maker.module === 'torch._utils' || isJagged(maker)))
  )
}

const isJagged = ({ name }: PickleGlobal) => name === '_rebuild_njt'

/** A jagged tensor is made of two that are, by their names: it asks what it is given for its sizes. */
const isOfOthers = (callee: PickleGlobal, args: PickleValue): boolean => {
  const [parts] = args.kind === 'tuple' ? args.items : []
  const isTensor = (name: string) => {
    const part = parts?.kind === 'dict' ? parts.entries.get(name) : undefined
    return part?.kind === 'object' && part.callee?.module === 'torch._utils'
  }
  return isJagged(callee) && (parts?.kind !== 'dict' || parts.unclear || !isTensor('values') || !isTensor('offsets'))
}

/** Functions that an estimator or a layer has for a setting. Called by the pickle itself, they give back what is in a list, or call what an object has. */
const isOnlyNamed = ({ module, name }: PickleGlobal) =>
  (module === 'numpy' && /^(?:mean|median|max|min|sum)$/.test(name ?? '')) ||
  module === 'torch.nn.functional' ||
  module === 'torch._C._nn' ||
  (/^sklearn\./.test(module ?? '') && /^_?[a-z]/.test(name ?? '') && name !== 'newObj')

const isLayer = ({ module }: PickleGlobal) => /^torch\.nn\.modules\./.test(module ?? '')

/** Classes whose own calls take whatever says that it is an array, at an address that it states. Pickled arrays are made by functions. */
const takesArrays = ({ module, name }: PickleGlobal) =>
  (/^(?:numpy(?:\.(?:ma|ma\.core|rec|core\.records|matrixlib\.defmatrix))?|torch(?:\.cuda)?|scipy\..*)$/.test(module ?? '') &&
    !/^(?:dtype|Size|device|_mareconstruct)$/.test(name ?? '')) ||
  (/^sklearn\.neighbors\./.test(module ?? '') && /Tree/.test(name ?? ''))

const isPlain = (value: PickleValue): boolean =>
  value.kind === 'tuple'
    ? value.items.length === value.length && value.items.every(isPlain)
    : value.kind === 'object'
      ? value.callee?.module === 'numpy' && value.callee.name === 'dtype'
      : value.kind !== 'other' && value.kind !== 'dict' && value.kind !== 'storage'

/** Layers are made without arguments, and then given their state: their constructors copy and call what they are given. */
const isConstructed = (callee: PickleGlobal, args: PickleValue): boolean =>
  args.kind === 'tuple' && ((isLayer(callee) && args.length > 0) || (takesArrays(callee) && !isPlain(args)))

function encodesData(args: PickleValue): boolean {
  if (args.kind !== 'tuple') return false
  const codec = args.items[1]
  return args.length === 1 || (codec?.kind === 'text' && dataCodecs.has(codec.text?.toLowerCase() ?? ''))
}

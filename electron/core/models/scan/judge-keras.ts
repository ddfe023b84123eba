import type { JsonValue } from '../readers/json-text.ts'
import { isGadget } from './pickle/gadgets.ts'
import type { Scan, ScanItem } from './scan.ts'
import { shown } from './shown-value.ts'

/** Parts of Keras whose classes are layers and their settings. `keras.utils`, `keras.src.saving` and others have functions that load and fetch. */
const parts =
  'activations constraints dtype_policies initializers layers losses metrics mixed_precision models ops optimizers quantizers regularizers'
const knownModule = new RegExp(
  `^(?:tensorflow\\.keras|tf_keras(?:\\.src)?|keras(?:\\.(?:src|engine|api|_tf_keras\\.keras))*)(?:\\.(?:${parts.split(' ').join('|')}|engine)(?:\\.\\w+)*)?$`,
)
/** Of these, the parts that have functions for layers to use. Others have functions too, and `load_model` among them. */
const functionParts = /\.(?:activations|constraints|initializers|losses|metrics|ops|regularizers)(?:\.|$)/
/** Classes that run Python, or load a file of another format, when they are made (CVE-2024-3660, CVE-2025-49655). */
const runners = new Set([
  'Lambda',
  '__lambda__',
  'TFOpLambda',
  'SlicingOpLambda',
  'TorchModuleWrapper',
  'JaxLayer',
  'FlaxLayer',
  'TFSMLayer',
])
/** Operations of functional models that only name an operation of TensorFlow. */
const operations = new Set(['TFOpLambda', 'SlicingOpLambda'])
/** Layers that read a vocabulary from a path (CVE-2025-12058). */
const readers = new Set(['StringLookup', 'IntegerLookup', 'IndexLookup', 'TextVectorization'])

/**
 * What Keras makes from a configuration: `{ class_name, module, registered_name, config }`, at any depth. A module outside Keras is imported
 * by name (CVE-2025-1550), functions of `keras.utils` fetch files (CVE-2025-8747), a Lambda layer is marshalled bytecode.
 */
export function judgeKeras(scan: Scan, item: ScanItem, value: JsonValue): void {
  if (Array.isArray(value)) for (const it of value) judgeKeras(scan, item, it)
  if (!(value instanceof Map)) return
  const name = value.get('class_name')
  if (typeof name === 'string') judgeObject(scan, item, name, value)
  for (const it of value.values()) judgeKeras(scan, item, it)
}

function judgeObject(scan: Scan, item: ScanItem, name: string, object: Map<string, JsonValue>): void {
  const config = object.get('config')
  const module = object.get('module')
  const last = name.split(/[.>]/).at(-1) ?? name
  if (operations.has(last)) scan.find('keras.operation', item, null, shown(config))
  else if (runners.has(last)) scan.find('keras.runs-code', item, null, `${name}: ${shown(config)}`)
  if (typeof module === 'string' && module !== 'builtins' && !knownModule.test(module)) {
    const own = /^(?:keras|tf_keras|tensorflow)\b/.test(module)
    scan.find(own || isGadget(module, name) ? 'keras.foreign-module' : 'keras.own-class', item, null, `${module}.${name}`)
  }
  // Keras looks the name up in the module, and takes a function that it finds there for what it was to make.
  if (typeof module === 'string' && knownModule.test(module) && name !== 'function' && !/^[A-Z]/.test(last))
    scan.find('keras.names-function', item, null, `${module}.${name}`)
  if (name === 'function') judgeFunction(scan, item, object, module)
  else if (module === 'builtins' && !/^(?:dict|list|tuple|int|float|bool|str|slice|__\w+__)$/.test(name))
    scan.find('keras.foreign-module', item, null, `builtins.${name}`)
  const vocabulary = config instanceof Map ? config.get('vocabulary') : undefined
  if (readers.has(last) && typeof vocabulary === 'string') scan.find('keras.reads-file', item, null, vocabulary)
  const registered = object.get('registered_name')
  if (typeof registered === 'string' && registered.includes('>') && !registered.startsWith('keras'))
    scan.find('keras.own-class', item, null, registered)
}

/** A function is looked up by its name in its module. Keras's own losses and activations are none to worry about. */
function judgeFunction(scan: Scan, item: ScanItem, object: Map<string, JsonValue>, module: JsonValue | undefined): void {
  const named = object.get('config')
  // Found by the name of a function, a class is given to whoever calls it.
  if (typeof named === 'string' && runners.has(named)) scan.find('keras.runs-code', item, null, named)
  else if (typeof module !== 'string' || !knownModule.test(module) || !functionParts.test(module))
    scan.find('keras.names-function', item, null, `${shown(object.get('config'))} ${shown(object.get('registered_name'))}`)
}

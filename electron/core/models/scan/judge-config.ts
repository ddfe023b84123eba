import type { JsonValue } from '../readers/json-text.ts'
import { judgeKeras } from './judge-keras.ts'
import { judgeSkops } from './judge-skops.ts'
import { judgeTemplate } from './judge-template.ts'
import { nameOfClass } from './name-of-class.ts'
import { isAllowedImport } from './pickle/allowed-imports.ts'
import type { Scan, ScanItem } from './scan.ts'
import { shown } from './shown-value.ts'

/** Of stable-baselines3: a pickle, in base 64. */
export const SERIALIZED = ':serialized:'

const settings = new Set([
  'auto_map',
  'custom_pipelines',
  'custom_pipeline',
  'trust_remote_code',
  '_target_',
  '_component_',
  'class_path',
  '__loader__',
  SERIALIZED,
  'target',
  'cls',
  'parent_library',
  'megatron_core',
  'activation_function',
  'activation_fn',
  'sbert_ce_default_activation_function',
  'attn_implementation',
  '_attn_implementation',
  '_attn_implementation_internal',
  'experts_implementation',
  '_experts_implementation',
  'custom_ops_library',
  'allow_remote',
  'plugins',
  'steps',
  'types',
  'chat_template',
  'class_name',
  'tokenizer_class',
  'model_file',
  '_class_name',
  // Of Fiddle: what it names is by kind and not by name.
  'objects',
  'root',
])

/** The names that `judgeConfig` looks at. */
export const isSetting = (name: string): boolean => settings.has(name) || name.startsWith('py/')

/**
 * Configurations that name code: a Hugging Face `auto_map` (run with `trust_remote_code`), custom pipelines of transformers and diffusers,
 * kernels that transformers takes from the hub, libraries of onnxruntime-genai, packages of ModelScope, classes by which sentence-transformers activates and routes (it imports and calls them), `_target_` of Hydra and NeMo (CVE-2025-23304), `_component_` of torchtune, `class_path` of Lightning, the schema of skops, `target` of latent-diffusion, libraries that PEFT and diffusers import by name, jsonpickle, references of Fiddle, and what Keras builds its layers from.
 */
export function judgeConfig(scan: Scan, item: ScanItem, root: JsonValue): void {
  judgeKerasIn(scan, item, root)
  judgeFiddle(scan, item, root)
  judgeSkops(scan, item, root)
  if (Array.isArray(root))
    for (const it of root) if (it instanceof Map && it.has('idx') && it.has('path')) judgeModule(scan, item, it.get('type'))
  if (root instanceof Map && root.has('_class_name')) for (const part of root.values()) judgePart(scan, item, part)
  walk(root, (name, value) => judgeMember(scan, item, name, value))
}

/** Keras makes what it finds, however deep it lies in what is none of its models (keras/src/saving/serialization_lib.py). */
function judgeKerasIn(scan: Scan, item: ScanItem, value: JsonValue): void {
  if (value instanceof Map && value.has('class_name') && value.has('config')) judgeKeras(scan, item, value)
  else if (value instanceof Map || Array.isArray(value)) for (const it of value.values()) judgeKerasIn(scan, item, it)
}

/** A configuration of Fiddle, by which NeMo 2 makes its models: whatever it refers to is imported, and called where it is built. */
function judgeFiddle(scan: Scan, item: ScanItem, value: JsonValue): void {
  if (value instanceof Map && value.get('type') === 'pyref') {
    const [module, name] = [value.get('module'), value.get('name')]
    if (typeof module !== 'string' || typeof name !== 'string') return
    if (!/^fiddle(?:\.|$)/.test(module) && !isAllowedImport(module, name)) nameOfClass(scan, item, `${module}.${name}`)
    return
  }
  if (value instanceof Map || Array.isArray(value)) for (const it of value.values()) judgeFiddle(scan, item, it)
}

/** `modules.json` of sentence-transformers: classes by their dotted names, which its loader imports. */
function judgeModule(scan: Scan, item: ScanItem, type: JsonValue | undefined): void {
  if (typeof type === 'string' && !type.startsWith('sentence_transformers.')) nameOfClass(scan, item, type)
}

/** A step of a processor of LeRobot, by its name in the registry or by its class, which is imported and made. */
function judgeStep(scan: Scan, item: ScanItem, step: JsonValue): void {
  const type = step instanceof Map && !step.has('registry_name') ? step.get('class') : undefined
  if (typeof type === 'string' && type.includes('.')) nameOfClass(scan, item, type)
}

/** A dotted name; the activations of transformers have none. */
function judgeActivation(scan: Scan, item: ScanItem, value: JsonValue): void {
  if (typeof value === 'string' && value.includes('.') && !value.startsWith('torch.nn.')) nameOfClass(scan, item, value)
}

/** Of libraries, and of diffusers' own pipelines whose parts have classes of their own. */
const partLibraries = new Set(
  'diffusers transformers onnxruntime flax jax optimum audioldm2 blip_diffusion deepfloyd_if kandinsky latent_diffusion paint_by_example shap_e spectrogram_diffusion stable_audio stable_diffusion stable_diffusion_safe unclip unidiffuser versatile_diffusion wuerstchen'.split(
    ' ',
  ),
)

/** `model_index.json` of diffusers: each part by its library, which is imported by that name, and its class. */
function judgePart(scan: Scan, item: ScanItem, part: JsonValue): void {
  if (!Array.isArray(part) || part.length < 2) return
  const [library, name] = part
  if (typeof library !== 'string' || typeof name !== 'string' || partLibraries.has(library.split('.')[0] ?? '')) return
  nameOfClass(scan, item, `${library}.${name}`)
}

/** What the nodes of an exported program of PyTorch have for a target: operations, which only compute. */
const operation =
  /^(?:torch\.ops\.(?!load_library\b|import_module\b)\w+\.\w+(?:\.\w+)?|torch\.sym_\w+|math\.\w+|_operator\.(?!attrgetter|itemgetter|methodcaller|call\b)\w+)$/

function judgeMember(scan: Scan, item: ScanItem, name: string, value: JsonValue): void {
  const found = shown(value)
  // Written by transformers without an entry, too.
  const empty = value === null || (value instanceof Map && value.size === 0)
  if ((name === 'auto_map' || name === 'custom_pipelines' || name === 'custom_pipeline') && !empty)
    scan.find('config.own-code', item, null, `${name}: ${found}`)
  if (name === 'trust_remote_code' && value !== false && value !== null) scan.find('config.own-code', item, null, `${name}: ${found}`)
  if (name.startsWith('py/')) scan.find('config.python-object', item, null, `${name}: ${found}`)
  if (name === '_target_' && typeof value === 'string') nameOfClass(scan, item, value)
  // NeMo takes `cls` for `_target_`.
  if (/^(?:target|cls)$/.test(name) && typeof value === 'string' && /^[A-Za-z_]\w*(?:\.\w+)+$/.test(value) && !operation.test(value))
    nameOfClass(scan, item, value)
  // Put together by OmegaConf.
  if (/^(?:target|cls|_component_)$/.test(name) && typeof value === 'string' && value.includes('${'))
    scan.find('config.names-class', item, null, `${name}: ${value}`)
  if ((name === '_component_' || name === 'class_path') && typeof value === 'string' && value.includes('.')) nameOfClass(scan, item, value)
  // `auto_mapping` of PEFT: the class of the base model is taken from there.
  if (name === 'parent_library' && typeof value === 'string' && !/^(?:transformers|diffusers|sentence_transformers)(?:\.|$)/.test(value))
    nameOfClass(scan, item, value)
  // PEFT imports it where there is a configuration of Megatron.
  if (name === 'megatron_core' && typeof value === 'string' && value !== 'megatron.core') nameOfClass(scan, item, value)
  // Of MLX: a file that is run.
  if (name === 'model_file' && typeof value === 'string' && /\.py$/i.test(value))
    scan.find('config.own-code', item, null, `${name}: ${value}`)
  // Of onnxruntime-genai: a library that it loads. Of ModelScope: Python beside the weights, and packages or addresses of them to install.
  if (name === 'custom_ops_library' && typeof value === 'string' && value !== '')
    scan.find('config.own-code', item, null, `${name}: ${value}`)
  if (
    (name === 'allow_remote' && Boolean(value)) ||
    (name === 'plugins' && Array.isArray(value) && value.some((it) => typeof it === 'string'))
  )
    scan.find('config.own-code', item, null, `${name}: ${found}`)
  if (name === 'steps' && Array.isArray(value)) for (const step of value) judgeStep(scan, item, step)
  // Of sentence-transformers with words: transformers has no module before the name.
  if (name === 'tokenizer_class' && typeof value === 'string' && value.includes('.')) judgeModule(scan, item, value)
  if (/^(?:activation_(?:function|fn)|sbert_ce_default_activation_function)$/.test(name)) judgeActivation(scan, item, value)
  if (name === 'types' && value instanceof Map) for (const type of value.values()) judgeModule(scan, item, type)
  // A repository and a name, perhaps with a revision and a function (CVE-2026-4372).
  if (/^_?(?:attn|experts)_implementation(?:_internal)?$/.test(name))
    for (const one of value instanceof Map ? value.values() : [value])
      if (typeof one === 'string' && one.includes('/')) scan.find('config.own-code', item, null, `${name}: ${one}`)
  if (name !== 'chat_template') return
  for (const template of templatesOf(value)) judgeTemplate(scan, item, template)
}

/** One template, or several with names. */
function templatesOf(value: JsonValue): string[] {
  if (typeof value === 'string') return [value]
  const several = Array.isArray(value) ? value : value instanceof Map ? [...value.values()] : []
  return several.flatMap((it) =>
    typeof it === 'string' ? [it] : it instanceof Map ? [it.get('template')].filter((t) => typeof t === 'string') : [],
  )
}

/** Every named value, at any depth. */
export function walk(value: JsonValue, visit: (name: string, value: JsonValue) => void): void {
  if (Array.isArray(value)) for (const it of value) walk(it, visit)
  if (!(value instanceof Map)) return
  for (const [name, it] of value) {
    visit(name, it)
    walk(it, visit)
  }
}

import type { JsonValue } from '../readers/json-text.ts'
import { nameOfClass } from './name-of-class.ts'
import { isAllowedImport } from './pickle/allowed-imports.ts'
import type { Scan, ScanItem } from './scan.ts'
import { shown } from './shown-value.ts'

/** Made by their own nodes, where a pickle has a function for them. */
const made = new Set(['numpy.random.mtrand.RandomState', 'numpy.random._generator.Generator'])
/** Nodes that look up or call what they are told to, whatever class they claim (CVE-2025-54412, CVE-2025-54413). */
const lookups = new Set(['MethodNode', 'OperatorFuncNode', 'PartialNode'])

/**
 * `schema.json` of skops: a tree of `{ __class__, __module__, __loader__, content }`, each of which names a class or function to import. Its
 * loader asks for leave by these names, and did not for all of them (skops/io/_audit.py).
 */
export function judgeSkops(scan: Scan, item: ScanItem, value: JsonValue): void {
  if (Array.isArray(value)) for (const it of value) judgeSkops(scan, item, it)
  if (!(value instanceof Map)) return
  const [name, module, loader] = ['__class__', '__module__', '__loader__'].map((key) => value.get(key))
  if (typeof name === 'string' && typeof module === 'string') {
    const path = `${module}.${name}`
    if (!isAllowedImport(module, name) && !made.has(path)) nameOfClass(scan, item, path)
  }
  if (typeof loader === 'string' && lookups.has(loader))
    scan.find('config.names-class', item, null, `${loader}: ${shown(value.get('content') ?? value.get('attrs'))}`)
  for (const it of value.values()) judgeSkops(scan, item, it)
}

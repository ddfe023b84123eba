import type { ModelFormat } from '#shared/model/model-format.ts'
import { readHdf5 } from '../readers/hdf5.ts'
import { parseJson } from '../readers/json-text.ts'
import { Unreadable } from '../readers/unreadable.ts'
import { judgeKeras } from './judge-keras.ts'
import type { Scan, ScanItem } from './scan.ts'

/** Attributes of the root group that Keras builds layers and losses from (keras/src/legacy/saving/legacy_h5_format.py). */
const configurations = new Set(['model_config', 'training_config'])
const MAX_VALUES = 500_000

/** HDF5 holds numbers. What can hurt is a Keras configuration in it, and data that lies in other files (Keras reads those: CVE-2026-1669). */
export async function scanHdf5(scan: Scan, item: ScanItem): Promise<ModelFormat> {
  const { attributes, outside, objects } = await readHdf5(item.source, scan.step, scan.signal)
  scan.fact('objects', objects)
  for (const { name, at } of outside.slice(0, 20)) scan.find('hdf5.outside', item, at, name)
  for (const { name, at, text } of attributes) {
    if (name === 'keras_version' && text !== undefined) scan.fact('Keras version', text)
    if (!configurations.has(name)) continue
    if (text === undefined) throw new Unreadable(`${name} is no text`, at)
    judgeKeras(scan, item, parseJson(text, { maxValues: MAX_VALUES }))
  }
  return 'hdf5'
}

import type { ModelFormat } from '#shared/model/model-format.ts'
import { bytesSource, sliceSource } from '../byte-source.ts'
import { HEAD_BYTES } from '../readers/detect-format.ts'
import { findInJson } from '../readers/json-stream.ts'
import { type JsonValue, parseJson } from '../readers/json-text.ts'
import { readText } from '../readers/text.ts'
import { Unreadable } from '../readers/unreadable.ts'
import { isSetting, judgeConfig, SERIALIZED, walk } from './judge-config.ts'
import { isPackageList, isProject, judgePackages, judgeProject } from './judge-packages.ts'
import { judgeTemplate } from './judge-template.ts'
import { judgeYaml } from './judge-yaml.ts'
import { joined } from './member-path.ts'
import type { Nested, Scan, ScanItem } from './scan.ts'

const MAX_TEXT_BYTES = 8 * 1_048_576
const MAX_PARSED_BYTES = 1_048_576
const MAX_JSON_VALUES = 300_000

/** Text that programs read as data, by the end of its name. Any other text may be a program. */
const dataText =
  /(?:^|[./])(?:txt|md|rst|csv|tsv|jsonl|ya?ml|toml|cfg|ini|bpe|vocab|merges|tiktoken|license|licence|readme|notice|version|gitattributes|gitignore|byteorder|serialization_id|format_version|storage_alignment|archive_format|archive_version|modelfile)$/i
/** Stores that name files by their digest hold texts under it, and a few templates: nobody runs a file of such a name. */
const digest = /^(?:sha256[-:])?[0-9a-f]{40,64}$/
const python = /^(?:import [\w.]+|from [\w.]+ import |def \w+\(|class \w+[(:]|if __name__ ==|exec\(|eval\()/m

/** Configurations, tokenizers, indices, notebooks. What is too large to be parsed is searched as text. Throws where the JSON is broken. */
export async function scanJson(scan: Scan, item: ScanItem, nested: Nested): Promise<ModelFormat> {
  const name = item.name.split('/').at(-1) ?? ''
  // TOML may begin like an array.
  if (/\.jsonl$/i.test(name) || (isProject(name) && !/^Pipfile\.lock$/i.test(name))) return scanText(scan, item)
  if (item.source.size > MAX_PARSED_BYTES) return scanLargeJson(scan, item, nested)
  const text = await readText(item.source, MAX_PARSED_BYTES, scan.signal)
  const root = parseJson(text, { maxValues: MAX_JSON_VALUES })
  judgeConfig(scan, item, root)
  if (isProject(name)) judgeProject(scan, item, text)
  await scanSerialized(scan, item, root, nested)
  if (root instanceof Map && root.has('cells') && root.has('nbformat')) return scanPython(scan, item)
  return 'json'
}

/** Texts that make sense by what stands beside them, so that the whole file would have to be read. A vocabulary has numbers there. */
const ofWhole: Readonly<Record<string, string>> = {
  class_name: 'a configuration of Keras',
  _class_name: 'a pipeline of diffusers',
  __loader__: 'a schema of skops',
}

/** Only the settings that can matter are taken into memory. */
async function scanLargeJson(scan: Scan, item: ScanItem, nested: Nested): Promise<ModelFormat> {
  const name = item.name.split('/').at(-1) ?? ''
  const head = Buffer.from(await item.source.read(0, HEAD_BYTES, scan.signal)).toString('latin1')
  if (head.trimStart().startsWith('[') && (name === 'modules.json' || digest.test(name)))
    throw new Unreadable('a list of modules of sentence-transformers is too large to be read')
  for (const { name, start, end } of await findInJson(item.source, isSetting, scan.step, scan.signal)) {
    const text = await readText(sliceSource(name, item.source, start, end - start), MAX_PARSED_BYTES, scan.signal)
    const value = parseJson(text, { maxValues: MAX_JSON_VALUES })
    const what = ofWhole[name]
    if (what !== undefined && typeof value === 'string') throw new Unreadable(`${what} is too large to be read`, start)
    const setting = new Map([[name, value]])
    judgeConfig(scan, item, setting)
    await scanSerialized(scan, item, setting, nested)
  }
  return 'json'
}

/** Values that are pickles: stable-baselines3 loads them with cloudpickle. */
async function scanSerialized(scan: Scan, item: ScanItem, root: JsonValue, nested: Nested): Promise<void> {
  const found: string[] = []
  walk(root, (name, value) => {
    if (name === SERIALIZED && typeof value === 'string') found.push(value)
  })
  for (const [index, value] of found.entries()) {
    scan.step(100)
    const source = bytesSource(item.source.path, new Uint8Array(Buffer.from(value, 'base64')))
    await nested({ source, name: '', member: joined(item.member, `${SERIALIZED} ${index + 1}`), depth: item.depth + 1 })
  }
}

/** By its name, which is how a reader chooses: a template, Python, a list of packages, YAML. */
export async function scanText(scan: Scan, item: ScanItem): Promise<ModelFormat> {
  const text = await readText(item.source, MAX_TEXT_BYTES, scan.signal)
  const name = item.name.split('/').at(-1) ?? ''
  if (/\.(?:jinja2?|j2)$/i.test(name) || (digest.test(name) && /\{[{%]/.test(text))) {
    judgeTemplate(scan, item, text)
    return 'text'
  }
  if (/\.pyw?$/i.test(name)) return scanPython(scan, item)
  // Servers take a template from a file of any name.
  if (/template/i.test(name) && /\{[{%]/.test(text)) judgeTemplate(scan, item, text)
  judgeYaml(scan, item, text)
  if (isPackageList(name)) judgePackages(scan, item, text)
  if (isProject(name)) {
    judgeProject(scan, item, text)
    return 'text'
  }
  if (dataText.test(name)) return 'text'
  if (python.test(text)) return scanPython(scan, item)
  if (digest.test(name)) return 'text'
  throw new Unreadable('a text of which nobody knows what reads it')
}

/** Code beside weights runs with `trust_remote_code`, and with some loaders without being asked. It is not judged here, only shown. */
export async function scanPython(scan: Scan, item: ScanItem): Promise<ModelFormat> {
  scan.find('code.python', item, null, item.name)
  return 'python'
}

/** A file that begins with `#!`: a model needs none, so its first line is a finding. */
export async function scanScript(scan: Scan, item: ScanItem): Promise<ModelFormat> {
  const head = Buffer.from(await item.source.read(0, 120, scan.signal)).toString('utf8')
  scan.find('code.script', item, null, head.split('\n')[0] ?? '')
  return 'script'
}

/** A file that the system would run is a finding by itself; nothing in it is read. */
export async function scanProgram(scan: Scan, item: ScanItem): Promise<ModelFormat> {
  scan.find('code.program', item, 0, item.name)
  return 'program'
}

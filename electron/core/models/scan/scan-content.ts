import type { ModelFormat } from '#shared/model/model-format.ts'
import { detectFormat, HEAD_BYTES } from '../readers/detect-format.ts'
import { readSafetensors } from '../readers/safetensors.ts'
import { Unreadable } from '../readers/unreadable.ts'
import { looksLikePickle } from './pickle/probe-pickle.ts'
import { scanPickles } from './pickle/scan-pickle.ts'
import type { Scan, ScanItem } from './scan.ts'
import { scanJson, scanPython, scanScript, scanText } from './scan-text.ts'
import { scanZip } from './scan-zip.ts'
import type { ZipKind } from './zip-kind.ts'

const MAX_DEPTH = 4

/** Formats that begin with bytes with which no pickle does anything: the first opcode is none, or fails. */
const marked: ReadonlySet<ModelFormat> = new Set(['pickle', 'zip', 'empty'])
/** Formats that are only guessed from the first bytes. */
const unmarked: ReadonlySet<ModelFormat> = new Set(['unknown', 'text', 'json', 'zlib', 'script'])

type Scanner = (scan: Scan, item: ScanItem) => Promise<ModelFormat>

const scanners: Partial<Readonly<Record<ModelFormat, Scanner>>> = {
  empty: async () => 'empty',
  safetensors: scanSafetensors,
  pickle: scanPickle,
  json: scanJson,
  text: scanText,
  python: scanPython,
  script: scanScript,
  zip: (scan, item) => scanZip(scan, item, (inner, kind) => scanMember(scan, inner, kind)),
}

/** Persistent ids mean tensors in the pickles of PyTorch's archives. Those have no magic number when they are of protocol 0, only a name. */
async function scanMember(scan: Scan, item: ScanItem, kind: ZipKind): Promise<void> {
  if (kind !== 'pytorch' || !item.name.endsWith('.pkl')) return void (await scanContent(scan, item))
  await scanPickles(scan, item, async (inner) => void (await scanContent(scan, inner)), { persistentIds: true })
}

/** Scans one content by what it is, and what is inside it. Never throws for what the bytes are: what cannot be read becomes a gap. */
export async function scanContent(scan: Scan, item: ScanItem): Promise<ModelFormat> {
  let format: ModelFormat = 'unknown'
  try {
    scan.step(100)
    if (item.depth > MAX_DEPTH) throw new Unreadable(`it lies more than ${MAX_DEPTH} levels deep`)
    const head = await item.source.read(0, HEAD_BYTES, scan.signal)
    format = detectFormat(head, item.source.size)
    if (!marked.has(format) && (await looksLikePickle(scan, item.source))) {
      const pickled = await scanPickle(scan, item)
      if (unmarked.has(format)) return pickled
    }
    const scanner = scanners[format]
    if (scanner === undefined) throw new Unreadable(format === 'unknown' ? 'its format is not known' : `nothing here reads ${format}`)
    return await scanner(scan, item)
  } catch (error) {
    scan.signal?.throwIfAborted()
    scan.gap(item, error instanceof Unreadable ? error.offset : null, reasonOf(error))
    return format
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

async function scanSafetensors(scan: Scan, { source }: ScanItem): Promise<ModelFormat> {
  const { tensors, dtypes, metadata } = await readSafetensors(source, scan.signal)
  scan.fact('tensors', tensors)
  scan.fact('types', dtypes.join(', '))
  for (const [name, value] of metadata) scan.fact(`metadata ${name}`, value)
  return 'safetensors'
}

async function scanPickle(scan: Scan, item: ScanItem): Promise<ModelFormat> {
  const { pickles, legacyTorch, joblib } = await scanPickles(scan, item, async (inner) => void (await scanContent(scan, inner)))
  scan.fact('pickles', pickles)
  return legacyTorch ? 'pytorch-legacy' : joblib ? 'joblib' : 'pickle'
}

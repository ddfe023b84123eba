import type { ModelFormat } from '#shared/model/model-format.ts'
import { type ByteSource, sliceSource } from '../byte-source.ts'
import { detectFormat, HEAD_BYTES, packedToo } from '../readers/detect-format.ts'
import { hdf5BehindOthers } from '../readers/hdf5-place.ts'
import { isOnnx } from '../readers/onnx.ts'
import { readSafetensors } from '../readers/safetensors.ts'
import { sentencePieces } from '../readers/sentencepiece.ts'
import { isTarHeader, readTarMember } from '../readers/tar.ts'
import { Unreadable } from '../readers/unreadable.ts'
import { readZipDirectory, type ZipDirectory } from '../readers/zip-directory.ts'
import { judgeYaml } from './judge-yaml.ts'
import { looksLikePickle } from './pickle/probe-pickle.ts'
import { scanPickles } from './pickle/scan-pickle.ts'
import type { Nested, Scan, ScanItem } from './scan.ts'
import { scanCompressed, scanOpaque } from './scan-compressed.ts'
import { scanGguf } from './scan-gguf.ts'
import { scanHdf5 } from './scan-hdf5.ts'
import { scanNpy } from './scan-npy.ts'
import { scanOnnx } from './scan-onnx.ts'
import { scanTar } from './scan-tar.ts'
import { scanJson, scanProgram, scanPython, scanScript, scanText } from './scan-text.ts'
import { scanZip } from './scan-zip.ts'
import { isExportedWeight, type ZipKind } from './zip-kind.ts'

const MAX_DEPTH = 4

/** Formats that a pickle cannot begin like, because its first opcode would fail, and those that are scanned as pickles anyway. */
const noPickle: ReadonlySet<ModelFormat> = new Set(['pickle', 'zip', 'empty'])
/** Formats that are only guessed from the first bytes. */
const guessed: ReadonlySet<ModelFormat> = new Set(['unknown', 'text', 'json', 'zlib', 'script'])

type Scanner = (scan: Scan, item: ScanItem) => Promise<ModelFormat>

const scanners: Readonly<Record<ModelFormat, Scanner>> = {
  safetensors: scanSafetensors,
  gguf: scanGguf,
  'pytorch-zip': scanArchive,
  'pytorch-legacy': scanPickle,
  'pytorch-tar': (scan, item) => scanTar(scan, item, nestedIn(scan)),
  pickle: scanPickle,
  joblib: scanPickle,
  npy: (scan, item) => scanNpy(scan, item, nestedIn(scan)),
  npz: scanArchive,
  'keras-zip': scanArchive,
  hdf5: scanHdf5,
  onnx: scanOnnx,
  sentencepiece: scanUnknown,
  'tensorrt-engine': scanOpaque('a TensorRT engine is machine code for a GPU, which nobody can inspect'),
  json: (scan, item) => scanJson(scan, item, nestedIn(scan)),
  python: scanPython,
  script: scanScript,
  program: scanProgram,
  text: scanText,
  zip: scanArchive,
  tar: (scan, item) => scanTar(scan, item, nestedIn(scan)),
  '7z': scanOpaque('7z archives are not unpacked; some loaders of PyTorch files do'),
  gzip: (scan, item) => scanCompressed('gzip')(scan, item, (inner) => scanContent(scan, inner)),
  zlib: (scan, item) => scanCompressed('zlib')(scan, item, (inner) => scanContent(scan, inner)),
  bzip2: scanOpaque('bzip2 is not unpacked'),
  xz: scanOpaque('xz is not unpacked'),
  zstd: scanOpaque('zstd is not unpacked'),
  lz4: scanOpaque('lz4 is not unpacked'),
  empty: async () => 'empty',
  unknown: scanUnknown,
}

/** Scans one content by what it is, and what is inside it. Never throws for what the bytes are: what cannot be read becomes a gap. */
export async function scanContent(scan: Scan, item: ScanItem): Promise<ModelFormat> {
  let format: ModelFormat = 'unknown'
  try {
    scan.step(100)
    if (item.depth > MAX_DEPTH) throw new Unreadable(`it lies more than ${MAX_DEPTH} levels deep`)
    const head = await item.source.read(0, HEAD_BYTES, scan.signal)
    format = detectFormat(head, item.source.size)
    if (!noPickle.has(format) && (await looksLikePickle(scan, item.source))) {
      const pickled = await scanPickle(scan, item)
      if (guessed.has(format)) return pickled
    }
    if (format !== 'zip' && format !== 'empty' && (await endsAsArchive(scan, item, format === 'tar' || isTarHeader(head))))
      await scanArchive(scan, item)
    // The name of its first member may be the beginning of anything: PyTorch and NeMo open it as a tar archive before all else.
    if (format !== 'tar' && isTarHeader(head)) await scanners.tar(scan, item)
    const packed = format === 'tar' ? packedToo(head) : undefined
    if (packed !== undefined) scan.gap(item, 0, `tar: the name of its first member is a stream of ${packed} to other programs`)
    await scanHdf5Behind(scan, item)
    return await scanners[format](scan, item)
  } catch (error) {
    scan.failed(item, error)
    return format
  }
}

const nestedIn =
  (scan: Scan): Nested =>
  async (inner) =>
    void (await scanContent(scan, inner))

/**
 * Does a zip archive end it? Readers look for one from the end, so Python opens any file that has one there. Where that is no more than the last member of a tar archive, as
 * NeMo's weights are, no: that is scanned as a member.
 */
async function endsAsArchive(scan: Scan, { source }: ScanItem, isTar: boolean): Promise<boolean> {
  try {
    const directory = await readZipDirectory(source, scan.signal)
    if (directory === undefined || directory.entries.length === 0) return false
    return !isTar || !(await isMemberOfTar(scan, source, directory))
  } catch (error) {
    if (error instanceof Unreadable) return false
    throw error
  }
}

async function isMemberOfTar(scan: Scan, source: ByteSource, { leadingBytes, endsAt }: ZipDirectory): Promise<boolean> {
  for (let at = 0; ; ) {
    scan.step(50)
    const member = await readTarMember(source, at, scan.signal)
    if (member === undefined || member.dataAt > leadingBytes) return false
    if (member.kind === 'file' && member.dataAt === leadingBytes) return endsAt === member.dataAt + member.sizeBytes
    at = member.nextAt
  }
}

/** HDF5 may begin behind bytes that it leaves to others. Nobody opens it so inside something else, which would have to be unpacked for each look. */
async function scanHdf5Behind(scan: Scan, item: ScanItem): Promise<void> {
  const { source } = item
  if (item.depth > 0) return
  const at = await hdf5BehindOthers(source, scan.signal)
  if (at !== undefined) await scanHdf5(scan, { ...item, source: sliceSource(source.path, source, at, source.size - at) })
}

function scanArchive(scan: Scan, item: ScanItem): Promise<ModelFormat> {
  return scanZip(scan, item, (inner, kind, sizes) => scanMember(scan, inner, kind, sizes))
}

/** Persistent ids mean tensors in the pickles of PyTorch's archives. Those have no magic number when they are of protocol 0, only a name. */
async function scanMember(scan: Scan, item: ScanItem, kind: ZipKind, sizes: ReadonlyMap<string, number>): Promise<void> {
  if (kind === 'exported' && isExportedWeight(item.name) && (await isRaw(scan, item))) return
  if (kind !== 'pytorch' || !item.name.endsWith('.pkl')) return void (await scanContent(scan, item))
  // The storages of `data.pkl` lie in `data/`, those of `constants.pkl` in `constants/`.
  const folder = item.name.slice(0, -'.pkl'.length)
  const storageBytes = (key: string) => sizes.get(`${folder}/${key}`.toLowerCase())
  await scanPickles(scan, item, nestedIn(scan), { persistentIds: true, storageBytes })
}

async function isRaw(scan: Scan, { source }: ScanItem): Promise<boolean> {
  const head = await source.read(0, HEAD_BYTES, scan.signal)
  return detectFormat(head, source.size) === 'unknown' && !(await looksLikePickle(scan, source))
}

async function scanSafetensors(scan: Scan, item: ScanItem): Promise<ModelFormat> {
  const { tensors, dtypes, metadata } = await readSafetensors(item.source, scan.step, scan.signal)
  scan.fact('tensors', tensors)
  scan.fact('types', dtypes.join(', '))
  for (const [name, value] of metadata.kept) scan.fact(`metadata ${name}`, value)
  // FlexTok and others have Hydra make what stands there.
  for (const [name, value] of metadata.makers) {
    const before = scan.findings.length
    judgeYaml(scan, item, `${name}: ${value}`)
    if (scan.findings.length === before) scan.find('config.names-class', item, null, `metadata ${name}: _target_`)
  }
  return 'safetensors'
}

async function scanPickle(scan: Scan, item: ScanItem): Promise<ModelFormat> {
  const { pickles, legacyTorch, joblib } = await scanPickles(scan, item, nestedIn(scan))
  scan.fact('pickles', pickles)
  return legacyTorch ? 'pytorch-legacy' : joblib ? 'joblib' : 'pickle'
}

/** Formats without a magic number, known by reading them from end to end. */
async function scanUnknown(scan: Scan, item: ScanItem): Promise<ModelFormat> {
  if (await isOnnx(item.source, scan.signal)) return scanOnnx(scan, item)
  const pieces = await sentencePieces(item.source, scan.step, scan.signal)
  if (pieces !== undefined) {
    scan.fact('pieces', pieces)
    return 'sentencepiece'
  }
  if (/\.(?:engine|plan|trt)$/i.test(item.name)) return scanners['tensorrt-engine'](scan, item)
  throw new Unreadable('its format is not known')
}

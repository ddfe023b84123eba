import { z } from 'zod'

/** What a file is by its content; its name is never asked. `unknown` is a format that no reader knows. */
export const modelFormats = [
  'safetensors',
  'gguf',
  'pytorch-zip',
  'pytorch-legacy',
  'pytorch-tar',
  'pickle',
  'joblib',
  'npy',
  'npz',
  'keras-zip',
  'hdf5',
  'onnx',
  'sentencepiece',
  'tensorrt-engine',
  'json',
  'python',
  'script',
  'program',
  'text',
  'zip',
  'tar',
  '7z',
  'gzip',
  'zlib',
  'bzip2',
  'xz',
  'zstd',
  'lz4',
  'empty',
  'unknown',
] as const
export const modelFormatSchema = z.enum(modelFormats)
export type ModelFormat = z.infer<typeof modelFormatSchema>

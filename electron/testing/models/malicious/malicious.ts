import type { ModelCase } from '../case.ts'
import { archives } from './archives.ts'
import { gadgets } from './gadgets.ts'
import { ggufFiles } from './gguf.ts'
import { graphs } from './graphs.ts'
import { growingTricks, tensorsBeyond } from './growing-tricks.ts'
import { importTricks } from './import-tricks.ts'
import { joblibTricks } from './joblib-tricks.ts'
import { memoryTricks } from './memory-tricks.ts'
import { mistaken } from './mistaken.ts'
import { numpyTypes } from './numpy-types.ts'
import { opcodeTricks } from './opcode-tricks.ts'
import { recorded } from './recorded.ts'
import { safetensorsFiles } from './safetensors.ts'
import { templateCalls } from './template-calls.ts'
import { texts } from './texts.ts'

/** Every file that hurts or is broken, one list per family of tricks. */
export const malicious: readonly ModelCase[] = [
  ...gadgets,
  ...importTricks,
  ...opcodeTricks,
  ...joblibTricks,
  ...numpyTypes,
  ...memoryTricks,
  ...growingTricks,
  ...tensorsBeyond,
  ...archives,
  ...safetensorsFiles,
  ...ggufFiles,
  ...graphs,
  ...texts,
  ...templateCalls,
  ...mistaken,
  ...recorded,
]

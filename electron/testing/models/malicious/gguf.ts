import { joined, u8, u32, u64 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import { type GgufTensor, gguf } from '../gguf-builder.ts'
import { breakout } from './breakout.ts'
import { dangerousFile as dangerous, unclearedFile as notCleared, suspiciousFile as suspicious } from './verdicts.ts'

const tensors: readonly GgufTensor[] = [{ name: 'a', sizes: [8], type: 0, offset: 0 }]
const llama = { 'general.architecture': 'llama' }
const templated = (template: string) => gguf({ ...llama, 'tokenizer.chat_template': template }, tensors, 32)

/** Templates that reach Python, and numbers that are no numbers of this file. */
export const ggufFiles: readonly ModelCase[] = [
  dangerous('GGUF: a template that reaches Python', templated(breakout), 'm.gguf', 'CVE-2024-34359'),
  dangerous('GGUF: a template with item access', templated("{% set x = ''['__class__']['__mro__'][1]['__subclasses__']() %}{{ x }}")),
  dangerous('GGUF: a template with the filter attr', templated("{{ ''|attr('\\x5f\\x5fclass\\x5f\\x5f') }}")),
  dangerous('GGUF: a template that puts underscores together', templated("{% set u = '_' %}{{ ''|map(attribute=u~u~'class'~u~u) }}")),
  dangerous('GGUF: a template with cycler', templated('{{ cycler.next.func_globals }}')),
  dangerous('GGUF: a template with lipsum', templated("{{ lipsum['x'].os.popen('id').read() }}"), 'm.gguf', 'CVE-2026-5760'),
  dangerous(
    'GGUF: a second template',
    gguf({ ...llama, 'tokenizer.chat_template': 'x', 'tokenizer.chat_template.tool_use': breakout }, tensors, 32),
  ),
  notCleared('GGUF: a template in a list', gguf({ ...llama, 'tokenizer.chat_template': [breakout] }, tensors, 32)),
  dangerous('GGUF: a template in a block that is not closed', templated("{{ ''.__class__")),
  suspicious('GGUF: a template that includes a file', templated("{% include '/etc/passwd' %}")),
  notCleared('GGUF: version 0', gguf(llama, tensors, 32, { version: 0 })),
  notCleared('GGUF: version 9', gguf(llama, tensors, 32, { version: 9 })),
  notCleared('GGUF: it ends in the header', gguf(llama, tensors, 32).subarray(0, 20)),
  notCleared('GGUF: 2^63 tensors', joined('GGUF', u32(3), u64(2n ** 63n), u64(0))),
  notCleared('GGUF: 2^63 pairs', joined('GGUF', u32(3), u64(0), u64(2n ** 63n))),
  notCleared('GGUF: a key of 2^63 bytes', joined('GGUF', u32(3), u64(0), u64(1), u64(2n ** 63n), 'x')),
  notCleared('GGUF: a text of 2^63 bytes', joined('GGUF', u32(3), u64(0), u64(1), u64(1), 'k', u32(8), u64(2n ** 63n))),
  notCleared(
    'GGUF: an array of 2^63 numbers',
    joined('GGUF', u32(3), u64(0), u64(1), u64(1), 'k', u32(9), u32(4), u64(2n ** 63n)),
    'm.gguf',
    'CVE-2025-53630',
  ),
  notCleared(
    'GGUF: arrays in arrays in arrays',
    joined(
      'GGUF',
      u32(3),
      u64(0),
      u64(1),
      u64(1),
      'k',
      u32(9),
      ...Array.from({ length: 50 }, () => joined(u32(9), u64(1))),
      new Uint8Array(64),
    ),
  ),
  notCleared('GGUF: a type of value that does not exist', joined('GGUF', u32(3), u64(0), u64(1), u64(1), 'k', u32(99), u64(0))),
  notCleared('GGUF: a truth value of 7', joined('GGUF', u32(3), u64(0), u64(1), u64(1), 'k', u32(7), u8(7), u64(0))),
  notCleared('GGUF: an alignment of 3', gguf({ ...llama, 'general.alignment': 3 }, tensors, 32)),
  notCleared('GGUF: a tensor beyond the file', gguf(llama, tensors, 16), 'm.gguf', 'CVE-2026-7482'),
  notCleared('GGUF: an offset of 2^63', gguf(llama, [{ name: 'a', sizes: [8], type: 0, offset: 2n ** 63n }], 32)),
  notCleared(
    'GGUF: dimensions that overflow',
    gguf(llama, [{ name: 'a', sizes: [2n ** 32n, 2n ** 32n, 2n ** 32n], type: 0, offset: 0 }], 32),
  ),
  notCleared('GGUF: nine dimensions', gguf(llama, [{ name: 'a', sizes: [1, 1, 1, 1, 1, 1, 1, 1, 8], type: 0, offset: 0 }], 32)),
  notCleared('GGUF: tensors that overlap', gguf(llama, [...tensors, { name: 'b', sizes: [8], type: 0, offset: 0 }], 32)),
  notCleared('GGUF: a type of tensor that does not exist', gguf(llama, [{ name: 'a', sizes: [8], type: 99, offset: 0 }], 32)),
  notCleared('GGUF: a tensor of which a block is cut', gguf(llama, [{ name: 'a', sizes: [31], type: 2, offset: 0 }], 32)),
  notCleared('GGUF: a tensor twice', gguf(llama, [...tensors, { name: 'a', sizes: [8], type: 0, offset: 32 }], 64)),
  notCleared('GGUF: a gap between tensors', gguf(llama, [...tensors, { name: 'b', sizes: [8], type: 0, offset: 64 }], 96)),
  notCleared('GGUF: bytes behind the last tensor', gguf(llama, tensors, 4_096)),
]

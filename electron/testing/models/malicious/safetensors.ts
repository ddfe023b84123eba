import { joined, u8, u64 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import { safetensors, tensor } from '../safetensors-builder.ts'
import { dangerousFile as dangerous, unclearedFile as notCleared, suspiciousFile as suspicious } from './verdicts.ts'

const header = (value: object) => JSON.stringify(value)
const one = { a: tensor(0, 8) }
const noted = (notes: Readonly<Record<string, string>>) => safetensors(header({ __metadata__: notes, ...one }), 8)
const made = JSON.stringify({ _target_: 'os.system', command: 'id' })

/** Headers that lie. The library accepts some of them; two readers could see two files. */
export const safetensorsFiles: readonly ModelCase[] = [
  notCleared('safetensors: a header beyond the file', joined(u64(5_000), '{"a":1}')),
  notCleared('safetensors: a header of 2^63 bytes', joined(u64(2n ** 63n), '{"a":1}')),
  notCleared('safetensors: a header above 100 MB', joined(u64(100_000_001), '{"a":1}')),
  notCleared('safetensors: nothing behind the length', joined(u64(10), '{"')),
  notCleared(
    'safetensors: a name twice',
    safetensors('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 8),
  ),
  notCleared('safetensors: white space before the header', safetensors(`  ${header(one)}`, 8)),
  notCleared('safetensors: a gap at the start', safetensors(header({ a: tensor(4, 8) }), 8)),
  notCleared('safetensors: a gap between tensors', safetensors(header({ a: tensor(0, 4), b: tensor(8, 12) }), 12)),
  notCleared('safetensors: tensors that overlap', safetensors(header({ a: tensor(0, 8), b: tensor(4, 12) }), 12)),
  notCleared('safetensors: bytes behind the last tensor', safetensors(header(one), 20)),
  notCleared('safetensors: data that is missing', safetensors(header(one), 4)),
  notCleared('safetensors: a shape that does not fit', safetensors(header({ a: tensor(0, 8, 'F32', [3]) }), 8)),
  notCleared(
    'safetensors: a shape that overflows',
    safetensors(header({ a: tensor(0, 0, 'F32', [2 ** 40, 2 ** 40, 0]) }).replace('[0,0]', '[0,-1]'), 0),
  ),
  notCleared('safetensors: a type that does not exist', safetensors(header({ a: tensor(0, 8, 'F99', [2]) }), 8)),
  notCleared('safetensors: a type named like a property of objects', safetensors(header({ a: tensor(0, 8, 'constructor', [2]) }), 8)),
  notCleared('safetensors: offsets the wrong way round', safetensors(header({ a: { dtype: 'F32', shape: [2], data_offsets: [8, 0] } }), 8)),
  notCleared('safetensors: offsets under another name', safetensors(header({ a: { dtype: 'F32', shape: [2], offsets: [0, 8] } }), 8)),
  notCleared('safetensors: a field that is not known', safetensors(header({ a: { ...tensor(0, 8), code: 'x' } }), 8)),
  notCleared('safetensors: metadata that is no text', safetensors(header({ __metadata__: { a: 1 }, ...one }), 8)),
  notCleared('safetensors: JSON nested ten thousand deep', safetensors(`{"a":${'['.repeat(10_000)}`)),
  notCleared('safetensors: a header that is no UTF-8', joined(u64(4), '{"', u8(0xff, 0xfe))),
  notCleared('safetensors: fractions', safetensors(header({ a: { dtype: 'F32', shape: [2], data_offsets: [0, 8.5] } }), 9)),
  // FlexTok has Hydra make what its metadata says.
  dangerous('safetensors: metadata that Hydra makes', noted({ config: made }), 'm.safetensors'),
  dangerous('safetensors: metadata that Hydra makes, as Python writes it', noted({ config: made.replaceAll('"', "'") }), 'm.safetensors'),
  dangerous('safetensors: metadata that Hydra makes as it is', noted({ _target_: 'os.system', command: 'id' }), 'm.safetensors'),
  suspicious('safetensors: metadata with a class of Hydra', noted({ config: made.replace('os.system', 'flextok.Model') }), 'm.safetensors'),
  suspicious(
    'safetensors: metadata that Hydra makes, behind much else',
    noted({ config: `{"a":"${'x'.repeat(200_000)}",${made.slice(1)}` }),
    'm.safetensors',
  ),
  suspicious(
    'safetensors: metadata that Hydra makes, with escapes, behind much else',
    noted({ config: `{'a':'${'x'.repeat(5_000)}',${made.slice(1).replace('_t', '\\x5f\\u0074')}` }),
    'm.safetensors',
  ),
  suspicious(
    'safetensors: metadata with an escape of its own, behind much else',
    safetensors(header({ __metadata__: { config: `${'x'.repeat(5_000)}${made}` }, ...one }).replace('_target_', '_t\\u0061rget\\u005f'), 8),
    'm.safetensors',
  ),
  // The low byte of the length is GLOBAL: the module is the rest of the line, and nothing of that name exists.
  notCleared('safetensors whose length reads as an import', joined(u64(0x63), '{\nos\n'), 'm.safetensors'),
]

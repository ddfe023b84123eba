import type { ProgramRecord } from '../record.ts'

/** Servers for models of any kind. */
export const anyModels: readonly ProgramRecord[] = [
  {
    id: 'triton',
    name: 'Triton Inference Server',
    kind: 'inference',
    program: /^tritonserver$/,
    image: /^tritonserver$/,
    // Each closes the groups that it names, of HTTP or of gRPC.
    authentication: { usual: 'none', perhaps: /^--(?:http-restricted-api|grpc-restricted-protocol)=./ },
    telling: ['/v2'],
    danger: 'It asks nobody for credentials; with model control on, whoever reaches it loads models, and Python models run code.',
    source: 'triton-inference-server/server docs/customization_guide/deploy.md',
  },
  {
    id: 'torchserve',
    name: 'TorchServe',
    kind: 'inference',
    program: /^java$/,
    anywhere: /(?:^|\/)ts\/frontend\/model-server\.jar$|^org\.pytorch\.serve\.ModelServer$/,
    image: /^torchserve(?:-nightly|-kfs)?$/,
    // Tokens are asked for since 0.11.1 only, and config.properties may switch that off.
    authentication: { usual: 'unknown', off: /^--disable-token-auth$/ },
    telling: ['/models'],
    danger:
      'Whoever reaches its management port, 8081, loads models, and a model archive is Python that runs here. It gets no fixes any more.',
    source: 'https://pytorch.org/serve/token_authorization_api.html',
  },
  {
    id: 'openvino',
    name: 'OpenVINO Model Server',
    kind: 'inference',
    program: /^ovms$/,
    repository: /(?:^|\/)openvino\/model_server$/,
    authentication: { usual: 'unknown' },
    telling: ['/v1/config'],
    danger: 'Whoever reaches it uses its models over HTTP and gRPC, on every interface unless bound otherwise.',
    source: 'https://docs.openvino.ai/2025/model-server/ovms_docs_parameters.html',
  },
  {
    id: 'tensorflow-serving',
    name: 'TensorFlow Serving',
    kind: 'inference',
    program: /^tensorflow_model_server(?:_.*)?$/,
    repository: /(?:^|\/)tensorflow\/serving$/,
    authentication: { usual: 'none' },
    danger: 'It asks nobody; by gRPC whoever reaches it also has it load other models, which may read and write files as its account.',
    source: 'tensorflow/serving tensorflow_serving/g3doc/serving_config.md',
  },
  {
    id: 'bentoml',
    name: 'BentoML',
    kind: 'inference',
    program: /^bentoml$/,
    command: /^(?:serve|serve-http|serve-grpc|start-http-server|start-grpc-server|-.*)$/,
    module: /^bentoml$/,
    authentication: { usual: 'unknown' },
    danger:
      'Unless the service itself asks, whoever reaches it runs its models; older releases unpickled what they were sent (CVE-2025-27520).',
    source: 'https://docs.bentoml.com/en/latest/reference/bentoml/cli.html',
  },
  {
    id: 'mlserver',
    name: 'MLServer',
    kind: 'inference',
    program: /^mlserver$/,
    command: /^start$/,
    image: /^mlserver$/,
    authentication: { usual: 'none' },
    telling: ['/v2'],
    danger:
      'It asks nobody and listens on every interface: whoever reaches it runs, loads and unloads models, and those of scikit-learn or its own runtimes run code.',
    source: 'SeldonIO/MLServer mlserver/settings.py, mlserver/rest/app.py',
  },
  {
    id: 'cog',
    name: 'Cog',
    kind: 'inference',
    module: /^cog\.server\.http$/,
    authentication: { usual: 'none' },
    telling: ['/openapi.json'],
    danger: 'It asks nobody: whoever reaches it runs its model, and has it fetch files and send answers to addresses of his own.',
    source: 'replicate/cog docs/http.md',
  },
]

import type { ProgramRecord } from './record.ts'

const apiKey = /^--api[-_]key(?:=|$)/

/** Servers that run models, beside the four that are modelled in depth. */
const inference: readonly ProgramRecord[] = [
  {
    id: 'sglang',
    name: 'SGLang',
    kind: 'inference',
    program: /^sglang$/,
    command: /^serve$/,
    module: /^sglang\.(?:launch_server|srt\.entrypoints\.\w+)$/,
    image: /^sglang$/,
    authentication: { usual: 'none', on: /^--(?:admin-)?api-key(?:=|$)/ },
    telling: ['/get_model_info'],
    danger:
      'Whoever reaches it runs prompts; without an admin key also loads adapters and weights. /health_generate runs inference without any key.',
    source: 'sgl-project/sglang python/sglang/srt/utils/auth.py',
  },
  {
    id: 'tgi',
    name: 'Text Generation Inference',
    kind: 'inference',
    program: /^text-generation-(?:launcher|router|server)$/,
    image: /^text-generation-inference$/,
    authentication: { usual: 'none', on: apiKey },
    telling: ['/info'],
    danger: 'Whoever reaches it runs prompts and reads which model is loaded and how much it is used.',
    source: 'huggingface/text-generation-inference docs/source/reference/launcher.md',
  },
  {
    id: 'tei',
    name: 'Text Embeddings Inference',
    kind: 'inference',
    program: /^text-embeddings-router$/,
    image: /^text-embeddings-inference$/,
    authentication: { usual: 'none', on: apiKey },
    telling: ['/info'],
    danger: 'Whoever reaches it uses the embedding model, and may fill its queue.',
    source: 'https://huggingface.co/docs/text-embeddings-inference/cli_arguments',
  },
  {
    id: 'triton',
    name: 'Triton Inference Server',
    kind: 'inference',
    program: /^tritonserver$/,
    image: /^tritonserver$/,
    authentication: { usual: 'none', on: /^--(?:http-restricted-api|grpc-restricted-protocol)(?:=|$)/ },
    telling: ['/v2'],
    danger: 'It asks nobody for credentials; with model control on, whoever reaches it loads models, and Python models run code.',
    source: 'triton-inference-server/server docs/customization_guide/deploy.md',
  },
  {
    id: 'llama-rpc',
    name: 'llama.cpp RPC server',
    kind: 'cluster',
    program: /^(?:ggml-)?rpc-server$/,
    authentication: { usual: 'none' },
    danger:
      'It has neither authentication nor encryption and has run code for whoever reached it (CVE-2026-34159); its own README says never on an open network.',
    source: 'ggml-org/llama.cpp tools/rpc/README.md',
  },
  {
    id: 'lm-studio',
    name: 'LM Studio',
    kind: 'inference',
    program: /^(?:lm[- ]?studio|llmster)(?:[-.].*)?$/i,
    authentication: { usual: 'unknown' },
    danger: 'Its API tokens are off by default: whoever reaches it runs prompts and loads models.',
    source: 'https://lmstudio.ai/docs/developer/core/server/serve-on-network',
  },
  {
    id: 'koboldcpp',
    name: 'KoboldCpp',
    kind: 'inference',
    program: /^koboldcpp(?:[-._].*)?$/,
    authentication: { usual: 'none', on: /^--password(?:=|$)/ },
    telling: ['/api/v1/model'],
    danger: 'Whoever reaches it runs prompts and reads the running ones.',
    source: 'LostRuins/koboldcpp koboldcpp.py --help',
  },
  {
    id: 'xinference',
    name: 'Xinference',
    kind: 'inference',
    program: /^xinference(?:-(?:local|supervisor|worker))?$/,
    image: /^xinference$/,
    authentication: { usual: 'none', on: /^--auth-config(?:=|$)/ },
    telling: ['/v1/models'],
    danger: 'Whoever reaches it starts and stops models, and downloads them.',
    source: 'xorbitsai/inference doc/source/user_guide/auth_system.rst',
  },
  {
    id: 'gpustack',
    name: 'GPUStack',
    kind: 'cluster',
    program: /^gpustack$/,
    command: /^start$/,
    image: /^gpustack$/,
    authentication: { usual: 'default' },
    danger:
      'Its admin starts models on every worker; requests from this machine itself are let in without a login unless --force-auth-localhost is set.',
    source: 'https://docs.gpustack.ai/cli-reference/start',
  },
]

/** What people and programs use models through. */
const interfaces: readonly ProgramRecord[] = [
  {
    id: 'open-webui',
    name: 'Open WebUI',
    kind: 'interface',
    program: /^open-webui$/,
    module: /^open_webui(?:\.main)?$/,
    application: /^open_webui\.main:app$/,
    image: /^open-webui$/,
    authentication: { usual: 'default', off: /^WEBUI_AUTH=(?:false|0)$/i },
    telling: ['/api/models'],
    danger:
      'Its administrators manage the models behind it and add functions, which are Python run on this host; sign-up is open by default.',
    source: 'https://docs.openwebui.com/getting-started/env-configuration',
  },
  {
    id: 'litellm',
    name: 'LiteLLM proxy',
    kind: 'interface',
    program: /^litellm$/,
    module: /^litellm(?:\.proxy\.proxy_cli)?$/,
    image: /^litellm(?:-database|-non_root)?$/,
    authentication: { usual: 'unknown', on: /^LITELLM_MASTER_KEY=.+/ },
    telling: ['/v1/models'],
    danger: 'Without a master key everybody uses the models and keys behind it; with it, its holder makes keys for others.',
    source: 'BerriAI/litellm docs/my-website/docs/proxy/prod.md',
  },
  {
    id: 'vllm-production-router',
    name: 'Router of the vLLM production stack',
    kind: 'interface',
    program: /^vllm-router$/,
    anywhere: /^--(?:static-backends|static-models|routing-logic|k8s-[a-z-]+)(?:=|$)/,
    module: /^vllm_router\.app$/,
    image: /^lmstack-router$/,
    // VLLM_API_KEY is asked of clients by its newest versions only; before, it was for the engines.
    authentication: { usual: 'unknown' },
    telling: ['/v1/models'],
    danger: 'Whoever reaches it runs prompts on every engine behind it. It listens on every interface unless told otherwise.',
    source: 'vllm-project/production-stack src/vllm_router/parsers/parser.py',
  },
  {
    id: 'vllm-router',
    name: 'vLLM Router',
    kind: 'interface',
    program: /^vllm-router$/,
    module: /^vllm_router\.launch_router$/,
    image: /^vllm-router$/,
    authentication: { usual: 'unknown', on: /^--api-key-validation-urls(?:=|$)|^API_KEY_VALIDATION_URLS=.+/ },
    telling: ['/v1/models'],
    danger:
      'Whoever reaches it runs prompts on every worker behind it, and adds a worker of his own that is then sent prompts of others. Its --api-key is for the workers and asks no client.',
    source: 'vllm-project/router docs/cli_reference.md',
  },
  {
    id: 'comfyui',
    name: 'ComfyUI',
    kind: 'interface',
    path: /(?:^|\/)comfyui\/main\.py$/i,
    image: /^comfyui(?:-.*)?$/,
    authentication: { usual: 'none' },
    telling: ['/system_stats'],
    danger: 'It has no authentication, and whoever reaches it runs workflows; custom nodes are Python on this host.',
    source: 'comfyanonymous/ComfyUI comfy/cli_args.py',
  },
  {
    id: 'text-generation-webui',
    name: 'text-generation-webui',
    kind: 'interface',
    path: /(?:^|\/)(?:text-generation-webui|oobabooga[^/]*)\/server\.py$/,
    image: /^text-generation-webui$/,
    authentication: { usual: 'none', on: /^--(?:gradio-auth(?:-path)?|api-key|admin-key)(?:=|$)/ },
    danger: 'Whoever reaches it loads models and extensions, which are Python on this host; --share opens it to the internet.',
    source: 'oobabooga/text-generation-webui README.md',
  },
  {
    id: 'langflow',
    name: 'Langflow',
    kind: 'interface',
    program: /^langflow$/,
    image: /^langflow$/,
    authentication: { usual: 'unknown' },
    danger: 'Flows hold code that runs on this host (CVE-2025-3248 ran it for strangers).',
    source: 'https://docs.langflow.org/configuration-authentication',
  },
  {
    id: 'mlflow',
    name: 'MLflow',
    kind: 'interface',
    program: /^mlflow$/,
    command: /^(?:server|ui|models)$/,
    application: /^mlflow\.server(?:\.fastapi_app)?:app$/,
    image: /^mlflow$/,
    authentication: { usual: 'none', on: /^(?:--app-name=)?basic-auth$/ },
    telling: ['/version'],
    danger: 'Whoever reaches it reads, replaces and deletes models and experiments.',
    source: 'https://mlflow.org/docs/latest/auth/',
  },
]

/** What runs code for whoever may use it. */
const codeRunners: readonly ProgramRecord[] = [
  {
    id: 'jupyter',
    name: 'Jupyter',
    kind: 'notebook',
    program: /^(?:jupyter(?:-(?:lab|notebook|server|labhub|singleuser))?|jupyterhub(?:-singleuser)?)$/,
    module: /^(?:jupyter(?:lab|_server|hub)?|notebook|ipykernel_gateway)$/,
    image: /^(?:(?:base|minimal|scipy|datascience|pytorch|tensorflow|pyspark)-notebook|jupyterlab|jupyter)$/,
    authentication: { usual: 'default', off: /^--(?:\w+App|IdentityProvider|PasswordIdentityProvider)\.(?:token|password)=(?:''|"")?$/ },
    telling: ['/api/contents'],
    danger: 'A notebook is a shell: whoever gets in runs anything as its account, and reads models and data.',
    source: 'https://jupyter-server.readthedocs.io/en/latest/operators/security.html',
  },
  {
    id: 'ray',
    name: 'Ray',
    kind: 'cluster',
    program: /^(?:gcs_server|raylet|ray|dashboard\.py)$/,
    path: /(?:^|\/)ray\/(?:core\/src\/ray\/(?:gcs\/gcs_server|raylet\/raylet)|dashboard\/(?:dashboard|agent)\.py)$/,
    command: /^(?:start|--.*)$/,
    image: /^ray(?:-ml|-llm)?$/,
    authentication: { usual: 'none', on: /^RAY_AUTH_MODE=token$/ },
    telling: ['/api/version'],
    danger:
      'Its jobs are code by design: whoever reaches the dashboard or the cluster port runs programs on every node. Ray leaves isolation to the network.',
    source: 'ray-project/ray doc/source/ray-security/index.md',
  },
  {
    id: 'docker-tcp',
    name: 'Docker API',
    kind: 'container-api',
    program: /^dockerd$/,
    anywhere: /^(?:-H|--host)?=?tcp:\/\//,
    // "hosts" in daemon.json does the same. 2377 and 7946 are Swarm's own.
    listening: { name: /^dockerd$/, butPorts: [2377, 7946] },
    authentication: { usual: 'none', on: /^--tlsverify(?:=true)?$/ },
    telling: ['/version'],
    danger: 'Whoever reaches the Docker API starts a container that mounts this host: it is root without a password.',
    source: 'https://docs.docker.com/engine/daemon/remote-access/',
  },
  {
    id: 'kubelet',
    name: 'kubelet',
    kind: 'container-api',
    program: /^(?:kubelet|k3s|k3s-server|k3s-agent|rke2)$/,
    authentication: { usual: 'default', off: /^(?:--kubelet-arg=)?(?:--)?(?:anonymous-auth=true|read-only-port=(?!0$)\d+)$/ },
    danger: 'Through the kubelet one runs commands in every pod of this node, GPUs included.',
    source: 'https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/',
  },
]

const exporter = (id: string, name: string, program: RegExp, on: RegExp | undefined, source: string): ProgramRecord => ({
  id,
  name,
  kind: 'exporter',
  program,
  image: program,
  authentication: { usual: 'none', ...(on && { on }) },
  danger: 'It tells versions, accounts, mounts and load of this host to whoever asks: what to attack, and when nobody looks.',
  source,
})

const webConfig = /^--web[-.]config(?:[-.]file)?(?:=|$)/

/** What tells numbers to whoever asks. */
const exporters: readonly ProgramRecord[] = [
  exporter('dcgm-exporter', 'DCGM exporter', /^dcgm-exporter$/, webConfig, 'NVIDIA/dcgm-exporter README.md'),
  exporter('node-exporter', 'node exporter', /^(?:prometheus-)?node[-_]exporter$/, webConfig, 'prometheus/node_exporter README.md'),
  exporter(
    'nvidia-gpu-exporter',
    'NVIDIA GPU exporter',
    /^nvidia[-_](?:gpu|smi)[-_]exporter$/,
    webConfig,
    'utkuozdemir/nvidia_gpu_exporter README.md',
  ),
  exporter('cadvisor', 'cAdvisor', /^cadvisor$/, /^--?http_(?:auth|digest)_file(?:=|$)/, 'google/cadvisor docs/web.md'),
  exporter(
    'amd-exporter',
    'AMD GPU exporter',
    /^(?:amd-metrics-exporter|device-metrics-exporter|rocm_smi_exporter)$/,
    undefined,
    'ROCm/device-metrics-exporter README.md',
  ),
  exporter('netdata', 'Netdata', /^netdata$/, undefined, 'https://learn.netdata.cloud/docs/netdata-agent/securing-netdata-agents/'),
  exporter('prometheus', 'Prometheus', /^prometheus$/, webConfig, 'https://prometheus.io/docs/operating/security/'),
]

const tunnel = (
  id: string,
  name: string,
  how: Pick<ProgramRecord, 'program' | 'command' | 'anywhere' | 'image'>,
  source: string,
): ProgramRecord => ({
  id,
  name,
  kind: 'tunnel',
  ...how,
  authentication: { usual: 'unknown' },
  danger:
    'It lets clients from elsewhere in over a connection that this host made: the inbound rules of the firewall and the jump host never see them.',
  source,
})

/** What brings outsiders in by a connection that goes out. */
const tunnels: readonly ProgramRecord[] = [
  tunnel(
    'cloudflared',
    'cloudflared',
    { program: /^cloudflared$/, anywhere: /^tunnel$/, image: /^cloudflared$/ },
    'https://developers.cloudflare.com/cloudflare-one/networks/connectors/cloudflare-tunnel/',
  ),
  tunnel(
    'ngrok',
    'ngrok',
    { program: /^ngrok$/, command: /^(?:http|tcp|tls|start|tunnel|service)$/, image: /^ngrok$/ },
    'https://ngrok.com/docs/agent/',
  ),
  tunnel(
    'tailscale-serve',
    'Tailscale serve or funnel',
    { program: /^tailscale$/, command: /^(?:funnel|serve)$/ },
    'https://tailscale.com/kb/1223/funnel',
  ),
  tunnel('frp', 'frp', { program: /^frpc$/, image: /^frpc$/ }, 'fatedier/frp README.md'),
  tunnel(
    'ssh-remote-forward',
    'ssh -R',
    { program: /^(?:auto)?ssh$/, anywhere: /^-[46AaCfGgKkMNnqsTtVvXxYy]*R|^(?:-o)?RemoteForward/ },
    'ssh(1)',
  ),
  tunnel('rathole', 'rathole', { program: /^rathole$/, anywhere: /^--client$|^-c$|\.toml$/ }, 'rapiz1/rathole README.md'),
  tunnel('bore', 'bore', { program: /^bore$/, command: /^local$/ }, 'ekzhang/bore README.md'),
  tunnel('chisel', 'chisel', { program: /^chisel$/, command: /^client$/ }, 'jpillora/chisel README.md'),
  tunnel('zrok', 'zrok', { program: /^zrok2?$/, command: /^share$/ }, 'https://docs.zrok.io/'),
]

/** Every program that is recognised. The first record that fits counts. */
export const knownPrograms: readonly ProgramRecord[] = [...inference, ...interfaces, ...codeRunners, ...exporters, ...tunnels]

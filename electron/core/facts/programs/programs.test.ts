import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Listener } from '#shared/model/listener.ts'
import { collectContainers } from '../containers/collect.ts'
import { known, unknown } from '../fact.ts'
import type { FactSources } from '../fact-definition.ts'
import { parseAddresses } from '../network/parse.ts'
import { unitVariablePattern } from '../processes/candidates.ts'
import type { Process } from '../processes/processes.ts'
import { frontNamed, frontOfImage } from './front-programs.ts'
import { knownPrograms } from './known-programs.ts'
import { programsFact } from './programs.fact.ts'
import { programOfImage, programOfScript, recogniseProgram } from './recognise-program.ts'

/** Command lines as the programs' own documentation starts them (see `source` of each record). */
describe('a command line', () => {
  test.each<[line: string, expected: string | undefined]>([
    ['python3 -m sglang.launch_server --model-path m --host 0.0.0.0', 'sglang'],
    ['/opt/venv/bin/python /opt/venv/bin/sglang serve m', 'sglang'],
    ['text-generation-launcher --model-id m --port 80', 'tgi'],
    ['text-embeddings-router --model-id m', 'tei'],
    ['tritonserver --model-repository=/models --model-control-mode=explicit', 'triton'],
    ['./rpc-server -H 0.0.0.0 -p 50052', 'llama-rpc'],
    ['/backends/llama-cpp/llama-cpp-rpc-server --host 0.0.0.0 --port 50052', 'llama-rpc'],
    ['text-generation-router-v3 --port 80', 'tgi'],
    ['/usr/local/bin/sglang-gateway --host 0.0.0.0 --worker-urls http://w1:8000', 'sglang-router'],
    ['sgl-model-gateway launch --worker-urls http://w1:8000', 'sglang-router'],
    ['/opt/gpustack/third_party/bin/llama-box/llama-box --host 0.0.0.0 --port 40000 -m /m.gguf', 'llama-box'],
    ['local-ai federated --address 0.0.0.0:8080', 'localai-federated'],
    ['local-ai run', undefined],
    ['/usr/bin/python3 /usr/local/bin/open-webui serve', 'open-webui'],
    ['/usr/bin/python3 /usr/bin/uvicorn open_webui.main:app --host 0.0.0.0', 'open-webui'],
    ['python3 -m uvicorn open_webui.main:app --host 0.0.0.0 --port 8080', 'open-webui'],
    ['python3 -m uvicorn shop.main:app --host 0.0.0.0', undefined],
    ['gunicorn litellm.proxy.proxy_server:app -k uvicorn.workers.UvicornWorker', 'litellm'],
    ['python -m mlflow server --host 0.0.0.0', 'mlflow'],
    ['python -m sglang_router.launch_router --worker-urls http://w1:8000', 'sglang-router'],
    ['/usr/local/bin/llama-swap-linux-amd64 -config /etc/llama-swap.yaml -listen :8080', 'llama-swap'],
    ['podman system service --time=0 tcp:0.0.0.0:8080', 'podman-tcp'],
    ['podman system service --time=0 unix:///run/podman/podman.sock', undefined],
    ['podman run --rm app tcp:10.0.0.1:80', undefined],
    ['ngrok --config /etc/ngrok.yml http 80', 'ngrok'],
    ['tailscale --socket=/run/t.sock funnel 443', 'tailscale-serve'],
    ['litellm --config /etc/litellm.yaml', 'litellm'],
    ['/snap/microk8s/6089/kubelite --kubelet-args-file=/var/snap/microk8s/6089/args/kubelet', 'microk8s-kubelet'],
    ['python /opt/ComfyUI/main.py --listen', 'comfyui'],
    // Started in its own folder, by the Python of the environment that lies there.
    ['/opt/ComfyUI/venv/bin/python main.py --listen', 'comfyui'],
    ['/opt/ComfyUI/.venv/bin/python3.12 -s ./main.py --listen', 'comfyui'],
    ['/opt/tabbyAPI/venv/bin/python start.py', 'tabbyapi'],
    ['/home/u/text-generation-webui/installer_files/env/bin/python server.py --listen --api', 'text-generation-webui'],
    ['/opt/stable-diffusion-webui/venv/bin/python -u launch.py --listen --api', 'stable-diffusion-webui'],
    ['/usr/bin/python3 /srv/sd-webui-forge/webui.py --listen', 'stable-diffusion-webui'],
    ['/opt/shop/venv/bin/python main.py --listen', undefined],
    ['/opt/envs/ComfyUI/bin/python main.py', undefined],
    ['/opt/venv/bin/python launch.py', undefined],
    ['/opt/invokeai/.venv/bin/python /opt/invokeai/.venv/bin/invokeai-web --root /opt/invokeai', 'invokeai'],
    ['python3 -m wyoming_faster_whisper --uri tcp://0.0.0.0:10300 --model base', 'wyoming'],
    ['/opt/venv/bin/python /opt/venv/bin/whisper-asr-webservice --host 0.0.0.0', 'whisper-asr'],
    ['python3 -m mlx_vlm.server --port 8080', 'mlx-lm'],
    ['tensorflow_model_server --rest_api_port=8501 --model_name=m', 'tensorflow-serving'],
    ['/opt/venv/bin/python /opt/venv/bin/bentoml serve service:S --host 0.0.0.0', 'bentoml'],
    ['llama stack run starter --port 8321', 'llama-stack'],
    ['python3 -m uvicorn llama_stack.core.server.server:create_app --factory', 'llama-stack'],
    ['python3 -m lightllm.server.api_server --host 0.0.0.0', 'lightllm'],
    ['lemonade-server serve --host 0.0.0.0', 'lemonade'],
    ['vllm-router --worker-urls http://w1:8000 http://w2:8000 --host 0.0.0.0 --port 30000', 'vllm-router'],
    ['/opt/venv/bin/python3 -m vllm_router.launch_router --worker-urls http://w1:8000', 'vllm-router'],
    [
      '/usr/bin/python3 /usr/local/bin/vllm-router --port 8001 --service-discovery static --static-backends http://a:8000 --static-models m --routing-logic roundrobin',
      'vllm-production-router',
    ],
    ['python3 -m vllm_router.app --port 8001 --service-discovery k8s --routing-logic session', 'vllm-production-router'],
    ['python /srv/text-generation-webui/server.py --listen --api', 'text-generation-webui'],
    ['/opt/conda/bin/python3.11 /opt/conda/bin/jupyter-lab --ip=0.0.0.0', 'jupyter'],
    ['python -m jupyterlab', 'jupyter'],
    ['/opt/ray/core/src/ray/gcs/gcs_server --log_dir=/tmp', 'ray'],
    ['/usr/bin/python3 /usr/lib/python3/ray/dashboard/dashboard.py --host=0.0.0.0', 'ray'],
    ['/usr/bin/dockerd -H fd:// -H tcp://0.0.0.0:2375', 'docker-tcp'],
    ['/usr/bin/dockerd --host=tcp://127.0.0.1:2375', 'docker-tcp'],
    ['/usr/bin/dockerd -H fd://', undefined],
    ['mlflow server --host 0.0.0.0', 'mlflow'],
    ['gunicorn -b 0.0.0.0:5000 mlflow.server:app', 'mlflow'],
    ['gunicorn -b 0.0.0.0:5000 shop.wsgi', undefined],
    ['gpustack start', 'gpustack'],
    ['/opt/conda/bin/python /opt/conda/bin/jupyter-kernelgateway --KernelGatewayApp.ip=0.0.0.0', 'jupyter-gateway'],
    ['jupyter kernelgateway --KernelGatewayApp.ip=0.0.0.0', 'jupyter-gateway'],
    ['jupyter enterprisegateway --ip=0.0.0.0', 'jupyter-gateway'],
    ['jupyter lab --ip=0.0.0.0', 'jupyter'],
    ['/usr/bin/python3 /usr/local/bin/marimo edit --host 0.0.0.0 --no-token', 'marimo'],
    ['python -m marimo edit', 'marimo'],
    ['marimo export html n.py', undefined],
    ['./node_modules/.bin/opencode serve --hostname 0.0.0.0 --port 4196', 'opencode'],
    ['opencode web', 'opencode'],
    ['opencode run fix', undefined],
    ['uvicorn openhands.server.listen:app --host 0.0.0.0 --port 3000', 'openhands'],
    ['/opt/venv/bin/python /opt/venv/bin/dask scheduler --host 0.0.0.0', 'dask'],
    ['dask-worker tcp://10.0.0.1:8786', 'dask'],
    ['dask config list', undefined],
    ['mlflow gateway start --config-path c.yaml --host 0.0.0.0', 'mlflow-gateway'],
    ['gunicorn -b 0.0.0.0:5000 mlflow.gateway.app:create_app_from_env()', 'mlflow-gateway'],
    ['node /usr/local/bin/flowise start', 'flowise'],
    ['/opt/venv/bin/python /opt/venv/bin/mcpo --port 8000 -- uvx mcp-server-time', 'mcpo'],
    ['/opt/venv/bin/python /opt/venv/bin/llamafactory-cli webui', 'llama-factory'],
    ['llamafactory-cli train c.yaml', undefined],
    ['/usr/bin/python3 /usr/local/bin/tensorboard --logdir /runs --bind_all', 'tensorboard'],
    ['/usr/bin/dcgm-exporter -f /etc/dcgm.csv', 'dcgm-exporter'],
    ['/usr/bin/prometheus-node-exporter', 'node-exporter'],
    ['/usr/bin/device-metrics-exporter -amd-metrics-config /etc/metrics/config.json', 'amd-exporter'],
    ['/usr/sbin/netdata -P /run/netdata/netdata.pid -D', 'netdata'],
    ['/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml', 'kubelet'],
    ['/usr/local/bin/cloudflared --no-autoupdate tunnel run --token ****', 'cloudflared'],
    ['cloudflared version', undefined],
    ['ngrok http 11434', 'ngrok'],
    ['ngrok config check', undefined],
    ['tailscale funnel 11434', 'tailscale-serve'],
    ['tailscale status', undefined],
    ['frpc -c /etc/frp/frpc.toml', 'frp'],
    ['ssh -N -R 8000:localhost:8000 me@example.net', 'ssh-remote-forward'],
    ['autossh -M 0 -fNR 8000:localhost:8000 me@example.net', 'ssh-remote-forward'],
    ['ssh -o RemoteForward=8000:localhost:8000 me@example.net', 'ssh-remote-forward'],
    ['ssh -L 8000:localhost:8000 me@example.net', undefined],
    ['ssh -i /home/me/.ssh/KEY-R me@example.net', undefined],
    ['sh -c "exec ngrok tcp 22"', 'ngrok'],
    ['/usr/bin/python3 /usr/local/bin/trtllm-serve serve m --host 0.0.0.0', 'tensorrt-llm'],
    ['python3 -m vllm_nvext.entrypoints.openai.api_server', 'nim'],
    ['lmdeploy serve api_server m --server-port 23333', 'lmdeploy'],
    ['lmdeploy chat m', undefined],
    ['python -m aphrodite.endpoints.openai.api_server --model m', 'aphrodite'],
    ['python3 /opt/tabbyAPI/main.py', 'tabbyapi'],
    ['/app/model-runner', 'docker-model-runner'],
    ['./bin/mindieservice_daemon', 'mindie'],
    ['/opt/exo/.venv/bin/python3 /opt/exo/.venv/bin/exo --chatgpt-api-port 52415', 'exo'],
    ['python3 -m exo.main --node-port 5678', 'exo'],
    ['exo compute instance list', undefined],
    ['mistralrs serve -m m', 'mistral-rs'],
    ['mistralrs run -m m', undefined],
    ['./mistralrs-server --port 1234 plain -m m', 'mistral-rs'],
    ['/usr/bin/python3 /usr/local/bin/transformers serve --host 0.0.0.0', 'transformers-serve'],
    ['transformers chat m', undefined],
    ['mlc_llm serve m --host 0.0.0.0', 'mlc-llm'],
    ['python -m mlc_llm serve m', 'mlc-llm'],
    ['/ovms/bin/ovms --config_path /m/config.json --rest_port 8000', 'openvino'],
    ['ktransformers --model_path m --port 10002', 'ktransformers'],
    ['python3 -m dynamo.frontend --http-port 8000', 'dynamo'],
    ['python -m lmdeploy.serve.openai.api_server m', 'lmdeploy'],
    ['tabby serve --model m --device cuda', 'tabby'],
    ['python3 -m fastchat.serve.controller --host 0.0.0.0', 'fastchat'],
    ['python3 -m fastchat.serve.cli', undefined],
    ['java -Xmx4g -jar /usr/lib/python3/dist-packages/ts/frontend/model-server.jar --python python3', 'torchserve'],
    ['java -cp /opt/ts/frontend/* org.pytorch.serve.ModelServer', 'torchserve'],
    ['java -jar shop.jar --start', undefined],
    ['python -m huggingfaceserver --model_id=m', 'kserve-huggingface'],
    ['python -m mlx_lm server --host 0.0.0.0', 'mlx-lm'],
    ['mlx_lm.server --model m', 'mlx-lm'],
    ['mlx_lm generate --model m', undefined],
    ['infinity_emb v2 --model-id m', 'infinity'],
    ['uvicorn --factory --host 0.0.0.0 speaches.main:create_app', 'speaches'],
    ['whisper-server --host 0.0.0.0', 'whisper-server'],
    ['/usr/lib/code-server/lib/node /usr/lib/code-server --bind-addr 0.0.0.0:8080 --auth none', 'code-server'],
    ['code serve-web --host 0.0.0.0', 'vscode-web'],
    ['code --wait notes.md', undefined],
    ['code tunnel --accept-server-license-terms', 'vscode-tunnel'],
    ['ttyd -W -p 7681 bash', 'web-terminal'],
    ['node --max-old-space-size=4096 /usr/local/bin/n8n start', 'n8n'],
    ['node -e n8n', undefined],
    ['node -r dotenv/config /srv/shop/n8n.js', undefined],
    ['/usr/bin/redis-server *:6379', 'redis'],
    ['minio server /data --console-address :9001', 'minio'],
    ['milvus run standalone', 'milvus'],
    ['/bin/weaviate --host 0.0.0.0 --port 8080', 'weaviate'],
    ['chroma run --path /db --host 0.0.0.0', 'chroma'],
    ['./qdrant --config-path /etc/qdrant.yaml', 'qdrant'],
    ['grafana server --config=/etc/grafana/grafana.ini', 'grafana'],
    ['/home/u/.cache/huggingface/gradio/frpc/frpc_linux_amd64_v0.3 http -n x -l 7860', 'frp'],
    ['./cloudflared-linux-amd64 tunnel --url http://localhost:11434', 'cloudflared'],
    ['ssh -N -o remoteforward=8000:localhost:8000 gw', 'ssh-remote-forward'],
    ['ssh -N -o "RemoteForward 8000 localhost:8000" gw', 'ssh-remote-forward'],
    ['ssh gw -N -R8000:localhost:8000', 'ssh-remote-forward'],
    ['ssh -w 0:0 gw', 'ssh-remote-forward'],
    ['ssh gw ls -R /srv', undefined],
    ['ssh -p 22 gw grep -R key /srv', undefined],
    ['vim /etc/ngrok.yml', undefined],
    ['grep -r jupyter /home', undefined],
    ['less ray', undefined],
  ])('%s', (line, expected) => {
    const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '')
    expect(recogniseProgram(argv)?.id).toBe(expected)
  })

  test('anything: nothing throws', () => {
    fc.assert(fc.property(fc.array(fc.string()), (argv) => void recogniseProgram(argv)))
  })
})

test.each<[string, string, string | undefined]>([
  ['python main.py --listen 0.0.0.0 --preview-method auto', '/x.service', 'comfyui'],
  ['python3 -u ./main.py --front-end-version=Comfy-Org/ComfyUI_frontend@latest', '', 'comfyui'],
  ['python3 main.py --listen', '/system.slice/comfyui.service', 'comfyui'],
  ['python3 main.py --listen', '/system.slice/system-ComfyUI.slice/ComfyUI@gpu0.service', 'comfyui'],
  ['python3 main.py --listen', '/system.slice/shop.service', undefined],
  ['python3 main.py --listen', '/system.slice/comfyui-backup.service/x.service', undefined],
  // A unit of an account is not the system's, and may be called anything.
  ['python3 main.py --listen', '/user.slice/user-7.slice/user@7.service/app.slice/comfyui.service', undefined],
  ['python3 worker.py --preview-method auto', '/system.slice/comfyui.service', undefined],
  ['python3 /srv/shop/main.py --preview-method auto', '', undefined],
  ['python server.py --listen --listen-port 7861', '', 'text-generation-webui'],
  ['python server.py --port 80', '', undefined],
  ['python3 launch.py --listen --no-half-vae', '', 'stable-diffusion-webui'],
])('a script of a common name: %s in %s', (line, cgroup, expected) => {
  expect(programOfScript({ argv: line.split(' '), cgroup })?.id).toBe(expected)
})

test.each([
  ['ghcr.io/open-webui/open-webui:main', 'open-webui'],
  ['nvcr.io/nvidia/tritonserver:24.05-py3', 'triton'],
  ['nvcr.io/nvidia/k8s/dcgm-exporter:3.3.5', 'dcgm-exporter'],
  ['lmsysorg/sglang@sha256:00', 'sglang'],
  ['quay.io/jupyter/scipy-notebook:latest', 'jupyter'],
  ['koboldai/koboldcpp:latest', 'koboldcpp'],
  ['lmsysorg/sgl-model-gateway:v0.3', 'sglang-router'],
  ['gpustack/llama-box:v0.0.170-cuda', 'llama-box'],
  ['lmstudio/llmster-preview:cpu', 'lm-studio'],
  ['ghcr.io/invoke-ai/invokeai:v6', 'invokeai'],
  ['onerahmet/openai-whisper-asr-webservice:latest-gpu', 'whisper-asr'],
  ['rhasspy/wyoming-whisper', 'wyoming'],
  ['universonic/stable-diffusion-webui:full', 'stable-diffusion-webui'],
  ['ghcr.io/lemonade-sdk/lemonade-server:latest', 'lemonade'],
  ['lmcache/lmstack-router:latest', 'vllm-production-router'],
  ['vllm/vllm-router:v0.1.16', 'vllm-router'],
  ['nvcr.io/nvidia/tensorrt-llm/release:1.0.0', 'tensorrt-llm'],
  ['nvcr.io/nim/meta/llama3-8b-instruct:1.0.3', 'nim'],
  ['registry.local:5000/nim/meta/llama3-8b-instruct', 'nim'],
  ['michaelf34/infinity:latest', 'infinity'],
  ['infiniflow/infinity:latest', undefined],
  ['michaelfeil/infinity', 'infinity'],
  ['rocm/sgl-dev:v0.5.6', 'sglang'],
  ['lscr.io/linuxserver/faster-whisper:gpu', 'wyoming'],
  ['ghcr.io/remsky/kokoro-fastapi-gpu', 'kokoro'],
  ['quay.io/jupyterhub/jupyterhub', 'jupyter'],
  ['daskdev/dask', 'dask'],
  ['flowiseai/flowise', 'flowise'],
  ['mintplexlabs/anythingllm', 'anythingllm'],
  ['langgenius/dify-api:1.9', 'dify'],
  ['yidadaa/chatgpt-next-web', 'nextchat'],
  ['lobehub/lobe-chat', 'lobe-chat'],
  ['ghcr.io/danny-avila/librechat-dev:latest', 'librechat'],
  ['infiniflow/ragflow:v0.20', 'ragflow'],
  ['registry:5000/postgres', undefined],
  ['', undefined],
  ['docker/model-runner:latest-cuda', 'docker-model-runner'],
  ['registry.corp/team/model-runner:3', undefined],
  ['openvino/model_server:latest-gpu', 'openvino'],
])('image %s', (image, expected) => {
  expect(programOfImage(image)?.id).toBe(expected)
})

test.each([
  ['docker.io/library/traefik:v3.1', 'Traefik'],
  ['registry:5000/jc21/nginx-proxy-manager:2', 'nginx'],
  ['registry.k8s.io/ingress-nginx/controller:v1.11@sha256:00', 'nginx'],
  ['apache/apisix:3.9.0-debian', 'APISIX'],
  ['ghcr.io/goauthentik/proxy:2024.8', 'authentik'],
  ['cloudflare/cloudflared', 'cloudflared'],
  ['alpine/socat', 'socat'],
  ['rancher/mirrored-library-traefik:2.11.10', 'Traefik'],
  ['harbor.corp/hub/rancher/mirrored-envoyproxy-envoy@sha256:00', 'Envoy'],
  ['haproxytech/kubernetes-ingress:3.1', 'HAProxy'],
  ['higress-registry.cn-hangzhou.cr.aliyuncs.com/higress/gateway:2.1', 'Envoy'],
  ['zoeyvid/npmplus', 'nginx'],
  ['bunkerity/bunkerweb-all-in-one:1.6', 'nginx'],
  ['chaitin/safeline-tengine:9', 'Tengine'],
  ['dunglas/frankenphp:1-php8.4', 'Caddy'],
  ['lucaslorentz/caddy-docker-proxy:ci-alpine', 'Caddy'],
  ['quay.io/gogatekeeper/gatekeeper:3', 'Gatekeeper'],
  ['openpolicyagent/gatekeeper:v3.18', undefined],
  ['oryd/oathkeeper:v0.40', 'Oathkeeper'],
  ['fosrl/newt', 'Pangolin'],
  ['maximhq/bifrost:latest', 'Bifrost'],
  ['portkeyai/gateway', 'Portkey'],
  ['calciumion/new-api', 'One API'],
  ['ghcr.io/thushan/olla:v0.0.20', 'Olla'],
  ['cr.agentgateway.dev/agentgateway:0.7', 'agentgateway'],
  ['rancher/mirrored-metrics-server:v0.7', undefined],
  ['hashicorp/consul', undefined],
  ['nginx/nginx-prometheus-exporter:1.3', undefined],
  ['unit-tests:latest', undefined],
  ['registry:5000/postgres', undefined],
])('image %s as a front', (image, expected) => {
  expect(frontOfImage(image)).toBe(expected)
})

test.each([
  ['nginx-debug', 'nginx'],
  ['frankenphp', 'Caddy'],
  ['caddy-custom', 'Caddy'],
  ['keycloak-gateke', 'Gatekeeper'],
  ['bifrost-http', 'Bifrost'],
  ['sslh-ev', 'sslh'],
  ['nginx', undefined],
  ['ollama', undefined],
  ['new-apiary', undefined],
])('process %s as a front', (name, expected) => {
  expect(frontNamed(name)).toBe(expected)
})

test('records have ids of their own, a danger in one or two sentences and a source', () => {
  expect(new Set(knownPrograms.map(({ id }) => id)).size).toBe(knownPrograms.length)
  for (const { id, danger, source } of knownPrograms) {
    expect(danger, id).toMatch(/\.$/)
    expect(source.length, id).toBeGreaterThan(5)
  }
})

test('variables whose values decide are read, of containers and of units', () => {
  const [section] = collectContainers()
  const read = section?.kind === 'script' ? (section.parameters[1] ?? '') : ''
  const decisive = knownPrograms.flatMap(({ authentication: { on, off, never, perhaps } }) =>
    [on, off, never, perhaps].flatMap((pattern) =>
      [...(pattern?.source ?? '').matchAll(/(?<![-.])\b(?:\[EK\])?([A-Z][A-Z_]+)\)?=/g)].map(([, name = '']) =>
        name.replace(/^G_AUTH/, 'KG_AUTH'),
      ),
    ),
  )
  expect(decisive).toEqual(
    expect.arrayContaining(['WEBUI_AUTH', 'API_KEY', 'LITELLM_MASTER_KEY', 'TABBY_NETWORK_DISABLE_AUTH', 'KG_AUTH_TOKEN']),
  )
  expect(decisive.filter((name) => !new RegExp(unitVariablePattern).test(`${name}=`))).toEqual([])
  // Of a container all names are told, and whether something stands there.
  const valued = decisive.filter((name) => !/_(?:KEY|TOKEN|PASSWORD)$/.test(name))
  const basic = new RegExp(`^(?:${read.replace(/\\([()|?{}])/g, '$1')})$`)
  expect(valued.filter((name) => !basic.test(name))).toEqual([])
})

const process = (pid: number, ppid: number, argv: string, change: Partial<Process> = {}): Process => ({
  pid,
  ppid,
  user: 'ml',
  uid: 1000,
  name: 'x',
  argv: argv.split(' '),
  line: pid,
  ...change,
})
const listener = (port: number, pid: number | undefined, address = '0.0.0.0'): Listener => ({
  protocol: 'tcp',
  address,
  port,
  scope: address === '0.0.0.0' ? 'wildcard' : 'loopback',
  processes: pid === undefined ? [] : [{ name: 'x', pid }],
  line: port,
})
const network = {
  addresses: parseAddresses('2: eth0    inet 10.77.2.12/24\n4: br-868e8763e1f5    inet 172.18.0.1/16'),
  routes: [],
  defaultRoute: true,
}
function find(
  processes: readonly Process[],
  listeners: readonly Listener[],
  containers: readonly object[] | 'unknown' = [],
  units: readonly object[] = [],
) {
  const listed = containers === 'unknown' ? unknown('no', []) : known({ containers })
  const facts: Record<string, unknown> = {
    processes: known(processes),
    listeners: known(listeners),
    containers: listed,
    units: known(units),
    network: known(network),
  }
  const fact = programsFact.read({ fact: (id: string) => facts[id] ?? unknown('no', []) } as unknown as FactSources)
  if (!fact.known) throw new Error(fact.reason)
  return fact.value
}

test.each([
  ['vllm-router --worker-urls http://w:8000 --api-key k', 'unknown'],
  ['vllm-router --worker-urls http://w:8000 --api-key-validation-urls https://sso.example/validate', 'on'],
  ['vllm-router --port 8001 --routing-logic session', 'unknown'],
])('the key of a router is for its workers, not for clients: %s', (argv, expected) => {
  expect(find([process(5, 1, argv)], [listener(30_000, 5)])).toMatchObject([{ authentication: expected, binds: [{ port: 30_000 }] }])
})

test.each([
  ['sglang serve m --api-key k', 'on'],
  ['sglang serve m --api-key=', 'none'],
  ['sglang serve m --api-key --port 80', 'none'],
  // The key of the admin leaves prompts to everybody.
  ['sglang serve m --admin-api-key k', 'unknown'],
  ['tritonserver --http-restricted-api=model-repository:k=v', 'unknown'],
  ['python3 /srv/text-generation-webui/server.py --listen --api --gradio-auth u:p', 'unknown'],
  // The file may bring TLS alone.
  ['node_exporter --web.config.file=/etc/web.yml', 'unknown'],
  ['node_exporter --web.config.file /etc/web.yml', 'unknown'],
  ['node_exporter', 'none'],
  ['mlflow server --app-name basic-auth', 'on'],
  ['code-server --auth none', 'none'],
  ['code-server --auth password', 'default'],
  ['redis-server *:6379 --protected-mode no', 'none'],
  ['redis-server *:6379 --protected-mode no --requirepass ****', 'on'],
  // Without a token the password asks, where one is set; without a password the token is made up (jupyter_server/auth/identity.py).
  ['jupyter-lab --ip=0.0.0.0 --ServerApp.token= --ServerApp.password=‹redacted›', 'on'],
  ['jupyter-lab --IdentityProvider.token= --PasswordIdentityProvider.hashed_password=argon2:x', 'on'],
  ['jupyter-lab --NotebookApp.token= --NotebookApp.password=', 'none'],
  ['jupyter-lab --IdentityProvider.token=', 'none'],
  ['jupyter-lab --ServerApp.password=', 'default'],
  // What speaks gRPC asks nobody, beside HTTP or instead of it (sglang/launch_server.py, rust/sglang-grpc).
  ['sglang serve --model-path m --api-key ****', 'on'],
  ['sglang serve --model-path m --api-key **** --grpc-port 40000', 'none'],
  ['python3 -m sglang.launch_server --model-path m --api-key=**** --smg-grpc-mode', 'none'],
  // /invocations runs prompts past its key (router/src/server.rs).
  ['text-generation-launcher --model-id m --api-key ****', 'unknown'],
  ['text-generation-router --port 80', 'none'],
  ['koboldcpp --config /srv/k.kcpps', 'unknown'],
  ['/opt/stable-diffusion-webui/venv/bin/python launch.py --listen --api --gradio-auth u:p', 'unknown'],
  ['/opt/stable-diffusion-webui/venv/bin/python launch.py --listen --api', 'none'],
  ['ttyd -c u:p bash', 'on'],
  ['jupyter kernelgateway --KernelGatewayApp.ip=0.0.0.0', 'none'],
  ['jupyter-kernelgateway --KernelGatewayApp.auth_token=****', 'on'],
  ['marimo edit --host 0.0.0.0', 'default'],
  ['marimo edit --host 0.0.0.0 --no-token', 'none'],
  ['opencode serve --hostname 0.0.0.0', 'none'],
  ['dask scheduler --tls-ca-file ca.pem --tls-cert c.pem', 'on'],
  ['dask scheduler', 'none'],
  ['mlflow gateway start --config-path c.yaml', 'none'],
])('does it ask: %s', (argv, expected) => {
  expect(find([process(5, 1, argv)], [listener(30_000, 5)])).toMatchObject([{ authentication: expected }])
})

test.each<[string, string, readonly string[]]>([
  ['[kworker/u9:0] -c /tmp/x.toml', '/tmp/.x/frpc', ['frp']],
  ['backup -N -R 8000:localhost:8000 gw', '/usr/bin/ssh', ['ssh-remote-forward']],
  // One program under many names, as k3s runs containerd and kubectl.
  ['containerd -c /var/lib/rancher/k3s/agent/etc/containerd/config.toml', '/var/lib/rancher/k3s/data/00/bin/k3s', []],
  ['web', '/usr/bin/python3.12', []],
])('%s runs %s', (line, executable, ids) => {
  expect(find([process(5, 1, line, { executable })], [listener(30_000, 5)]).map(({ id }) => id)).toEqual(ids)
})

test.each([
  ['open-webui serve', { WEBUI_AUTH: 'False' }, 'none'],
  ['open-webui serve', {}, 'default'],
  // Whoever comes past the proxy sends the header himself.
  ['open-webui serve', { WEBUI_AUTH: 'True', WEBUI_AUTH_TRUSTED_EMAIL_HEADER: 'X-Forwarded-Email' }, 'none'],
  ['/opt/tabbyAPI/venv/bin/python start.py', { TABBY_NETWORK_DISABLE_AUTH: 'true' }, 'none'],
  ['opencode serve', { OPENCODE_SERVER_PASSWORD: '****' }, 'on'],
  ['uvicorn speaches.main:create_app --factory', { API_KEY: '****' }, 'unknown'],
  ['litellm --config /etc/litellm.yaml', { LITELLM_MASTER_KEY: '****' }, 'on'],
  ['text-embeddings-router --model-id m', { API_KEY: '****' }, 'on'],
  ['ray start --head --block', { RAY_AUTH_MODE: 'token' }, 'on'],
])('%s with %j in its unit', (line, environment, expected) => {
  const unit = { id: 'ai.service', mainPid: 5, environment }
  const inside = process(5, 1, line, { cgroup: '/system.slice/ai.service' })
  expect(find([inside], [listener(30_000, 5)], [], [unit])).toMatchObject([{ authentication: expected }])
  // What the process itself was given counts before what its unit says now.
  expect(find([{ ...inside, environment: {} }], [listener(30_000, 5)], [], [unit])[0]?.authentication).not.toBe(
    /default|unknown/.test(expected) ? '' : expected,
  )
})

test('one program with its children and their sockets; what a flag says about authentication', () => {
  const found = find(
    [
      process(10, 1, "jupyter-lab --ip=0.0.0.0 --ServerApp.token=''", { cgroup: '/system.slice/jupyter.service' }),
      process(11, 10, 'python -m ipykernel_launcher'),
      process(20, 1, 'tritonserver --model-repository=/m'),
      process(30, 1, '/usr/bin/dockerd -H tcp://127.0.0.1:2375 --tlsverify'),
      process(31, 30, 'docker-proxy -host-port 8080'),
    ],
    [listener(8888, 10), listener(40_001, 11, '127.0.0.1'), listener(8000, 20), listener(2375, 30, '127.0.0.1'), listener(8080, 31)],
  )
  expect(found.map(({ id, unit, binds, authentication }) => [id, unit, binds.map(({ port }) => port), authentication])).toEqual([
    ['jupyter', 'jupyter.service', [8888, 40_001], 'none'],
    ['triton', undefined, [8000], 'none'],
    ['docker-tcp', undefined, [2375], 'on'],
  ])
})

test('ComfyUI in its own folder is found with its socket', () => {
  const found = find([process(40, 1, 'python3 main.py --listen 0.0.0.0 --preview-method auto')], [listener(8188, 40)])
  expect(found).toMatchObject([{ id: 'comfyui', authentication: 'none', binds: [{ port: 8188 }] }])
})

test('the Docker API by its socket, where daemon.json opens it; ports of Swarm and of containers are not it', () => {
  const daemon = process(30, 1, '/usr/bin/dockerd -H fd://', { name: 'dockerd' })
  expect(find([daemon], [listener(2375, 30)])).toMatchObject([{ id: 'docker-tcp', authentication: 'none', binds: [{ port: 2375 }] }])
  expect(find([daemon, process(31, 30, 'docker-proxy -host-port 80')], [listener(2377, 30), listener(80, 31)])).toEqual([])
})

describe('a daemon that holds the ports of its containers itself ("userland-proxy": false, seen with Docker 20.10.24)', () => {
  const daemon = process(30, 1, '/usr/sbin/dockerd -H fd://', { name: 'dockerd' })
  const port = (hostAddress: string, hostPort: number, protocol = 'tcp') => ({ hostAddress, hostPort, containerPort: 11_434, protocol })
  const range = {
    id: 'b'.repeat(64),
    name: 'range',
    image: 'ollama/ollama:0.16.3',
    running: true,
    ports: [port('0.0.0.0', 8500)],
    user: '',
  }
  const container = { ...range, hostNetwork: false, command: [], environment: {}, pid: 0, line: 4 }
  const held = { ...listener(8500, 30), processes: [{ name: 'dockerd', pid: 30 }] }
  const api = { ...listener(2375, 30), processes: [{ name: 'dockerd', pid: 30 }] }

  test('offers no API by them', () => {
    expect(find([daemon], [held], [container])).toEqual([])
    expect(find([daemon], [held, api], [container])).toMatchObject([{ id: 'docker-tcp', binds: [{ port: 2375 }] }])
  })

  test.each([
    ['a container that is stopped', { ...container, running: false }],
    ['another protocol', { ...container, ports: [port('0.0.0.0', 8500, 'udp')] }],
    ['another address', { ...container, ports: [port('127.0.0.1', 8500)] }],
    ['no container', undefined],
  ])('but does by a port that stands with %s', (_, one) =>
    expect(find([daemon], [held], one ? [one] : [])).toMatchObject([{ id: 'docker-tcp', binds: [{ port: 8500 }] }]),
  )

  // plumbProxy of libnetwork, service_linux.go; this kernel has no ip_vs, without which Docker publishes none.
  test('on a node of Swarm, which holds ports of services wherever they run, only its usual and named ones are the API', () => {
    const of = (port: number) => ({ ...listener(port, 30), processes: [{ name: 'dockerd', pid: 30 }] })
    const node = [of(2377), of(7946)]
    expect(find([daemon], node, [])).toEqual([])
    expect(find([daemon], [...node, of(443)], [])).toMatchObject([
      { binds: [], bindsUnknown: 'whether 443 is its own or a port of a service of Swarm is not known' },
    ])
    expect(find([daemon], [...node, api, of(443)], [])).toMatchObject([{ binds: [{ port: 2375 }], bindsUnknown: expect.any(String) }])
    const [alone] = find([daemon], [...node, api], [])
    expect([alone?.binds.map(({ port }) => port), alone?.bindsUnknown]).toEqual([[2375], undefined])
  })

  test('where the containers are not known, which of its ports are the API is not either, its usual and named ones aside', () => {
    expect(find([daemon], [held], 'unknown')).toMatchObject([
      { binds: [], bindsUnknown: expect.stringContaining('whether 8500 is its own') },
    ])
    expect(find([daemon], [api], 'unknown')).toMatchObject([{ binds: [{ port: 2375 }] }])
    const named = process(30, 1, '/usr/sbin/dockerd -H tcp://0.0.0.0:8500', { name: 'dockerd' })
    expect(find([named], [held], 'unknown')).toMatchObject([{ binds: [{ port: 8500 }] }])
  })
})

test('sockets without owners: it is said that they could not be seen', () => {
  expect(find([process(20, 1, 'tritonserver')], [listener(8000, undefined)])[0]).toMatchObject({
    binds: [],
    bindsUnknown: 'the owners of sockets could not be read',
  })
})

test('a container whose processes are not seen counts by its image and published ports', () => {
  const container = {
    id: 'a'.repeat(64),
    name: 'webui',
    image: 'ghcr.io/open-webui/open-webui:main',
    running: true,
    ports: [{ hostAddress: '0.0.0.0', hostPort: 3000, containerPort: 8080, protocol: 'tcp' }],
    user: '',
    hostNetwork: false,
    command: ['bash', 'start.sh'],
    environment: { WEBUI_AUTH: 'False' },
    pid: 0,
    line: 4,
  }
  const shared = { ...container, ports: [], portsUnknown: 'it shares the network of another container' }
  expect(find([], [], [shared])).toMatchObject([{ binds: [], bindsUnknown: shared.portsUnknown }])
  expect(find([process(9, 1, 'open-webui serve', { cgroup: `/docker/${container.id}` })], [], [shared])).toMatchObject([
    { binds: [], bindsUnknown: shared.portsUnknown },
  ])
  // The first process of a container tells its network, whoever serves in it.
  const first = process(8, 1, 'bash start.sh', { cgroup: `/docker/${container.id}`, gateways: ['172.18.0.1'], addresses: ['172.18.0.2'] })
  const onTheLan = { ...first, addresses: ['172.18.0.2', '10.77.2.128'] }
  const serving = process(9, 8, 'open-webui serve', { cgroup: `/docker/${container.id}` })
  const local = { ...container, ports: [{ hostAddress: '127.0.0.1', hostPort: 3000, containerPort: 8080, protocol: 'tcp' }] }
  const unseen = (...processes: readonly Process[]) => find(processes, [], [local])[0]?.bindsUnknown
  expect([unseen(first), unseen(first, serving)]).toEqual([undefined, undefined])
  for (const reason of [unseen(onTheLan), unseen(onTheLan, serving)]) expect(reason).toContain('10.77.2.128')
  expect(find([], [], [container])).toMatchObject([
    {
      id: 'open-webui',
      container: 'webui',
      binds: [{ port: 3000, scope: 'wildcard' }],
      authentication: 'none',
      decidedBy: 'WEBUI_AUTH=False',
    },
  ])
})

test.each([
  ['Podman', ['/usr/bin/conmon', '--api-version', '1', '-c', 'b'.repeat(64), '-u', 'b'.repeat(64), '-n', 'notes'], 'notes'],
  ['containerd', ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby', '-id', 'b'.repeat(64)], 'b'.repeat(12)],
])('a monitor of %s above it: it runs in a container, and what no list tells of that is not known', (_, argv, container) => {
  const monitor = { ...process(8, 1, 'x'), argv }
  const [inside] = find([monitor, process(9, 8, 'jupyter-lab --ip=0.0.0.0')], [])
  expect(inside).toMatchObject({ container, unit: undefined, binds: [], bindsUnknown: expect.stringMatching(/published ports/) })
  expect(find([process(9, 1, 'jupyter-lab --ip=0.0.0.0')], [])).toMatchObject([{ container: undefined, binds: [] }])
})

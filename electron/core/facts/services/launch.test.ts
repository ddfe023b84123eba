import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recognise, recogniseStart } from './launch.ts'

const words = (text: string): string[] => text.split(' ')

describe('servers', () => {
  test.each([
    ['/usr/local/bin/ollama serve', 'ollama', false],
    ['ollama start', 'ollama', false],
    ['/bin/bash /usr/bin/ollama serve', 'ollama', true],
    ['vllm serve /models/x --port 8000', 'vllm', false],
    ['python3 /usr/bin/vllm serve x', 'vllm', false],
    ['/opt/venv/bin/python3.12 -u /opt/venv/bin/vllm serve x', 'vllm', false],
    ['python -m vllm.entrypoints.openai.api_server --model x', 'vllm', false],
    ['python3 -X dev -Wignore -m vllm.entrypoints.api_server', 'vllm', false],
    ['python -um vllm.entrypoints.openai.api_server', 'vllm', false],
    ['python /src/vllm/entrypoints/openai/api_server.py --model x', 'vllm', false],
    ['uv run vllm serve x', 'vllm', true],
    ['uv run --with vllm --python 3.12 vllm serve x', 'vllm', true],
    ['uvx --from vllm==0.21 vllm serve x', 'vllm', true],
    ['uv tool run vllm@v0.11.0 serve x', 'vllm', true],
    ['uvx --python 3.12 vllm@0.11.0 serve x', 'vllm', true],
    ['pipx run vllm serve x', 'vllm', true],
    ['pipx run --spec vllm==0.11.0 vllm serve x', 'vllm', true],
    ['pipx run vllm==0.11.0 serve x', 'vllm', true],
    ['prlimit --nofile=65536 --memlock=unlimited vllm serve x', 'vllm', true],
    ['chpst -u ai:ai -o 65536 vllm serve x', 'vllm', true],
    ['s6-setuidgid ai ollama serve', 'ollama', true],
    ['flock -n /run/lock/gpu0 vllm serve x', 'vllm', true],
    ['systemd-inhibit --what sleep --why models ollama serve', 'ollama', true],
    ['/app/bin/com.docker.llama-server --model x --host inference-0.sock', 'llama.cpp', false],
    ['conda run -n ai --no-capture-output vllm serve x', 'vllm', true],
    ['env -u A OLLAMA_HOST=0.0.0.0 ollama serve', 'ollama', true],
    ['sudo -u ai -H vllm serve x', 'vllm', true],
    ['runuser -u ai -- vllm serve x', 'vllm', true],
    ['nice -n 10 ionice -c 2 numactl -N 0 vllm serve x', 'vllm', true],
    ['taskset 0xff vllm serve x', 'vllm', true],
    ['timeout -k 5 3600 ollama serve', 'ollama', true],
    ['tini -g -- ollama serve', 'ollama', true],
    ['llama-server -m /m/x.gguf', 'llama.cpp', false],
    ['/opt/m.llamafile', 'llama.cpp', false],
    ['/opt/m.llamafile --v2 --host 0.0.0.0', 'llama.cpp', false],
    ['/root/.ape-1.10 /opt/m.llamafile --server', 'llama.cpp', false],
    ['/opt/llama.cpp/build/bin/server -m x.gguf', 'llama.cpp', false],
    ['./server -m x.gguf', 'llama.cpp', false],
    ['python3 -m llama_cpp.server --model x', 'llama.cpp', false],
    ['/usr/bin/python3 /usr/bin/uvicorn --factory llama_cpp.server.app:create_app --host 0.0.0.0', 'llama.cpp', false],
    ['python3 -m uvicorn --factory llama_cpp.server.app:create_app --host 0.0.0.0', 'llama.cpp', false],
    ['/usr/libexec/platform-python -m vllm.entrypoints.openai.api_server', 'vllm', false],
    ['python3.14t -m vllm.entrypoints.openai.api_server', 'vllm', false],
    ['/usr/local/bin/ollama-linux-amd64 serve', 'ollama', false],
    ['/opt/ollama-v0.12.3 serve', 'ollama', false],
    // As nixpkgs (python3Packages.vllm) and Guix wrap them: the script of Python is started by its hidden name.
    ['/nix/store/a-python3-3.12/bin/python3.12 /nix/store/b-vllm-0.11.0/bin/.vllm-wrapped serve x', 'vllm', false],
    ['/gnu/store/a-python-3.11/bin/python /gnu/store/b-python-vllm/bin/.vllm-real serve x', 'vllm', false],
    ['/nix/store/c-ollama/bin/.ollama-wrapped_ serve', 'ollama', false],
    ['/lib64/ld-linux-x86-64.so.2 --library-path /opt/l/lib --argv0 l /opt/l/llama-server -m x.gguf', 'llama.cpp', false],
    ['/lib/ld-musl-x86_64.so.1 /opt/ollama serve', 'ollama', false],
    ['python3 -m vllm.entrypoints.grpc_server --model x', 'vllm', false],
    ['python3 -m vllm.entrypoints.launchers.grpc_server --model x', 'vllm', false],
    ['python3 -m vllm.frontend.entrypoints.launchers.grpc_server --model x', 'vllm', false],
    ['python3 -m vllm.frontend.entrypoints.cli.main serve x', 'vllm', false],
    ['python3 /opt/v/lib/python3.12/site-packages/vllm/entrypoints/cli/main.py serve x', 'vllm', false],
    ['vllm launch render x --port 8100', 'vllm', false],
    ['vllm-omni serve x --port 8091', 'vllm', false],
    // The front end in Rust, which starts a headless engine, or belongs to one.
    ['/opt/v/lib/python3.12/site-packages/vllm/vllm-rs serve x --host 0.0.0.0', 'vllm', false],
    ['vllm-rs frontend x --handshake-address tcp://127.0.0.1:62100 --host 0.0.0.0', 'vllm', false],
    ['opentelemetry-instrument --traces_exporter otlp vllm serve x', 'vllm', true],
    ['/opt/v/bin/python /opt/v/bin/opentelemetry-instrument vllm serve x', 'vllm', true],
    ['ddtrace-run vllm serve x', 'vllm', true],
    ['nsys profile -t cuda,nvtx --trace-fork-before-exec=true -o report vllm serve x', 'vllm', true],
    ['xvfb-run -a -s -screen-0 ollama serve', 'ollama', true],
    ['dotenv -f /etc/ai.env run -- vllm serve x', 'vllm', true],
    ['doppler run -- llama-server -m x.gguf', 'llama.cpp', true],
    ['uv run --torch-backend auto --index-url https://w/ vllm serve x', 'vllm', true],
    ['local-ai run', 'localai', false],
    ['./local-ai', 'localai', false],
    ['/usr/local/bin/local-ai --address :8080', 'localai', false],
    ['local-ai-Linux-x86_64 run phi', 'localai', false],
  ])('%s', (line, engine, wrapped) => {
    expect(recognise(words(line))).toMatchObject({ engine, role: 'server', wrapped })
  })

  test.each([
    ['cd /srv && exec OLLAMA_HOST=0.0.0.0 ollama serve >>/var/log/o.log 2>&1', 'ollama'],
    ['source venv/bin/activate; vllm serve "/models/a b" --host=0.0.0.0', 'vllm'],
    ['(ulimit -n 65536; llama-server -m x.gguf)', 'llama.cpp'],
  ])('sh -c %j', (text, engine) => {
    expect(recognise(['/bin/bash', '-lc', text])).toMatchObject({ engine, wrapped: true })
    expect(recognise(['su', '-', 'ai', '-c', text])).toMatchObject({ engine, wrapped: true })
  })
})

test.each([
  ['/bin/sh -c exec vllm serve x --host 0.0.0.0', 'vllm'],
  ['/usr/bin/env bash -lc . v/bin/activate && OLLAMA_HOST=0.0.0.0 ollama serve', 'ollama'],
  ['/bin/bash -e -c cd /srv; llama-server -m x.gguf', 'llama.cpp'],
  ['/usr/bin/ollama serve', 'ollama'],
  ['/bin/bash /opt/start.sh -c vllm serve', undefined],
  ['/bin/sh -c', undefined],
])('ExecStart= without its quotes: %s', (line, engine) => {
  expect(recogniseStart(words(line))?.engine).toBe(engine)
})

test.each([
  'vim ollama.conf',
  'grep vllm',
  'ollama-exporter serve',
  'uvicorn shop.main:app --host 0.0.0.0',
  'grep -r vllm serve',
  'tail -f /var/log/ollama.log',
  'less /opt/vllm/serve',
  'ollama run llama3',
  'ollama pull x',
  'ollama list',
  'ollama',
  'vllm bench serve',
  'vllm chat',
  'python -c import vllm',
  'python train.py --model vllm serve',
  'python -m vllm.benchmarks.serve',
  'bash /opt/start.sh vllm serve',
  'sudo systemctl restart ollama',
  'journalctl -u ollama serve',
  'docker run ollama/ollama serve',
  'docker exec ollama ollama serve',
  '[ollama] <defunct>',
  'nginx: worker process',
  '/usr/sbin/server --port 80',
  'llama-cli -m x.gguf',
  'llama-bench -m x.gguf',
  'local-ai agent-worker --register-to http://f:8080 --nats-url nats://n:4222',
  'local-ai mcp-server --url http://f:8080',
  'local-ai models list',
  'local-ai --version',
  'man llama-server',
  'kill -9 ollama serve',
  'sh -c',
  'env',
  '',
  '/opt/m.llamafile --cli -p hello',
  '/opt/m.llamafile --chat',
  'llamafile -m m.gguf -f prompt.txt',
])('no server: %s', (line) => {
  expect(recognise(words(line))).toBeUndefined()
})

test.each([
  ['/usr/local/bin/ollama runner --ollama-engine --port 41234', 'ollama'],
  ['VLLM::EngineCore', 'vllm'],
  ['VLLM::Worker_TP0', 'vllm'],
])('a worker, not a server: %s', (line, engine) => {
  expect(recognise(words(line))).toMatchObject({ engine, role: 'worker' })
})

test('property: never throws, however deep', () => {
  const word = fc.constantFrom(
    'sudo',
    'env',
    'sh',
    '-c',
    '-m',
    'python3',
    'uv',
    'run',
    'A=1',
    '--',
    'vllm',
    'serve',
    '"',
    "'",
    '\\',
    ';',
    '',
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (argv) => {
      recognise(argv)
    }),
  )
})

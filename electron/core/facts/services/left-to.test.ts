import { expect, test } from 'vitest'
import { leftTo } from './left-to.ts'

test.each<[string, string | undefined]>([
  ['/usr/local/bin/ollama serve', undefined],
  ['/opt/vllm/bin/python3 -m vllm.entrypoints.openai.api_server --model m', undefined],
  ['/usr/bin/numactl --membind 0 /opt/vllm/bin/vllm serve m', undefined],
  ['/usr/bin/env HF_HOME=/m /opt/vllm/bin/vllm serve m', undefined],
  ['/bin/sh -c exec /opt/vllm/bin/vllm serve m --host 127.0.0.1', undefined],
  ['/bin/bash -c source /opt/venv/bin/activate; exec vllm serve m', '/bin/bash'],
  ['/bin/bash -lc . /etc/vllm.env && vllm serve m', '/bin/bash'],
  ['/bin/sh -c VLLM_API_KEY=$(cat /k) exec vllm serve m', '/bin/sh'],
  ['/usr/bin/uv run vllm serve m', '/usr/bin/uv'],
  ['/usr/bin/conda run -n ai vllm serve m', '/usr/bin/conda'],
  ['/usr/bin/opentelemetry-instrument vllm serve m', undefined],
  // They bring variables from elsewhere.
  ['/usr/bin/dotenv run -- vllm serve m', '/usr/bin/dotenv'],
  ['/usr/bin/doppler run -- vllm serve m', '/usr/bin/doppler'],
  ['/usr/local/bin/start-chat.sh', '/usr/local/bin/start-chat.sh'],
  ['/usr/bin/supervisord -n -c /etc/supervisor/supervisord.conf', '/usr/bin/supervisord'],
  ['/usr/bin/runsvdir -P /etc/service', '/usr/bin/runsvdir'],
])('%s', (text, expected) => {
  expect(leftTo(text.split(' '))).toBe(expected)
})

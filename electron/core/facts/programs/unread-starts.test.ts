import { expect, test } from 'vitest'
import type { Unit } from '../units/units.ts'
import { unreadStarts } from './unread-starts.ts'

const unit = (line: string, more: object = {}): Unit =>
  ({
    ...{ id: 'models.service', activeState: 'inactive', unitFileState: 'enabled', execStart: line.split(' ') },
    ...{ properties: { Type: 'simple' }, lines: {}, ...more },
  }) as unknown as Unit
const found = (line: string, more?: object): boolean => unreadStarts([unit(line, more)], []).length === 1

test.each([
  '/opt/vllm/start.sh',
  '/bin/bash /srv/start-ollama.sh --gpu 0',
  '/opt/vllm/.venv/bin/python /opt/app/serve.py',
  '/usr/bin/docker compose -f /opt/vllm/compose.yaml up',
  '/usr/bin/podman kube play --replace --service-container=true /etc/containers/systemd/ollama.yaml',
  '/usr/bin/tmux new-session -d -s llm vllm serve m',
])('%s', (line) => {
  expect(found(line)).toBe(true)
  expect(found(line, { unitFileState: 'disabled', activeState: 'failed' })).toBe(true)
  expect(found(line, { unitFileState: 'disabled' })).toBe(false)
  expect(found(line, { activeState: 'active' })).toBe(false)
  expect(found(line, { properties: { Type: 'oneshot' } })).toBe(false)
  expect(unreadStarts([unit(line)], [{ unit: 'models.service' } as never])).toEqual([])
})

test.each([
  '/usr/local/bin/ollama serve',
  '/usr/local/bin/ollama pull llama3',
  '/bin/sh -c exec vllm serve m',
  '/usr/bin/podman run --name ollama docker.io/ollama/ollama:0.6.2',
  '/usr/bin/docker start -a vllm',
  '/usr/bin/podman pod start --pod-id-file=/run/ollama-pod.pod-id',
  '/usr/bin/ollama-exporter --port 9000',
  '/usr/sbin/nginx -c /etc/nginx/ollama.conf',
  '/usr/local/bin/llama-swap -config /etc/llama-swap.yaml',
  '/usr/bin/ssh -N -L 11434:localhost:11434 ollama-host',
  '/opt/backup.sh',
])('another is none: %s', (line) => expect(found(line)).toBe(false))

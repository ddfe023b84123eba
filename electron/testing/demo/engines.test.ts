import { expect, test } from 'vitest'
import { type DemoListener, text } from './demo-host.ts'
import { demoMachine } from './demo-machine.ts'
import { asksForKey } from './engine-keys.ts'
import { socketOf } from './engine-sockets.ts'
import { gpu01 } from './hosts/gpu-01.ts'
import { exposedLlama, exposedLocalAi } from './template-hosts.testing.ts'

/** What an engine of a simulated host does once it is started with other words, variables and files. */

const listener = (process: string): DemoListener => ({ protocol: 'tcp', address: '10.9.9.9', port: 1, process, pid: 1 })

test.each<[process: string, argv: string, variables: Record<string, string>, socket: string]>([
  ['ollama', 'ollama serve', {}, '10.9.9.9:1'],
  ['ollama', 'ollama serve', { OLLAMA_HOST: '0.0.0.0' }, '*:11434'],
  ['ollama', 'ollama serve', { OLLAMA_HOST: ':9' }, '127.0.0.1:9'],
  ['vllm', 'vllm serve m', {}, '0.0.0.0:8000'],
  ['vllm', 'vllm serve m --host 127.0.0.1 --port 9', {}, '127.0.0.1:9'],
  ['llama-server', 'llama-server -m m', {}, '127.0.0.1:8080'],
  ['llama-server', 'llama-server --host 10.0.0.1', { LLAMA_ARG_HOST: '0.0.0.0', LLAMA_ARG_PORT: '9' }, '10.0.0.1:9'],
  ['local-ai', 'local-ai run', {}, '*:8080'],
  ['local-ai', 'local-ai run --address 127.0.0.1:9', { LOCALAI_ADDRESS: ':7' }, '127.0.0.1:9'],
  ['oauth2-proxy', 'oauth2-proxy --config=/c', {}, '10.9.9.9:1'],
  ['oauth2-proxy', 'oauth2-proxy --http-address=127.0.0.1:4180', {}, '127.0.0.1:4180'],
  ['sshd', 'sshd --port 9', {}, '10.9.9.9:1'],
])('%s: %s %o listens on %s', (process, argv, variables, socket) => {
  const { address, port } = socketOf(listener(process), argv.split(' '), new Map(Object.entries(variables)))
  expect(`${address}:${port}`).toBe(socket)
})

test('a key counts on the command line and in a file that the unit names, and covers what the engine says', () => {
  const asked = (host: typeof gpu01, program: string, ...routes: string[]) => routes.map((route) => asksForKey(host, program, route))
  expect(asked(gpu01, 'vllm', '/v1/models', '/health', '/invocations')).toEqual([true, false, false])
  expect(asked({ ...gpu01, files: new Map() }, 'vllm', '/v1/models')).toEqual([false])
  expect(asked({ ...gpu01, files: new Map([['/etc/vllm/vllm.env', text('HF_HUB_OFFLINE=1\n')]]) }, 'vllm', '/v1/models')).toEqual([false])
  expect(asked(exposedLlama, 'llama-server', '/props', '/health')).toEqual([true, false])
  expect(asked(exposedLocalAi, 'local-ai', '/version', '/readyz')).toEqual([true, false])
  expect(asked(gpu01, 'ollama', '/api/tags')).toEqual([false])
})

test('a restarted unit runs its new command, with what systemd puts for its variable, and a key is made on the host', () => {
  const machine = demoMachine(exposedLlama)
  const file = {
    ...({ kind: 'plain', path: '/etc/gatehouse/k', uid: 0, gid: 0, mode: '600' } as const),
    before: 'absent',
    after: 'kept:0:0:600',
  }
  const key = machine.made({ ...file, content: 'KEY=', random: true })
  expect(key?.content).toMatch(/^KEY=[0-9a-f]{64}\n$/)
  const command = `[Service]\nExecStart=\nExecStart=/opt/llama.cpp/bin/llama-server --api-key-file \${CREDENTIALS_DIRECTORY}/api-key\n`
  machine.put([['/etc/systemd/system/llama-server.service.d/z.conf', text(command)]])
  machine.restart('llama-server.service')
  const { argv } = machine.now().processes.find(({ name }) => name === 'llama-server') ?? expect.fail()
  expect(argv.slice(1)).toEqual(['--api-key-file', '/run/credentials/llama-server.service/api-key'])
})

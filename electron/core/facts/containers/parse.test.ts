import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseContainers } from './parse.ts'
import { readListedPorts } from './ports.ts'

const id = 'f'.repeat(64)

test.each([
  ['', []],
  ['11434/tcp', []],
  ['0.0.0.0:11434->11434/tcp, [::]:11434->11434/tcp', ['0.0.0.0 11434 11434', ':: 11434 11434']],
  ['0.0.0.0:80->8080/tcp, :::80->8080/tcp', ['0.0.0.0 80 8080', ':: 80 8080']],
  ['127.0.0.1:8000->8000/tcp, 9000/tcp', ['127.0.0.1 8000 8000']],
  ['10.0.0.5:8000-8002->9000-9002/tcp', ['10.0.0.5 8000 9000', '10.0.0.5 8001 9001', '10.0.0.5 8002 9002']],
  ['0.0.0.0:53->53/udp', ['0.0.0.0 53 53']],
])('ports %j', (text, expected) => {
  expect(readListedPorts(text).map(({ hostAddress, hostPort, containerPort }) => `${hostAddress} ${hostPort} ${containerPort}`)).toEqual(
    expected,
  )
})

test('inspect', () => {
  const row = {
    ...{
      Id: id,
      Name: '/ollama',
      Image: 'ollama/ollama:0.16.3',
      Running: true,
      Pid: 77,
      User: '',
      Env: ['OLLAMA_HOST=0.0.0.0:11434', 'A=b=c'],
    },
    ...{ Path: '/bin/ollama', Args: ['serve'], Mounts: [{ Type: 'bind', Source: '/srv/models', Destination: '/root/.ollama', RW: true }] },
    ...{ NetworkMode: 'bridge', Privileged: false, RestartPolicy: 'always' },
    Ports: { '11434/tcp': [{ HostIp: '0.0.0.0', HostPort: '11434' }], '9/udp': null },
  }
  expect(parseContainers(`@docker inspect\n${JSON.stringify(row)}\n@end\n`)).toEqual({
    ok: true,
    containers: {
      runtimes: ['docker'],
      containers: [
        {
          id,
          name: 'ollama',
          image: 'ollama/ollama:0.16.3',
          running: true,
          runtime: 'docker',
          ports: [{ hostAddress: '0.0.0.0', hostPort: 11434, containerPort: 11434, protocol: 'tcp' }],
          user: '',
          hostNetwork: false,
          privileged: false,
          command: ['/bin/ollama', 'serve'],
          environment: { OLLAMA_HOST: '0.0.0.0:11434', A: 'b=c' },
          mounts: [{ source: '/srv/models', destination: '/root/.ollama', readOnly: false }],
          pid: 77,
          inspected: true,
          restartPolicy: 'always',
          line: 2,
        },
      ],
    },
  })
})

test('the listing that sudo may run', () => {
  const row = {
    ID: id,
    Names: 'vllm',
    Image: 'vllm/vllm-openai:v0.21.0',
    Command: '"vllm serve --host 0.0.0.0"',
    Ports: '127.0.0.1:8000->8000/tcp',
    State: 'running',
    Status: 'Up 5 days',
    Networks: 'bridge',
  }
  expect(parseContainers(`@docker list\n${JSON.stringify(row)}\n@end`)).toMatchObject({
    ok: true,
    containers: {
      containers: [
        {
          name: 'vllm',
          running: true,
          inspected: false,
          command: ['vllm', 'serve', '--host', '0.0.0.0'],
          ports: [{ hostAddress: '127.0.0.1' }],
          line: 2,
        },
      ],
    },
  })
})

test('podman, over several lines', () => {
  const rows = [
    {
      Id: id,
      Names: ['localai'],
      Image: 'docker.io/localai/localai:latest',
      Command: ['run'],
      State: 'running',
      Pid: 9,
      Networks: ['podman'],
      Ports: [{ host_ip: '', container_port: 8080, host_port: 8080, range: 1, protocol: 'tcp' }],
    },
  ]
  expect(parseContainers(`@docker stopped\n@podman list\n${JSON.stringify(rows, null, 2)}\n@end`)).toMatchObject({
    ok: true,
    containers: {
      runtimes: ['docker', 'podman'],
      containers: [{ name: 'localai', pid: 9, ports: [{ hostAddress: '0.0.0.0', hostPort: 8080 }], line: 5 }],
    },
  })
})

test.each<[string, string, object]>([
  ['neither is installed', '@end\n', { ok: true, containers: { runtimes: [], containers: [] } }],
  ['installed, but not for the audit account', '@docker denied\n@end\n', { ok: false, denied: true }],
  ['cut short', '@docker inspect\n', { ok: false, denied: false }],
  ['an unknown form', '@docker inspect\n{"Id":1}\n@end\n', { ok: false, denied: false }],
  ['no JSON', '@docker list\nCannot connect\n@end\n', { ok: false, denied: false }],
])('%s', (_, text, expected) => {
  expect(parseContainers(text)).toMatchObject(expected)
})

test('property: never throws', () => {
  const line = fc.oneof(fc.constantFrom('@docker inspect', '@podman list', '@end', '[]', '{}', '[{"Id":"'), fc.string({ maxLength: 40 }))
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      parseContainers(lines.join('\n'))
    }),
  )
})

import { expect, test } from 'vitest'
import type { Unit } from '../units/units.ts'
import { containerOfUnit } from './container-run.ts'

const of = (line: string, activeState = 'inactive') =>
  containerOfUnit({ execStart: line.split(' '), activeState, lines: { ExecStart: 7 } } as unknown as Unit)

/** As the generator of Podman 5 writes ExecStart= (podman-systemd.unit(5)). */
const QUADLET =
  '/usr/bin/podman run --name=systemd-ollama --cidfile=/run/ollama.cid --replace --rm --cgroups=split --network host --sdnotify=conmon -d --device nvidia.com/gpu=all -v /srv/ollama:/root/.ollama:ro --publish 127.0.0.1:11434:11434 --env OLLAMA_DEBUG=1 docker.io/ollama/ollama:0.6.2 serve --x'

test('a Quadlet', () => {
  expect(of(QUADLET, 'active')).toMatchObject({
    name: 'systemd-ollama',
    image: 'docker.io/ollama/ollama:0.6.2',
    running: true,
    runtime: 'podman',
    hostNetwork: true,
    ports: [{ hostAddress: '127.0.0.1', hostPort: 11_434, containerPort: 11_434, protocol: 'tcp' }],
    command: ['serve', '--x'],
    environment: { OLLAMA_DEBUG: '1' },
    mounts: [{ source: '/srv/ollama', destination: '/root/.ollama', readOnly: true }],
    inspected: false,
    line: 7,
  })
  expect(of(QUADLET)?.running).toBe(false)
})

test.each([
  ['80:8000', ['0.0.0.0', 80, 8000, 'tcp']],
  ['8000', ['0.0.0.0', 0, 8000, 'tcp']],
  ['10.0.0.1:80:8000/udp', ['10.0.0.1', 80, 8000, 'udp']],
  ['10.0.0.1::8000', ['10.0.0.1', 0, 8000, 'tcp']],
  ['[::1]:80:8000', ['::1', 80, 8000, 'tcp']],
])('publishes %s', (word, [hostAddress, hostPort, containerPort, protocol]) => {
  for (const flag of [`-p ${word}`, `--publish=${word}`, `-p${word}`]) {
    const found = of(`podman run ${flag} --rm x`)
    expect(found).toMatchObject({ image: 'x', ports: [{ hostAddress, hostPort, containerPort, protocol }] })
    expect(found?.portsUnknown).toBeUndefined()
  }
})

test.each([
  '-p 8000-8010:8000-8010',
  '-P',
  '--network pasta:-t,8000',
  '--network=pasta:--map-gw,-t,8000-8010',
  '--publish-all=true',
  '--pod llms',
  '--pod-id-file /run/x.pod-id',
  '--network container:other',
])('%s: ports that it does not name', (flag) => expect(of(`docker run ${flag} x`)?.portsUnknown).toBeDefined())

test.each(['--network pasta:--map-gw', '--network pasta'])('%s: no others', (flag) =>
  expect(of(`podman run ${flag} x`)).toMatchObject({ ports: [], image: 'x' }),
)
test.each([
  'docker container run --name=x ollama/ollama',
  'podman --log-level=info run --name x ollama/ollama',
  'podman --cdi-spec-dir /etc/cdi --imagestore /srv/images run --name x ollama/ollama',
  'podman --transient-store --events-backend none --runtime-flag debug run --name x ollama/ollama',
  'docker --context rootless -l info container run --name x ollama/ollama',
])('%s', (line) => expect(of(line)).toMatchObject({ name: 'x', image: 'ollama/ollama' }))

test.each([
  'podman start ollama',
  'podman container start ollama',
  'docker -H tcp://run ps',
  '/usr/bin/ollama serve',
  'podman run --rm',
  'docker compose up',
])('%s: none', (line) => expect(of(line)).toBeUndefined())

test.each([
  ['type=bind,source=/,destination=/host', { source: '/', destination: '/host', readOnly: false }],
  ['type=bind,src=/etc,target=/e,ro', { source: '/etc', destination: '/e', readOnly: true }],
  ['type=bind,src=/etc,dst=/e,readonly=false', { source: '/etc', destination: '/e', readOnly: false }],
])('--mount %s', (word, expected) => expect(of(`podman run --mount ${word} x`)?.mounts).toEqual([expected]))

test.each([
  ['--gpus all', ['all']],
  ['--gpus=2', ['0', '1']],
  ['--gpus "device=1,GPU-2222"', ['1', 'GPU-2222']],
  ['--gpus all,capabilities=utility', ['all']],
])('%s', (option, gpus) => expect(of(`docker run ${option} x`)?.gpus).toEqual(gpus))

test('options without a value of newer releases', () => {
  // As the generator of Podman 5.8.6 made it.
  const quadlet = of(
    '/usr/bin/podman --log-level=debug run --name vllm --replace --rm --cgroups=split --stop-timeout 20 --memory 4g --init --env-host --http-proxy=false --read-only-tmpfs=false --sdnotify=healthy -d --security-opt label=disable --device nvidia.com/gpu=all --cap-drop all --cap-add sys_admin --read-only --userns keep-id -v /etc:/x:ro,z --publish 127.0.0.1:8000:8000 --secret k,type=env,target=VLLM_API_KEY --mount type=bind,source=/srv/m,destination=/m,ro=true --health-cmd true --unsetenv-all --rootfs=false --tls-verify=false docker.io/vllm/vllm-openai:v0.11.0 --model /m',
  )
  expect(quadlet).toMatchObject({
    image: 'docker.io/vllm/vllm-openai:v0.11.0',
    command: ['--model', '/m'],
    addedCapabilities: ['sys_admin'],
  })
  expect(quadlet?.mounts).toEqual([
    { source: '/etc', destination: '/x', readOnly: true },
    { source: '/srv/m', destination: '/m', readOnly: true },
  ])
  expect(of('podman run --rootfs --privileged /srv/rootfs ollama serve')).toMatchObject({ image: '/srv/rootfs', privileged: true })
  const socket = { source: '/var/run/docker.sock', destination: '/var/run/docker.sock', readOnly: false }
  expect(of('docker run --use-api-socket -p 127.0.0.1:11434:11434 ollama/ollama')).toMatchObject({
    image: 'ollama/ollama',
    mounts: [socket],
  })
  expect(of('docker run --use-api-socket=false ollama/ollama')?.mounts).toEqual([])
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { known } from '../fact.ts'
import { parseSources } from '../sources/parse.ts'
import { blocksOf } from './blocks.ts'
import { packagesFact } from './packages.fact.ts'
import { driverVersion, programVersions, pythonPackage } from './parse.ts'
import { output, read } from './software-section.testing.ts'

const service = (more: Partial<InferenceService>): InferenceService => ({
  id: 'vllm.service',
  engine: 'vllm',
  how: 'systemd',
  running: true,
  pids: [7],
  argv: ['/opt/vllm/bin/python3', '/opt/vllm/bin/vllm', 'serve'],
  binds: [{ address: '127.0.0.1', port: 8000, scope: 'loopback', section: 'listeners', line: 1, basis: 'observed' }],
  apiKey: 'none',
  modelPaths: [],
  ...more,
})
const engine = (lines: readonly string[], ...services: InferenceService[]) => {
  const found = read(lines, services)
  if (!found.known) return found.reason
  return found.value.engines.map(({ stated, unknown }) => (stated ? `${stated.version} by ${stated.from} at ${stated.line}` : unknown))
}

test('packages of the host are not those of a server with another root', () => {
  const dist = ['@python /opt/vllm/lib/python3.11/site-packages', '=vllm-0.10.2.dist-info']
  const found = (...mounts: readonly { readonly source?: string; readonly destination: string }[]) => {
    const packages = read(dist, [service({})], [{ pid: 7, seenFiles: { mounts, more: false } }])
    return packages.known && packages.value.environments.length
  }
  expect(found({ source: '/srv/models', destination: '/models' })).toBe(1)
  // As apptainer has it, and with the folder of the host in it.
  expect(found({ destination: '/' })).toBe(0)
  expect(found({ destination: '/' }, { source: '/opt/vllm', destination: '/opt/vllm' })).toBe(1)
})

test('a virtual environment may take in the packages of its Python, and what lies below a prefix may be that of another', () => {
  const lines = [
    '@python-base /opt/vllm\t/usr',
    '@python /opt/vllm/lib/python3.11/site-packages',
    '=vllm-0.10.2.dist-info',
    '@python /usr/lib/python3/dist-packages',
    '=torch-2.5.1.dist-info',
    '@python /usr/local/lib/python3.11/dist-packages',
    '@python /usr/local/lib/python3.11/site-packages',
    '@python /usr/share/other/lib/python3.11/site-packages',
  ]
  const foldersOf = (shown: readonly string[], more: Partial<InferenceService>) => {
    const found = read(shown, [service(more)])
    return found.known && found.value.environments.map(({ folder }) => folder)
  }
  const system = ['/usr/lib/python3/dist-packages', '/usr/local/lib/python3.11/dist-packages']
  expect(foldersOf(lines, {})).toEqual(['/opt/vllm/lib/python3.11/site-packages', ...system])
  expect(foldersOf(lines.slice(1), {})).toEqual(['/opt/vllm/lib/python3.11/site-packages'])
  expect(foldersOf(lines, { argv: ['/usr/bin/python3', '-m', 'vllm'] })).toEqual(system)
})

describe('a server of Python that is in none of the folders that were listed', () => {
  const opt = ['@python /opt/vllm/lib/python3.11/site-packages', '=vllm-0.10.2.dist-info']
  test.each<[string, readonly string[], Partial<InferenceService>, readonly string[]]>([
    ['in the one of its Python', opt, {}, []],
    [
      'started without a path, as by `poetry run` or in a shell that activated it',
      opt,
      { argv: ['python', '-m', 'vllm.entrypoints.openai.api_server'] },
      ['vllm.service'],
    ],
    [
      'below a home, with the Python of the system',
      ['@python /usr/lib/python3/dist-packages', '=requests-2.32.3.egg-info'],
      { argv: ['/usr/bin/python3', '/home/ai/.local/bin/vllm', 'serve'] },
      ['vllm.service'],
    ],
    ['a folder that may not be listed says that itself', ['@python-unreadable /opt/vllm/lib/python3.11/site-packages'], {}, []],
    ['in a container', [], { how: 'container' }, []],
    ['one that is no program of Python', [], { engine: 'ollama', argv: ['/usr/bin/ollama', 'serve'] }, []],
    ['llama-server', [], { engine: 'llama.cpp', argv: ['/usr/bin/llama-server'] }, []],
    ['the binding of llama.cpp', [], { engine: 'llama.cpp', argv: ['python3', '-m', 'llama_cpp.server'] }, ['vllm.service']],
  ])('%s', (_, lines, more, expected) => {
    const found = read(lines, [service(more)])
    expect(found.known && found.value.ofUnknownFolder).toEqual(expected)
  })
})

describe('the version of an engine', () => {
  const http = ['200 http://127.0.0.1:8000/version', 'body http://127.0.0.1:8000/version {"version":"0.10.1"}']
  const dist = ['@python /opt/vllm/lib/python3.11/site-packages', '=vllm-0.10.2.dist-info', '=torch-2.5.1+cu124.dist-info']
  test.each<[string, readonly string[], InferenceService, string]>([
    ['its own word first', [...dist, ...http], service({}), '0.10.1 by endpoint at 2'],
    ['then its package', dist, service({}), '0.10.2 by package at 2'],
    [
      'what an upgrade that broke off left beside it',
      [...dist, '=vllm-0.9.2.dist-info'],
      service({}),
      'its packages state several versions: 0.10.2, 0.9.2',
    ],
    [
      'another Python below the same prefix',
      [...dist, '@python /opt/vllm/lib/python3.12/site-packages', '=vllm-0.11.0.dist-info'],
      service({}),
      'its packages state several versions: 0.10.2, 0.11.0',
    ],
    [
      'the Python that it was started with',
      [...dist, '@python /opt/vllm/lib/python3.12/site-packages', '=vllm-0.11.0.dist-info'],
      service({ argv: ['/opt/vllm/bin/python3.12', '/opt/vllm/bin/vllm', 'serve'] }),
      '0.11.0 by package at 5',
    ],
    ['then its image', [], service({ how: 'container', version: '0.9.0' }), '0.9.0 by image at 0'],
    [
      'the packages of the host are not those of a container',
      dist,
      service({ how: 'container' }),
      'it has no version endpoint on 127.0.0.1 that could be asked, and no package or tag names a version',
    ],
    [
      'another port is another server',
      http,
      service({ binds: [{ address: '127.0.0.1', port: 8001, scope: 'loopback', section: 'l', line: 1, basis: 'observed' }] }),
      'it has no version endpoint on 127.0.0.1 that could be asked, and no package or tag names a version',
    ],
    ['sockets that could not be seen', http, service({ binds: [] }), '0.10.1 by endpoint at 2'],
    [
      'a key is asked for',
      ['401 http://127.0.0.1:8080/props'],
      service({ engine: 'llama.cpp', argv: ['llama-server'], binds: [] }),
      '/props on port 8080 asks for a key, and no package or tag names a version',
    ],
    [
      'nobody answers',
      ['000 http://127.0.0.1:8000/version'],
      service({}),
      'nothing answered on 127.0.0.1:8000, and no package or tag names a version',
    ],
    [
      'no program to ask with',
      ['#no-client'],
      service({}),
      'neither curl nor wget is on the host to ask it, and no package or tag names a version',
    ],
    [
      'an answer without a version',
      ['200 http://127.0.0.1:8000/version'],
      service({}),
      'the answer of /version on port 8000 states no version',
    ],
  ])('%s', (_, lines, one, expected) => expect(engine(lines, one)).toEqual([expected]))

  test.each<[string, readonly string[], Partial<InferenceService>]>([
    [
      'its package',
      ['@python /opt/l/lib/python3.11/site-packages', '=llama_cpp_python-0.3.16.dist-info'],
      { argv: ['/opt/l/bin/python3'] },
    ],
    ['its image', [], { how: 'container', version: '0.3.16', image: { name: 'ghcr.io/abetlen/llama-cpp-python:v0.3.16', line: 1 } }],
  ])('the Python binding of llama.cpp counts by itself: %s', (_, lines, more) => {
    const found = read(lines, [service({ engine: 'llama.cpp', ...more })])
    expect(found.known && found.value.engines[0]?.stated).toMatchObject({ version: '0.3.16', binding: true })
  })

  test('an answer that was cut short is not an answer', () => {
    const found = packagesFact.read({
      section: () => output('@python /opt/vllm/lib/python3.11/site-packages'),
      fact: () => known([]),
    } as never)
    expect(found.known).toBe(false)
  })

  test('the folder that may not be listed is said', () => {
    const found = read(['@python-unreadable /opt/vllm/lib/python3.11/site-packages'], [service({})])
    expect(found.known && found.value.environments).toEqual([
      { folder: '/opt/vllm/lib/python3.11/site-packages', line: 1, packages: [], services: ['vllm.service'], readable: false },
    ])
  })
})

/** Forms of the kernel's own line: NVIDIA driver README, chapter "Querying the driver version"; recorded strings of both flavours. */
test.each([
  ['driver', 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.90.07  Fri May 31 09:35:42 UTC 2024', '550.90.07'],
  ['driver', 'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build  (dvs-builder@x)  Tue Sep 23', '580.95.05'],
  ['driver', 'NVRM version: NVIDIA UNIX aarch64 Kernel Module  535.129  Thu', '535.129'],
  ['driver-module', '570.195.03', '570.195.03'],
  ['driver', 'NVRM version: unknown', 'unknown'],
  ['driver', '', undefined],
])('@%s %s', (tag, text, version) => expect(driverVersion(blocksOf(`@${tag}\n=${text}`))?.version).toBe(version))

test.each([
  ['vllm-0.10.1.dist-info', 'vllm 0.10.1'],
  ['torch-2.5.1+cu124.dist-info', 'torch 2.5.1+cu124'],
  ['python_dateutil-2.9.0.post0.dist-info', 'python_dateutil 2.9.0.post0'],
  ['jaraco.text-3.12.1.dist-info', 'jaraco.text 3.12.1'],
  ['PyYAML-6.0-py3.11.egg-info', 'PyYAML 6.0'],
  ['a-1.0-py3.11-linux-x86_64.egg-info', 'a 1.0'],
  ['torch-unknown.dist-info', 'torch unknown'],
  ['vllm-v0.9.dist-info', 'vllm v0.9'],
  ['ray.egg-info', 'ray unknown'],
  ['vllm-0.1.dev1+gf5d3ac2.dist-info', 'vllm unknown'],
  ['open_webui-0.0.0.dist-info', 'open_webui unknown'],
  ['ray-0+untagged.1.g1234567.dist-info', 'ray unknown'],
  ['a-0.0.01.dist-info', 'a 0.0.01'],
  ['ray-py3.11.egg-info', 'ray unknown'],
  ['~orch-2.5.1.dist-info', undefined],
  ['distutils-precedence.pth', undefined],
])('%s', (entry, expected) => {
  const found = pythonPackage(entry)
  expect(found && `${found.name} ${found.version}`).toBe(expected)
})

test.each([
  ['oauth2-proxy', ['oauth2-proxy v7.6.0 (built with go1.21.5)'], '7.6.0'],
  ['nvidia-ctk', ['NVIDIA Container Toolkit CLI version 1.17.8', 'commit: 0123'], '1.17.8'],
  ['runc', ['runc version 1.1.12', 'commit: v1.1.12-0-g51d5e946'], '1.1.12'],
  ['runc', ['runc version 1.1.5+ds1', 'commit: 1.1.5+ds1-1+deb12u1'], 'unknown'],
  ['nvidia-ctk', ['{"level":"warn","msg":"1.2.3 falling back"}', 'version: 1.19.1'], '1.19.1'],
  ['nvidia-ctk', ['NVIDIA Container Toolkit CLI version unknown', 'commit: 0123'], 'unknown'],
])('%s states its version', (name, said, version) => {
  expect(programVersions(blocksOf([`@program ${name}`, ...said.map((line) => `=${line}`)].join('\n'))).map((one) => one.version)).toEqual([
    version,
  ])
})

test('any text: never an exception', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '200 http://127.0.0.1:8000/version',
      '@python /x',
      '@registries a.json',
      '={"registry-mirrors":7}',
      '@repo x',
      '=[',
      '=URIs:',
    ),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (all) => {
      void parseSources(all.join('\n'))
      void read(all, [service({})])
    }),
  )
})

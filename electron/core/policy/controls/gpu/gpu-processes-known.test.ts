import { describe, expect, test } from 'vitest'
import { known } from '../../../facts/fact.ts'
import type { GpuProcess } from '../../../facts/gpu-health/gpu-health.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { ask, facts, service } from '../proxy/proxy-facts.ts'
import { amd, gpu, health, judge, mi300, shown } from './gpu-facts.testing.ts'
import processesKnown from './gpu-processes-known.control.ts'

describe('gpu-processes-known', () => {
  test('a card that does not show its processes is not known to have none', () => {
    const unread = health({ gpus: [gpu({ processesUnread: { value: 'N/A', line: 5 } })] })
    expect(judge(processesKnown, unread)).toEqual(['not-evaluated: Processes of the GPU were not shown'])
  })

  test('a card that does not show itself, and one of several users that shows nothing of them, are not known to have none', () => {
    expect(judge(processesKnown, health({ hidden: 1 }))).toEqual(['not-evaluated: Processes of a GPU were not shown'])
    expect(judge(processesKnown, health({ gpus: [gpu({ mig: shown(true) })] }))).toEqual([
      'not-evaluated: Processes of the GPU were not shown',
    ])
    expect(judge(processesKnown, health({ gpus: [gpu({ mig: shown(false) })] }))).toEqual(['pass: Every GPU process is known'])
  })

  const process = (pid: number, name: string, cgroup?: string, uid?: number) => ({
    pid,
    kind: 'C',
    name,
    gpu: 'GPU-1111',
    line: 20,
    cgroup,
    uid,
  })
  const id = 'a'.repeat(64)
  const rest = {
    programs: known([
      { kind: 'inference', pids: [300, 301] },
      { kind: 'notebook', pids: [201] },
    ]),
    processes: known([]),
    accounts: known({ accounts: [{ name: 'ada', uid: 1000, gid: 1000, home: '/', shell: '/bin/sh', line: 1 }], groups: [] }),
    containers: known({ runtimes: ['docker'], containers: [{ id, name: 'notebook', image: 'jupyter', running: true, line: 4 }] }),
  }
  const ours = service('vllm', { unit: 'vllm.service', pids: [100, 101] })
  test.each<[string, ReturnType<typeof process>, string]>([
    ['the server', process(100, '/opt/vllm'), 'pass: Every GPU process is known'],
    ['its worker in the same unit', process(150, 'VLLM::Worker', '/system.slice/vllm.service'), 'pass: Every GPU process is known'],
    ['a tool of NVIDIA', process(9, '/usr/bin/nv-hostengine', '/system.slice/nvidia-dcgm.service'), 'pass: Every GPU process is known'],
    ['the screen of the host', process(10, '/usr/lib/xorg/Xorg', '/system.slice/gdm.service', 0), 'pass: Every GPU process is known'],
    [
      'what calls itself one',
      process(11, '/home/ada/Xorg', '/user.slice/user-1000.slice/session-3.scope', 1000),
      'warning: A GPU process is no inference server',
    ],
    ['another model server', process(301, 'sglang::scheduler'), 'pass: Every GPU process is known'],
    [
      'a notebook',
      process(200, '/usr/bin/python3', `/system.slice/docker-${id}.scope`, 1000),
      'warning: A GPU process is no inference server',
    ],
    [
      'a person’s session',
      process(201, 'python', '/user.slice/user-1000.slice/session-3.scope', 1000),
      'warning: A GPU process is no inference server',
    ],
    ['a miner', process(202, '/tmp/.x/xmrig', '/user.slice', 1000), 'fail: A suspicious program uses a GPU'],
    ['not to be seen', process(203, '[Not Found]'), 'not-evaluated: A GPU process could not be seen'],
  ])('%s', (_, one, expected) => {
    expect(judge(processesKnown, health({ processes: [one] }), [ours], rest)).toEqual([expected])
  })
  test.each<[string, string, Partial<Process>, string]>([
    ['by its name alone', 'nvidia-smi', { name: 'nvidia-smi' }, 'pass: Every GPU process is known'],
    [
      'the server of MPS, whose package was updated',
      '/usr/bin/nvidia-cuda-mps-server',
      { name: 'nvidia-cuda-mps', executable: '/usr/bin/nvidia-cuda-mps-server (deleted)' },
      'pass: Every GPU process is known',
    ],
    ['somewhere else', '/home/ada/nvidia-smi', { name: 'nvidia-smi' }, 'warning: A GPU process is no inference server'],
    ['in /tmp', '/tmp/nvidia-smi', { name: 'nvidia-smi' }, 'fail: A suspicious program uses a GPU'],
    [
      'by what it calls itself',
      '/usr/bin/nvidia-smi',
      { name: 'nvidia-smi', argv: ['/usr/bin/nvidia-smi'], executable: '/dev/shm/m' },
      'fail: A suspicious program uses a GPU',
    ],
    [
      'another program of the system',
      'nvidia-smi',
      { name: 'nvidia-smi', executable: '/usr/bin/python3.12' },
      'warning: A GPU process is no inference server',
    ],
  ])('a tool of NVIDIA %s', (_, name, seen, expected) => {
    const processes = known([{ pid: 9, ppid: 1, user: 'ada', uid: 1000, name: '', argv: [name], line: 2, ...seen }])
    expect(judge(processesKnown, health({ processes: [process(9, name, '/user.slice', 1000)] }), [ours], { ...rest, processes })).toEqual([
      expected,
    ])
  })
  test('a stranger is traced to account and container', () => {
    const given = health({ processes: [process(200, 'python', `/docker/${id}`, 1000)] })
    const [verdict] = ask(processesKnown, facts('', [ours], { 'gpu-health': given, ...rest }))
    expect(verdict?.reason).toContain('of ada uses GPU')
    expect(verdict?.reason).toContain('container notebook (jupyter)')
  })
  test('no process, no GPU', () => {
    expect(judge(processesKnown, health(), [ours], rest)).toEqual(['pass: Every GPU process is known'])
    expect(judge(processesKnown, health({ gpus: [], amdTool: '/usr/bin/amd-smi' }), [ours], rest)).toEqual([
      'not-evaluated: Processes of AMD GPUs: not read yet',
    ])
    expect(judge(processesKnown, health({ gpus: [] }), [ours], rest)).toEqual(['not-applicable: No GPU was found'])
  })
  test('what computes on a GPU of AMD, by the name that the process has', () => {
    const on = (...processes: readonly GpuProcess[]) => health({ ...amd(mi300()), amd: { gpus: [mi300()], processes } })
    const partly = 'not-evaluated: Not every use of AMD GPUs can be seen'
    expect(judge(processesKnown, on(), [ours], rest)).toEqual([partly])
    expect(judge(processesKnown, on({ ...process(100, 'python3'), gpu: '' }), [ours], rest)).toEqual([partly])
    expect(judge(processesKnown, on({ ...process(400, 'python3'), gpu: '' }), [ours], rest)).toEqual([
      'warning: A GPU process is no inference server',
    ])
    const miner = known([{ pid: 400, name: 'a', argv: ['/tmp/.x/a'], line: 1 }])
    expect(judge(processesKnown, on({ ...process(400, 'a'), gpu: '' }), [ours], { ...rest, processes: miner })).toEqual([
      'fail: A suspicious program uses a GPU',
    ])
  })
})

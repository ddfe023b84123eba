import type { DemoHost, DemoUnit } from '../../demo/demo-host.ts'
import { vllm } from '../bases.ts'
import { type CorpusHost, corpusHost } from '../corpus-host.ts'
import { rewritten } from '../sins/answers.ts'
import { on } from '../sins/host.ts'

const said = (from: string, to: string) => rewritten('gpu-health', (stdout) => stdout.replace(from, to))

const onGpu = (unit: DemoUnit, devices: string): DemoUnit => ({
  ...unit,
  properties: { ...unit.properties, Environment: `${unit.properties.Environment} CUDA_VISIBLE_DEVICES=${devices}` },
})

/** A second vLLM beside the first; each has a GPU of its own, or whatever the second is given. */
const twoServers =
  (devices: string) =>
  (host: DemoHost): DemoHost => {
    const again = (text: string) =>
      text.replaceAll('vllm.service', 'vllm-second.service').replace('--port 8000', '--port 8001').replaceAll('1410', '1610')
    return {
      ...host,
      listeners: [...host.listeners, ...host.listeners.filter(({ pid }) => pid === 1410).map((one) => ({ ...one, port: 8001, pid: 1610 }))],
      processes: [
        ...host.processes,
        ...host.processes
          .filter(({ pid }) => pid === 1410)
          .map((one) => ({
            ...one,
            pid: 1610,
            argv: one.argv.map((word) => (word === '8000' ? '8001' : word)),
            cgroup: again(one.cgroup),
          })),
      ],
      units: host.units.flatMap((unit) => {
        const properties = Object.fromEntries(Object.entries(unit.properties).map(([name, value]) => [name, again(value)]))
        return [onGpu(unit, '0'), onGpu({ ...unit, id: again(unit.id), properties, security: (unit.security ?? []).map(again) }, devices)]
      }),
    }
  }

const shared = twoServers('1')(vllm)

/** GPUs: what they report, whose they are, who watches them. */
export const gpus: readonly CorpusHost[] = [
  corpusHost('vllm-two-servers', 'Two servers, each with a GPU of its own', shared),
  corpusHost(
    'vllm-two-servers-one-gpu',
    'Two servers on the same GPU',
    shared,
    on(() => twoServers('0')(vllm)),
  ),
  corpusHost('vllm-without-ecc', 'ECC of one GPU was switched off', vllm, said('<current_ecc>Enabled', '<current_ecc>Disabled')),
  corpusHost('vllm-memory-errors', 'A GPU counts memory errors', vllm, said('<dram_uncorrectable>0', '<dram_uncorrectable>3')),
  corpusHost(
    'vllm-off-the-bus',
    'The kernel says that a GPU fell off the bus',
    vllm,
    rewritten(
      'gpu-health',
      (stdout) => `${stdout}=[ 812.4] NVRM: Xid (PCI:0000:1b:00): 79, pid=0, name=<unknown>, GPU has fallen off the bus.\n`,
    ),
  ),
  corpusHost(
    'vllm-too-hot',
    'A GPU slows down since it is too hot',
    vllm,
    on((host) => ({ ...host, gpus: host.gpus.map((gpu) => ({ ...gpu, temperatureC: 88 })) })),
  ),
  corpusHost(
    'vllm-miner',
    'A program below /tmp uses a GPU',
    vllm,
    rewritten('gpu-health', (stdout) =>
      stdout
        .replace(
          '=</gpu>',
          '=<process_info>\n=<pid>4242</pid>\n=<type>C</type>\n=<process_name>/tmp/.x/worker</process_name>\n=<used_memory>2048 MiB</used_memory>\n=</process_info>\n=</gpu>',
        )
        .replace('@kernel-log', '@process 4242\n=uid 1000\n=cgroup /user.slice/user-1000.slice/session-9.scope\n@kernel-log'),
    ),
  ),
  corpusHost(
    'vllm-unwatched',
    'Nothing exports what the GPUs do',
    vllm,
    on((host) => ({
      ...host,
      listeners: host.listeners.filter(({ process }) => process !== 'dcgm-exporter'),
      processes: host.processes.filter(({ name }) => name !== 'dcgm-exporter'),
    })),
  ),
]

import type { Block } from '../blocks.ts'
import type { AmdGpu, AmdHealth, GpuProcess } from './gpu-health.ts'
import { readOwner } from './read-owner.ts'

/**
 * Cards of the driver amdgpu with the counts of its RAS (kernel documentation, "AMDGPU RAS sysfs Error Count Interface": `ue: 0`, `ce: 0`, of the
 * memory `de: 0` since Linux 6.10), and the processes of kfd. Undefined where none of it is on the host.
 */
export function parseAmd(blocks: ReadonlyMap<string, readonly Block[]>): AmdHealth | undefined {
  const gpus = (blocks.get('amd-gpu') ?? []).map(readGpu)
  const processes = (blocks.get('amd-process') ?? []).flatMap(readProcess)
  return gpus.length > 0 || processes.length > 0 || blocks.has('amd-driver') ? { gpus, processes } : undefined
}

const textOf = ({ rows }: Block, name: string): string | undefined =>
  rows.find(({ text }) => text.startsWith(`${name} `))?.text.slice(name.length + 1)

const readGpu = (block: Block): AmdGpu => ({
  bus: block.words.slice(0, 40),
  name: textOf(block, 'name')?.trim() ?? '',
  line: block.line,
  errors: block.rows.flatMap(({ text, line }) => {
    const [, part, said = ''] = /^errors ([a-z0-9_]{1,40})(.*)$/.exec(text) ?? []
    const uncorrected = /(?:^| )ue: (\d{1,15})(?: |$)/.exec(said)?.[1]
    return part === undefined ? [] : [{ part, uncorrected: uncorrected === undefined ? undefined : Number(uncorrected), line }]
  }),
})

function readProcess(block: Block): GpuProcess[] {
  if (!/^\d{1,10}$/.test(block.words)) return []
  const bytes = block.rows.flatMap(({ text }) => Number(/^vram (\d{1,15})$/.exec(text)?.[1] ?? 0)).reduce((a, b) => a + b, 0)
  return [
    {
      pid: Number(block.words),
      kind: 'C',
      name: textOf(block, 'name') ?? '',
      memoryMiB: bytes > 0 ? Math.round(bytes / 1_048_576) : undefined,
      gpu: '',
      line: block.line,
      ...readOwner(block.rows),
    },
  ]
}

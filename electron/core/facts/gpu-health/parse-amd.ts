import type { Block } from '../blocks.ts'
import type { AmdFigures, AmdGpu, AmdHealth, GpuProcess } from './gpu-health.ts'
import { type AmdSmiGpu, readAmdSmi } from './parse-amd-smi.ts'
import { readOwner } from './read-owner.ts'

/**
 * Cards of the driver amdgpu with the counts of its RAS (kernel documentation, "AMDGPU RAS sysfs Error Count Interface": `ue: 0`, `ce: 0`, of the
 * memory `de: 0` since Linux 6.10) and their figures ("AMDGPU Driver Information", "GPU Power/Thermal Controls and Monitoring"), and the processes of kfd.
 * Undefined where none of it is on the host.
 */
export function parseAmd(blocks: ReadonlyMap<string, readonly Block[]>): AmdHealth | undefined {
  const smi = readAmdSmi(blocks.get('amd-smi') ?? [])
  const gpus = (blocks.get('amd-gpu') ?? []).map((block) =>
    readGpu(
      block,
      smi.find(({ bus }) => bus === block.words),
    ),
  )
  const buses = new Map((blocks.get('amd-node') ?? []).flatMap(readNode))
  const processes = (blocks.get('amd-process') ?? []).flatMap((block) => readProcess(block, buses))
  return gpus.length > 0 || processes.length > 0 || blocks.has('amd-driver') ? { gpus, processes } : undefined
}

const textOf = ({ rows }: Block, name: string): string | undefined =>
  rows.find(({ text }) => text.startsWith(`${name} `))?.text.slice(name.length + 1)

const numberOf = (block: Block, name: string): number | undefined => {
  const text = textOf(block, name) ?? ''
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

const readGpu = (block: Block, smi: AmdSmiGpu | undefined): AmdGpu => ({
  bus: block.words.slice(0, 40),
  name: textOf(block, 'name')?.trim() || (smi?.name ?? ''),
  line: block.line,
  figures: readFigures(block),
  throttled: smi?.throttled,
  allUncorrected: smi?.uncorrected,
  errors: block.rows.flatMap(({ text, line }) => {
    const [, part, said = ''] = /^errors ([a-z0-9_]{1,40})(.*)$/.exec(text) ?? []
    const uncorrected = /(?:^| )ue: (\d{1,15})(?: |$)/.exec(said)?.[1]
    return part === undefined ? [] : [{ part, uncorrected: uncorrected === undefined ? undefined : Number(uncorrected), line }]
  }),
})

/** Bytes, thousandths of a degree and millionths of a watt. Server cards show no heat at the edge, and power as it is now instead of its average. */
function readFigures(block: Block): AmdFigures {
  const of = (name: string, unit: number) => {
    const value = numberOf(block, `figure ${name}`)
    return value === undefined ? undefined : Math.round((value / unit) * 10) / 10
  }
  return {
    utilizationPercent: of('gpu_busy_percent', 1),
    memoryUsedMiB: of('mem_info_vram_used', 1_048_576),
    memoryTotalMiB: of('mem_info_vram_total', 1_048_576),
    temperatureC: of('temp1_input', 1000) ?? of('temp2_input', 1000),
    powerDrawW: of('power1_average', 1_000_000) ?? of('power1_input', 1_000_000),
    powerLimitW: of('power1_cap', 1_000_000),
  }
}

/** The number of kfd for a card, and its bus: `location_id` is bus, device and function (kfd_topology.c). */
function readNode(block: Block): [string, string][] {
  const place = numberOf(block, 'location_id')
  if (place === undefined || place > 0xffff) return []
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  const [domain, device] = [numberOf(block, 'domain') ?? 0, (place >> 3) & 0x1f]
  return [[block.words, `${hex(domain, 4)}:${hex(place >> 8, 2)}:${hex(device, 2)}.${place & 7}`]]
}

function readProcess(block: Block, buses: ReadonlyMap<string, string>): GpuProcess[] {
  if (!/^\d{1,10}$/.test(block.words)) return []
  const used = block.rows.flatMap(({ text }) => {
    const [, id, bytes] = /^vram (\d{1,20}) (\d{1,15})$/.exec(text) ?? []
    return id !== undefined && Number(bytes) > 0 ? [{ id, bytes: Number(bytes) }] : []
  })
  return [
    {
      pid: Number(block.words),
      kind: 'C',
      name: textOf(block, 'name') ?? '',
      memoryMiB: used.length > 0 ? Math.round(used.reduce((sum, { bytes }) => sum + bytes, 0) / 1_048_576) : undefined,
      // Of the memory that kfd names the card of: more than one card is no one.
      gpu: used.length === 1 ? (buses.get(used[0]?.id ?? '') ?? '') : '',
      line: block.line,
      ...readOwner(block.rows),
    },
  ]
}

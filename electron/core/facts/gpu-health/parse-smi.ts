import type { BlockRow } from '../blocks.ts'
import type { Shown } from '../os/os.ts'
import type { GpuDetail, GpuProcess } from './gpu-health.ts'

type Open = { -readonly [K in keyof GpuDetail]: GpuDetail[K] } & { slowdowns: { value: string; line: number }[] }
type OpenProcess = { pid: number; kind: string; name: string; memoryMiB?: number; line: number }

const MAX_DEPTH = 32

/**
 * Reads the elements of `nvidia-smi -q -x` that were kept, one or several on a line. Only names, texts and nesting count, so a version
 * that adds or drops elements is read all the same. Values such as `N/A`, `[N/A]`, `ERR!` and `Unknown Error` stay absent; of memory, that it is one of the latter is kept.
 */
export function parseSmi(rows: readonly BlockRow[]): {
  readonly cuda?: Shown<string> | undefined
  readonly gpus: readonly GpuDetail[]
  readonly processes: readonly Omit<GpuProcess, 'uid' | 'cgroup'>[]
  /** GPUs that it names, also those without a uuid: lost ones tell nothing but an error. */
  readonly named: number
} {
  const gpus: Open[] = []
  const processes: Omit<GpuProcess, 'uid' | 'cgroup'>[] = []
  let cuda: Shown<string> | undefined
  let stack: string[] = []
  let gpu: Open | undefined
  let process: OpenProcess | undefined
  for (const { text, line } of rows) {
    const damaged = /infoROM is corrupted at gpu ([0-9a-f:.]{5,20})/i.exec(text)?.[1]
    for (const one of gpus) if (damaged !== undefined && sameCard(one.bus, damaged)) one.inforomCorrupted = { value: true, line }
    for (const [, slash, tag = '', attributes = '', content = ''] of text.matchAll(
      /<(\/?)([a-z][a-z0-9_]{0,60})((?:\s[^<>]{0,200})?)>([^<]*)/g,
    )) {
      if (slash) {
        if (tag === 'process_info' && process && gpu) processes.push({ ...process, gpu: gpu.uuid })
        if (tag === 'gpu') gpu = undefined
        const at = stack.lastIndexOf(tag)
        if (at >= 0) stack = stack.slice(0, at)
        continue
      }
      if (tag === 'gpu') {
        gpu = { index: gpus.length, name: '', uuid: '', bus: /id="([^"]{1,40})"/.exec(attributes)?.[1] ?? '', line, slowdowns: [] }
        gpus.push(gpu)
        stack = []
      }
      if (tag === 'cuda_version' && /^\d{1,3}\.\d{1,3}$/.test(content.trim())) cuda ??= { value: content.trim(), line }
      if (tag === 'process_info') process = { pid: 0, kind: '', name: '', line }
      if (gpu && stack.includes('process_info') && process) readProcess(process, tag, content.trim(), line)
      else if (gpu) readValue(gpu, stack, tag, content.trim(), line)
      if (stack.length < MAX_DEPTH) stack.push(tag)
    }
  }
  return { cuda, gpus: gpus.filter(({ uuid }) => uuid !== ''), processes: processes.filter(({ pid }) => pid > 0), named: gpus.length }
}

/** `00000000:3B:00.0` or, in words, `0000:3B:00.0`: the domain has eight digits or four. */
const sameCard = (a: string, b: string): boolean => a.toLowerCase().endsWith(b.toLowerCase()) || b.toLowerCase().endsWith(a.toLowerCase())

function readProcess(process: OpenProcess, tag: string, value: string, line: number): void {
  if (tag === 'pid' && /^\d{1,10}$/.test(value)) {
    process.pid = Number(value)
    process.line = line
  }
  if (tag === 'type') process.kind = value.slice(0, 8)
  if (tag === 'process_name') process.name = plainText(value)
  if (tag === 'used_memory' && /^\d{1,9} MiB$/.test(value)) process.memoryMiB = Number.parseInt(value, 10)
}

const plainText = (text: string): string =>
  text.replace(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => ({ lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" })[name] ?? '')

const isYes = (value: string): boolean | undefined =>
  /^(?:Enabled|Yes)$/.test(value) ? true : /^(?:Disabled|No)$/.test(value) ? false : undefined

/** What says Yes or No of its memory. */
const ofMemory =
  /^(?:current_ecc|remapped_row_pending|remapped_row_failure|pending_retirement|channel_repair_pending|tpc_repair_pending|sram_threshold_exceeded|unrepairable_memory)$/

/** The GPU has no such thing, or this version does not print it. */
const isAbsent = (value: string): boolean => /^(?:\[?N\/A\]?|\[?Not Supported\]?|)$/.test(value)

function readValue(gpu: Open, stack: readonly string[], tag: string, value: string, line: number): void {
  const flag = isYes(value)
  const shown = flag === undefined ? undefined : { value: flag, line }
  if (ofMemory.test(tag) && !shown && !isAbsent(value)) gpu.memoryUnread ??= { value: value.slice(0, 40), line }
  if (tag === 'product_name' && gpu.name === '') gpu.name = value.slice(0, 100)
  else if (tag === 'uuid' && gpu.uuid === '' && /^GPU-[0-9a-f-]+$/i.test(value)) gpu.uuid = value
  else if (tag === 'persistence_mode') gpu.persistence = shown
  else if (tag === 'current_mig') gpu.mig = shown
  else if (tag === 'current_ecc') gpu.ecc = shown
  else if (tag === 'processes') gpu.processesUnread = value === '' ? undefined : { value: value.slice(0, 40), line }
  else if (tag === 'remapped_row_pending' || tag === 'pending_retirement')
    gpu.remapPending = gpu.remapPending?.value ? gpu.remapPending : (shown ?? gpu.remapPending)
  else if (tag === 'channel_repair_pending' || tag === 'tpc_repair_pending')
    gpu.repairPending = gpu.repairPending?.value ? gpu.repairPending : (shown ?? gpu.repairPending)
  else if (tag === 'sram_threshold_exceeded') gpu.sramExceeded = shown
  else if (tag === 'remapped_row_failure') gpu.remapFailed = shown
  else if (tag === 'unrepairable_memory') gpu.unrepairable = shown
  else if (/^clocks_[a-z]+_reason_sw_power_cap$/.test(tag) && /^(?:Not )?Active$/.test(value))
    gpu.powerCapped = { value: value === 'Active', line }
  else if (tag === 'gpu_recovery_action' && value !== '' && !/^(?:None|N\/A|\[.*\])$/.test(value))
    gpu.recovery = { value: value.slice(0, 40), line }
  else if (/^clocks_[a-z]+_reason_(?:hw_|sw_thermal)[a-z_]*slowdown$/.test(tag)) {
    gpu.slowdownsShown = gpu.slowdownsShown !== false && /^(?:Not )?Active$/.test(value)
    if (value === 'Active') gpu.slowdowns.push({ value: tag.replace(/^clocks_[a-z]+_reason_/, ''), line })
  } else if (stack.includes('volatile_count') && /uncorrectable/.test(tag)) {
    // Of an instance of MIG, where the card as a whole says N/A. None there is not none on the card: an instance counts its SRAM alone.
    if (/^[1-9]\d{0,17}$/.test(value)) gpu.uncorrected = { value: (gpu.uncorrected?.value ?? 0) + Number(value), line }
  } else if (stack.includes('volatile') && (/uncorrectable/.test(tag) || (tag === 'total' && stack.includes('double_bit')))) {
    if (!/^\d{1,18}$/.test(value)) {
      if (!isAbsent(value)) gpu.memoryUnread ??= { value: value.slice(0, 40), line }
      return
    }
    const count = (gpu.uncorrected?.value ?? 0) + Number(value)
    // The line of the first count that is not zero proves it.
    gpu.uncorrected = { value: count, line: (gpu.uncorrected?.value ?? 0) > 0 ? (gpu.uncorrected?.line ?? line) : line }
  }
}

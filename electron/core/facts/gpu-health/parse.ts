import { type Block, type BlockRow, readBlocks } from '../blocks.ts'
import { type FactResult, known, unknown } from '../fact.ts'
import type { GpuHealth, GpuProcess, Xid } from './gpu-health.ts'
import { parseAmd } from './parse-amd.ts'
import { parseSmi } from './parse-smi.ts'
import { readOwner } from './read-owner.ts'

/** Reads section `gpu-health`. */
export function parseGpuHealth(stdout: string): FactResult<GpuHealth> {
  const blocks = readBlocks(stdout)
  const smi = blocks.get('nvidia-smi')?.[0]
  const amdTool = blocks.get('amd')?.[0]?.words
  const driver = blocks.get('driver')?.[0]
  if (driver && (!smi || noDevices(smi))) {
    const why = smi ? 'nvidia-smi found no device' : 'no nvidia-smi was found'
    return unknown(
      `GPU details: the NVIDIA driver is loaded, and ${why}`,
      ['gpu-health'],
      smi ? 'Is the account allowed to open /dev/nvidia*? If it is, look for NVRM in dmesg.' : 'Install the tools of the driver.',
    )
  }
  const told = smi && (smi.words === '0' || smi.words === `${INFOROM_CORRUPTED}`)
  if (smi && !told && !noDevices(smi)) {
    const said = smi.rows.find(({ text }) => text.trim() !== '')?.text.slice(0, 200)
    return unknown(`GPU details: nvidia-smi ended with exit code ${smi.words}: ${said ?? 'no output'}`, ['gpu-health'])
  }
  const { cuda, gpus, processes, named } = parseSmi(told ? smi.rows : [])
  if (told && gpus.length === 0) return unknown('GPU details: nvidia-smi -q -x printed no GPU', ['gpu-health'])
  const [log, other] = [blocks.get('kernel-log')?.[0], blocks.get('other')?.[0]]
  const held = Math.max(named, Number(/^\d{1,4}$/.exec(driver?.words ?? '')?.[0] ?? 0))
  return known({
    hidden: held > gpus.length ? held - gpus.length : undefined,
    cuda,
    gpus,
    processes: processes.map((process) => ({ ...process, ...ownerOf(blocks.get('process') ?? [], process.pid) })),
    xids: log?.words === '0' ? log.rows.flatMap(readXid) : undefined,
    xidLine: log?.line ?? 0,
    amd: parseAmd(blocks),
    otherMaker: other && { value: other.words.slice(0, 100), line: other.line },
    amdTool,
  })
}

/** Exit code 6, nothing found (nvidia-smi(1), RETURN VALUE). */
const noDevices = ({ words, rows }: Block): boolean => words === '6' && rows.some(({ text }) => /No devices were found/i.test(text))

/** With this exit code it tells all the same, and names the cards in a line of its own behind it (nvidia-smi(1), RETURN VALUE). */
export const INFOROM_CORRUPTED = 14

const ownerOf = (blocks: readonly Block[], pid: number): Pick<GpuProcess, 'uid' | 'cgroup'> =>
  readOwner(blocks.find(({ words }) => words === `${pid}`)?.rows ?? [])

/**
 * `NVRM: Xid (PCI:0000:3b:00): 79, pid=0, GPU has fallen off the bus.` The function part of the address, pid and name come and go between
 * versions; `(PCI:0000:01:00 GPU-I:05)` names an instance of MIG; `SXid` is of an NVSwitch.
 */
export function readXid({ text, line }: BlockRow): Xid[] {
  const match = /\b(S?)Xid \((?:PCI:)?([0-9a-fA-F:.]{5,20})(?: [^()]{1,40})?\): (\d{1,6}),? ?(.*)$/.exec(text)
  if (match?.[3] === undefined) return []
  const [, kind, bus = '', code, said = ''] = match
  return [{ ...(kind && { nvswitch: true }), bus, code: Number(code), text: said.slice(0, 200), line }]
}

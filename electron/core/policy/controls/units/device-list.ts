import { fnmatch } from '../../../facts/fnmatch.ts'

/** Groups of /proc/devices that hold NVIDIA's cards and their control node, by one number; `nvidia-frontend` is the name of old. */
const CARDS = ['nvidia', 'nvidiactl', 'nvidia-frontend']

/** Of Jetson and of WSL, where NVIDIA's cards have other names. */
const EMBEDDED = /^\/dev\/(?:dxg|nvmap|nvhost|nvgpu)/
/** Of other makers. */
const OTHERS = /^(?:char-(?:drm|kfd|accel)|\/dev\/(?:dri|kfd|accel))/

/**
 * What a list of devices (systemd.resource-control(5), DeviceAllow=) leaves out that CUDA opens: the control node, a card, and the node for their memory; undefined where
 * it has all. Wildcards count in names of groups, not in paths, and an entry that lends less than reading and writing opens nothing to the driver (tried with systemd 252).
 * `nvidia`: the host has cards of NVIDIA alone, so that nodes of other makers do not do.
 */
export function gpuLeftOut(list: string, nvidia: boolean): string | undefined {
  const entries = list.split('\n').map((row) => row.trim().split(/\s+/))
  const open = entries.flatMap(([device = '', access = 'rwm']) => (access.includes('r') && access.includes('w') ? [device] : []))
  const hasGroup = (name: string) => open.some((device) => device.startsWith('char-') && fnmatch(device.slice(5), name, false) === true)
  const hasNode = (pattern: RegExp) => open.some((device) => pattern.test(device))
  const named = entries.some(([device = '']) => device.includes('nvidia'))
  if (hasNode(EMBEDDED) || (!named && !nvidia && hasNode(OTHERS))) return undefined
  const missing = [
    ...(CARDS.some(hasGroup) || hasNode(/^\/dev\/nvidiactl$/) ? [] : ['/dev/nvidiactl']),
    ...(CARDS.some(hasGroup) || hasNode(/^\/dev\/nvidia\d+$/) ? [] : ['the cards']),
    ...(hasGroup('nvidia-uvm') || hasNode(/^\/dev\/nvidia-uvm$/) ? [] : ['/dev/nvidia-uvm']),
  ]
  if (missing.length === 0) return undefined
  const wild = entries.map(([device = '']) => device).find((device) => /^\/dev\/.*[*?[]/.test(device))
  return wild === undefined ? missing.join(', ') : `${missing.join(', ')} (in ${wild} a wildcard counts for nothing)`
}

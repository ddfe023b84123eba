import type { Sin } from '../corpus-host.ts'
import { flag, on, withListener, withoutListener, withWords } from './host.ts'

/** The packet filter drops what the jump host sends to the port. */
export const closedToJump = (port: number): Sin => on((host) => ({ ...host, closedToJump: [...(host.closedToJump ?? []), port] }))

/** And here it does not. */
export const openToJump: Sin = on((host) => ({ ...host, closedToJump: [] }))

/** An engine that listens elsewhere than on loopback. */
export const listensOn = (pid: number, process: string, port: number, address: string): Sin =>
  on((host) =>
    [withoutListener(port), withListener({ protocol: 'tcp', address, port, process, pid })].reduce((it, sin) => sin.host?.(it) ?? it, host),
  )

export const vllmOn = (address: string): readonly Sin[] => [
  closedToJump(8000),
  listensOn(1410, 'vllm', 8000, address),
  withWords(1410, flag('--host', address === '*' ? '::' : address)),
]

export const ollamaOn = (address: string): readonly Sin[] => [
  closedToJump(11_434),
  listensOn(2247, 'ollama', 11434, address),
  on((host) => ({
    ...host,
    units: host.units.map((unit) => ({
      ...unit,
      properties: {
        ...unit.properties,
        Environment: `${unit.properties.Environment} OLLAMA_HOST=${address === '*' ? '0.0.0.0' : address}`,
        DropInPaths: '/etc/systemd/system/ollama.service.d/override.conf',
      },
    })),
  })),
]

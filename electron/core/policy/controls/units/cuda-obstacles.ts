import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Unit } from '../../../facts/units/units.ts'

/** A setting of a unit that keeps a server from the GPU. */
interface Obstacle {
  readonly property: string
  readonly why: string
  readonly stands: (unit: Unit, service: InferenceService) => boolean
}

const is = (property: string) => (unit: Unit) => unit.properties[property] === 'yes'
const allowsGpu = (value: string): boolean => /char-(?:nvidia|\*|drm|kfd)|\/dev\/(?:nvidia|dri|kfd|dxg)/.test(value)

/**
 * systemd.exec(5) and what broke in public: PrivateDevices= and a closed device list hide the GPU from every engine; PyTorch writes
 * code and runs it (pytorch#143651), while Ollama lives with MemoryDenyWriteExecute= (NixOS ships it so); libzmq and NCCL of vLLM end
 * without AF_NETLINK (getifaddrs); the driver is asked through /proc/driver/nvidia.
 */
export const cudaObstacles: readonly Obstacle[] = [
  { property: 'PrivateDevices', why: 'hides /dev/nvidia*', stands: is('PrivateDevices') },
  {
    property: 'DeviceAllow',
    why: 'leaves the GPU devices out',
    stands: ({ properties }) =>
      (/^(?:closed|strict)$/.test(properties.DevicePolicy ?? '') || (properties.DeviceAllow ?? '') !== '') &&
      !allowsGpu(properties.DeviceAllow ?? ''),
  },
  { property: 'ProcSubset', why: 'hides /proc/driver/nvidia', stands: ({ properties }) => properties.ProcSubset === 'pid' },
  {
    property: 'MemoryDenyWriteExecute',
    why: 'stops code that PyTorch compiles',
    stands: (unit, { engine }) => engine === 'vllm' && is('MemoryDenyWriteExecute')(unit),
  },
  {
    property: 'RestrictAddressFamilies',
    why: 'lacks AF_NETLINK, which NCCL and ZeroMQ ask for interfaces',
    // An empty list is `none`.
    stands: ({ properties: { RestrictAddressFamilies: value } }, { engine }) =>
      engine === 'vllm' && value !== undefined && (value.startsWith('~') ? /\bAF_NETLINK\b/.test(value) : !/\bAF_NETLINK\b/.test(value)),
  },
]

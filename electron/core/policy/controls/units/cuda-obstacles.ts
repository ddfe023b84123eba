import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { gpuLeftOut } from './device-list.ts'

/** A setting of a unit that keeps a server from the GPU. */
interface Obstacle {
  readonly property: string
  /** What it does to the server; undefined where it is not in the way. `nvidia`: the host has cards of NVIDIA alone. */
  readonly why: (unit: Unit, service: InferenceService, nvidia?: boolean) => string | undefined
}

const where = (stands: boolean, why: string): string | undefined => (stands ? why : undefined)
const is = (property: string, { properties }: Unit): boolean => properties[property] === 'yes'

/**
 * systemd.exec(5) and what broke in public: PrivateDevices= and a closed device list hide the GPU from every engine; PyTorch writes
 * code and runs it (pytorch#143651), while Ollama lives with MemoryDenyWriteExecute= (NixOS ships it so); libzmq and NCCL of vLLM end
 * without AF_NETLINK (getifaddrs); the driver is asked through /proc/driver/nvidia.
 */
export const cudaObstacles: readonly Obstacle[] = [
  { property: 'PrivateDevices', why: (unit) => where(is('PrivateDevices', unit), 'hides /dev/nvidia*') },
  {
    property: 'DeviceAllow',
    why: ({ properties: { DevicePolicy: policy = '', DeviceAllow: list = '' } }, _, nvidia = false) => {
      const missing = /^(?:closed|strict)$/.test(policy) || list !== '' ? gpuLeftOut(list, nvidia) : undefined
      // Before systemd 253 ProtectClock= makes such a list, and with it closes all else (systemd/systemd#18142).
      return missing && `leaves out ${missing}${list === 'char-rtc r' ? ', and ProtectClock= alone closed them' : ''}`
    },
  },
  { property: 'ProcSubset', why: ({ properties }) => where(properties.ProcSubset === 'pid', 'hides /proc/driver/nvidia') },
  {
    property: 'MemoryDenyWriteExecute',
    why: (unit, { engine }) => where(engine === 'vllm' && is('MemoryDenyWriteExecute', unit), 'stops code that PyTorch compiles'),
  },
  {
    property: 'RestrictAddressFamilies',
    // An empty list is `none`.
    why: ({ properties: { RestrictAddressFamilies: value } }, { engine }) =>
      where(
        engine === 'vllm' && value !== undefined && value.startsWith('~') === /\bAF_NETLINK\b/.test(value),
        'lacks AF_NETLINK, which NCCL and ZeroMQ ask for interfaces',
      ),
  },
]

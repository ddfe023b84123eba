import type { Unit } from '../../../facts/units/units.ts'
import { defineControl } from '../../control.ts'
import { gpuLeftOut } from './device-list.ts'
import { judgeUnits } from './unit-subjects.ts'

/** Below this systemd calls a unit OK, from here on MEDIUM (systemd's src/analyze/analyze-security.c). */
const MEDIUM = 5

export default defineControl({
  id: 'inference-unit-exposure-low',
  item: 'INF-5',
  severity: 'low',
  title: 'Units of inference servers are rated OK or better by systemd',
  rationale:
    'The figure sums up what a server that was taken over could still touch. Of what it asks for, private devices, private networks and write-xor-execute memory do not go together with CUDA; below 5 is reached without them.',
  needs: ['services'],
  uses: ['units'],
  remediation: { template: 'systemd-sandbox' },
  references: ['NIST-800-53:CM-7', 'CIS-8:4.1', 'https://www.freedesktop.org/software/systemd/man/systemd-analyze.html'],
  evaluate: ({ services, units }) =>
    judgeUnits(services, units, (unit) => {
      const { id, exposure } = unit
      if (!exposure) {
        const reason = `systemd-analyze security gave no figure for ${id}; it needs systemd 240 or newer.`
        return { status: 'not-evaluated', title: 'systemd gave no figure for the unit', reason, cite: [] }
      }
      const { figure, word, line } = exposure
      const cite = [{ section: 'units', line, token: `${figure.toFixed(1)} ${word}` }]
      if (figure < MEDIUM) {
        const reason = `systemd-analyze security rates ${id} ${figure.toFixed(1)} (${word}), below ${MEDIUM}.`
        return { status: 'pass', title: 'systemd rates the unit well', reason, cite }
      }
      const reasons = exposure.reasons.filter(({ setting }) => !breaksGpu(setting, unit)).slice(0, 5)
      return {
        status: 'warning',
        title: `systemd rates the unit ${word.slice(0, 12)} (${figure.toFixed(1)})`,
        reason: `systemd-analyze security rates ${id} ${figure.toFixed(1)} of 10. Expected below ${MEDIUM}.${reasons.length > 0 ? ` It is missing ${reasons.map(({ setting }) => setting).join(', ')}.` : ''}`,
        cite: [...cite, ...reasons.map((reason) => ({ section: 'units', line: reason.line, token: reason.setting }))],
      }
    }),
})

/**
 * What a server with a GPU and a port cannot do without; never named as missing. Engines and the driver's daemon speak over sockets of files and ask netlink for interfaces,
 * NCCL binds threads and memory to processors (`@resources`), and a group may be what opens the card.
 */
const needed =
  /^(?:PrivateNetwork|PrivateDevices|PrivateUsers|MemoryDenyWriteExecute|DeviceAllow|ProcSubset|SupplementaryGroups|SystemCallFilter=~@resources|RestrictAddressFamilies=~AF_(?:\(INET|UNIX|NETLINK))/

/** Before systemd 253 ProtectClock= alone closes all devices but the clock (systemd/systemd#18142), unless a list opens the GPU. */
const breaksGpu = (setting: string, { properties: { DeviceAllow: list = '' } }: Unit): boolean =>
  needed.test(setting) || (setting.startsWith('ProtectClock') && gpuLeftOut(list, false) !== undefined)

import { defineControl } from '../../control.ts'
import { citeUnit } from '../inference/service-words.ts'
import { judgeUnits, printed } from './unit-subjects.ts'

/** Disks by their names and numbers (Linux admin-guide/devices.txt) and by the links to them, memory, and classes that hold either. */
const dangerous =
  /^(?:block-|char-(?:mem$|\*|raw|nvme|bsg)|\/dev\/(?:[hsv]d[a-z]|xvd|sg\d|sr\d|nvme|mmcblk|md[\d/]|dm-|mapper|disk\/|loop|zd\d|zvol|nbd|rbd|bcache|pmem|ram\d|raw|bsg|block\/|char\/1:[124]$|mem$|kmem$|port$))/

export default defineControl({
  id: 'inference-unit-devices-limited',
  item: 'INF-5',
  severity: 'low',
  title: 'Units of inference servers see the GPU and no other device',
  rationale:
    'Without a device list a server that became root inside its unit reads raw disks and kernel memory. DevicePolicy=closed with DeviceAllow=char-nvidia* leaves the GPU and the harmless devices.',
  needs: ['services'],
  uses: ['units'],
  remediation: { template: 'systemd-sandbox' },
  references: [
    'NIST-800-53:AC-6',
    'NIST-800-53:CM-7',
    'CIS-8:4.1',
    'https://www.freedesktop.org/software/systemd/man/systemd.resource-control.html',
  ],
  evaluate: ({ services, units }) =>
    judgeUnits(services, units, (unit) => {
      if (!printed(unit, 'DevicePolicy')) {
        const reason = `systemctl did not print DevicePolicy= of ${unit.id}.`
        return { status: 'not-evaluated', title: "The unit's devices could not be read", reason, cite: [] }
      }
      const { DevicePolicy: policy = '', DeviceAllow: allowed = '', PrivateDevices: hidden } = unit.properties
      const cite = [...citeUnit(unit, 'DevicePolicy'), ...citeUnit(unit, 'DeviceAllow')]
      const wide = allowed.split(/[\s\n]+/).find((word) => dangerous.test(word))
      if (wide)
        return {
          status: 'fail',
          severity: 'medium',
          title: 'The unit may use disks or memory',
          reason: `${unit.id} allows ${wide}. Expected GPU devices only.`,
          cite,
        }
      // A list alone closes the rest: `auto` stands for closed when DeviceAllow= is set (systemd.resource-control(5)).
      if (/^(?:closed|strict)$/.test(policy) || allowed.trim() !== '' || hidden === 'yes')
        return {
          status: 'pass',
          title: 'Only listed devices are open',
          reason: `${unit.id} has DevicePolicy=${policy} and DeviceAllow=${allowed.replace(/\n/g, ', ') || '(none)'}.`,
          cite,
        }
      return {
        status: 'warning',
        title: 'The unit may open every device',
        reason: `${unit.id} has DevicePolicy=${policy} without a list. Expected closed, with DeviceAllow=char-nvidia* rw.`,
        cite: citeUnit(unit, 'DevicePolicy', { token: `DevicePolicy=${policy}`, note: 'Expected closed with the GPU listed.' }),
      }
    }),
})

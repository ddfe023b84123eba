import { defineControl } from '../../control.ts'
import { citeUnit } from '../inference/service-words.ts'
import { judgeUnits, printed } from './unit-subjects.ts'

export default defineControl({
  id: 'inference-unit-reloaded',
  item: 'INF-5',
  severity: 'medium',
  title: 'Units of inference servers run as their files say',
  rationale:
    'A drop-in that was written but not loaded protects nothing, and looks as if it did. The next reload changes what the unit is allowed without anyone having decided it that day.',
  steps: 'Read the change, then run systemctl daemon-reload and restart the unit.',
  needs: ['services'],
  uses: ['units'],
  references: ['NIST-800-53:CM-6', 'CIS-8:4.1', 'https://www.freedesktop.org/software/systemd/man/systemctl.html'],
  evaluate: ({ services, units }) =>
    judgeUnits(services, units, (unit) => {
      if (!printed(unit, 'NeedDaemonReload')) {
        const reason = `systemctl did not say whether ${unit.id} changed on disk.`
        return { status: 'not-evaluated', title: 'Changes on disk could not be read', reason, cite: [] }
      }
      const cite = citeUnit(unit, 'NeedDaemonReload', { token: `NeedDaemonReload=${unit.properties.NeedDaemonReload}` })
      const newer = (unit.newerFiles ?? []).slice(0, 3)
      if (unit.properties.NeedDaemonReload !== 'yes' && newer.length > 0)
        return {
          status: 'warning',
          title: 'Its files changed since it was started',
          reason: `${newer.map(({ path }) => path).join(', ')} changed after ${unit.id} was started, so what they say is not in force.`,
          hint: 'Read the change, then restart the unit.',
          cite: newer.map(({ line }) => ({ section: 'units', line })),
        }
      return unit.properties.NeedDaemonReload === 'yes'
        ? {
            status: 'warning',
            title: 'Unit files changed since they were loaded',
            reason: `The files of ${unit.id} are newer than what systemd has loaded, so what they say is not in force.`,
            cite,
          }
        : { status: 'pass', title: 'Files and effective unit agree', reason: `systemd has loaded the current files of ${unit.id}.`, cite }
    }),
})

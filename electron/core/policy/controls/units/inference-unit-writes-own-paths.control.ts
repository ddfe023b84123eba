import type { Citation } from '../../../facts/citation.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl } from '../../control.ts'
import { citeUnit } from '../inference/service-words.ts'
import { type NamedPath, namedPaths, openedBy, ownedPaths } from './opened-paths.ts'
import { isOfTheMachine } from './system-folders.ts'
import { judgeUnits, printed } from './unit-subjects.ts'

export default defineControl({
  id: 'inference-unit-writes-own-paths',
  item: 'INF-5',
  severity: 'medium',
  title: 'Units of inference servers write only to directories of their own',
  rationale:
    'ReadWritePaths= and StateDirectory= open holes in ProtectSystem=. A hole as wide as / or /etc lets a server that was taken over write programs, units and keys, as if there were no sandbox.',
  needs: ['services'],
  uses: ['units'],
  remediation: { template: 'systemd-sandbox' },
  references: ['NIST-800-53:AC-6', 'NIST-800-53:CM-7', 'CIS-8:4.1', 'https://www.freedesktop.org/software/systemd/man/systemd.exec.html'],
  evaluate: ({ services, units }) =>
    judgeUnits(services, units, (unit) => {
      if (!printed(unit, 'ProtectSystem')) {
        const reason = `systemctl did not print ProtectSystem= of ${unit.id}.`
        return { status: 'not-evaluated', title: "The unit's write access could not be read", reason, cite: [] }
      }
      const named = namedPaths(unit)
      const owned = ownedPaths(unit, named).filter(({ real }) => isOfTheMachine(real))
      if (owned.length > 0)
        return {
          status: 'fail',
          title: 'The unit owns system directories',
          reason: `${unit.id} makes ${listed(owned)}, and all below it, ${unit.user || 'its account'}’s whenever it is started. Expected only directories of its own.`,
          cite: citeNamed(unit, owned),
        }
      if (!/^(?:strict|full|yes)$/.test(unit.properties.ProtectSystem ?? '')) {
        const reason = `${unit.id} has no ProtectSystem=, so there is nothing to open; inference-unit-sandboxed judges that.`
        return { status: 'not-applicable', title: 'The unit restricts no writing', reason, cite: citeUnit(unit, 'ProtectSystem') }
      }
      const isBroad = ({ path, real }: NamedPath) => isOfTheMachine(path) || isOfTheMachine(real)
      const isOpened = openedBy(unit)
      const broad = named.filter((one) => isBroad(one) && isOpened(one))
      if (broad.length === 0 && !printed(unit, 'ReadWritePaths')) {
        const reason = `systemctl did not print ReadWritePaths= of ${unit.id}.`
        return { status: 'not-evaluated', title: "The unit's write access could not be read", reason, cite: [] }
      }
      if (broad.length === 0) {
        const own = named.filter((one) => !isBroad(one))
        const idle = named.filter(isBroad)
        const reason = `${unit.id} opens ${own.length > 0 ? listed(own) : 'nothing'} for writing.${
          idle.length > 0 ? ` That it names ${listed(idle)} opens nothing that ProtectSystem= and the like close.` : ''
        }`
        return { status: 'pass', title: 'Writes only to its own directories', reason, cite: citeUnit(unit, 'ReadWritePaths') }
      }
      return {
        status: 'fail',
        title: 'The unit may write system directories',
        reason: `${unit.id} opens ${listed(broad)} for writing. Expected only directories of its own.`,
        cite: citeNamed(unit, broad),
      }
    }),
})

const listed = (all: readonly NamedPath[]): string =>
  all
    .slice(0, 6)
    .map(({ path, real }) => (real === path ? path : `${path} (${real})`))
    .join(', ')

const citeNamed = (unit: Unit, all: readonly NamedPath[]): readonly Citation[] =>
  all.flatMap(({ property, token }) => citeUnit(unit, property, { token, note: 'Expected a directory of its own.' }))

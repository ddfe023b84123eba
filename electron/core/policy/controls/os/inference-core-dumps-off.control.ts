import type { Os } from '../../../facts/os/os.ts'
import { leftTo } from '../../../facts/services/left-to.ts'
import { defineControl } from '../../control.ts'
import { citeUnit } from '../inference/service-words.ts'
import { judgeUnits, printed } from '../units/unit-subjects.ts'

export default defineControl({
  id: 'inference-core-dumps-off',
  item: 'INF-6',
  severity: 'medium',
  title: 'A crash of an inference server leaves no memory image on disk',
  rationale:
    'A core dump holds the weights, the prompts of that moment and the keys of the process. It is written by the kernel, past the permissions of the model directory, and stays until somebody finds it.',
  steps: 'Set LimitCORE=0 in the unit and Storage=none in /etc/systemd/coredump.conf.d.',
  needs: ['services', 'os'],
  uses: ['units'],
  references: ['NIST-800-53:SC-28', 'CIS-8:3.3', 'https://www.freedesktop.org/software/systemd/man/coredump.conf.html'],
  evaluate: ({ services, os, units }) =>
    judgeUnits(services, units, (unit) => {
      const { core, cite: handlerLine, program = '' } = handlerOf(os)
      const cite = [...citeUnit(unit, 'LimitCORE'), ...(handlerLine ? [{ section: 'os', line: handlerLine }] : [])]
      if (!printed(unit, 'LimitCORE') || core === 'unknown') {
        const reason = 'The limit of the unit or the core pattern of the kernel could not be read.'
        return { status: 'not-evaluated', title: 'Core dumps could not be judged', reason, cite }
      }
      if (core === 'nowhere')
        return {
          status: 'pass',
          title: 'Core dumps are kept nowhere',
          reason: 'The kernel hands core dumps to a program that stores none.',
          cite,
        }
      const limit = unit.properties.LimitCORE
      // The kernel does not look at the limit when it hands the image to a program; systemd-coredump honours it by itself.
      if (limit === '0' && core !== 'other program')
        return { status: 'pass', title: 'Core dumps of the unit are limited to nothing', reason: `${unit.id} has LimitCORE=0.`, cite }
      if (unit.properties.LimitCORESoft === '0' && core !== 'other program' && !unit.execStart.some((word) => RAISES.test(word))) {
        const held = `${unit.id} has the soft limit 0 (LimitCORESoft=), which is the one that holds when it crashes`
        const left = leftTo(unit.execStart)
        return left === undefined
          ? {
              status: 'pass',
              title: 'Core dumps of the unit are limited to nothing',
              reason: `${held}. It might raise that up to ${limit}, the hard one; no inference server does.`,
              cite,
            }
          : {
              status: 'not-evaluated',
              title: 'What limits core dumps is not known',
              reason: `${held}; whether ${left}, which starts the server, raises it up to ${limit} was not read.`,
              hint: 'Set LimitCORE=0 in the unit, which nothing in it can raise.',
              cite,
            }
      }
      if (core === 'other program')
        return {
          status: 'warning',
          title: 'A crash writes its memory to disk',
          reason: `The kernel hands core dumps to ${program.slice(0, 80)}, whatever LimitCORE= says (core(5)). Expected a program that keeps none.`,
          hint: withoutReporter(program),
          cite,
        }
      return {
        status: 'warning',
        title: 'A crash writes its memory to disk',
        reason: `${unit.id} has LimitCORE=${limit}, and core dumps go to ${places[core]}. Expected LimitCORE=0 and Storage=none.`,
        cite,
      }
    }),
})

/** Words of a shell that set another limit before the server runs. */
const RAISES = /\b(?:ulimit|prlimit)\b/

type Handler = 'nowhere' | 'file' | 'systemd' | 'other program' | 'unknown'
const places: Readonly<Record<Exclude<Handler, 'other program'>, string>> = {
  nowhere: 'nowhere',
  file: 'a file',
  systemd: 'systemd-coredump',
  unknown: 'an unknown place',
}

/** core(5): a pattern that begins with `|` names a program; `|/bin/false` and an empty pattern without a pid keep nothing. */
function handlerOf({ sysctl, coredumpStorage }: Os): {
  readonly core: Handler
  readonly cite?: number | undefined
  readonly program?: string | undefined
} {
  const pattern = sysctl['kernel/core_pattern']
  if (!pattern) return { core: 'unknown' }
  if (/^\|\/(?:usr\/)?bin\/(?:false|true)\b/.test(pattern.value)) return { core: 'nowhere', cite: pattern.line }
  if (!pattern.value.startsWith('|')) return { core: 'file', cite: pattern.line }
  if (!/systemd-coredump/.test(pattern.value))
    return { core: 'other program', cite: pattern.line, program: pattern.value.slice(1).trim().split(/\s/)[0] }
  return coredumpStorage?.value === 'none' ? { core: 'nowhere', cite: coredumpStorage.line } : { core: 'systemd', cite: pattern.line }
}

/** The units of Ubuntu and of RHEL set the pattern as they start, and put back what was there as they end. */
function withoutReporter(program: string): string {
  const unit = /apport/.test(program) ? 'apport.service' : /abrt/.test(program) ? 'abrt-ccpp.service' : undefined
  const pattern = 'kernel.core_pattern=|/bin/false in a file of /etc/sysctl.d, then sysctl --system.'
  return unit ? `systemctl disable --now ${unit}; what is then in force is LimitCORE=0 of the unit. Or ${pattern}` : pattern
}

import type { InferenceService } from '#shared/model/inference-service.ts'
import type { AdvisoryBook, AdvisoryMatch } from '../../../advisories/advisory-book.ts'
import { python } from '../../../advisories/package-names.ts'
import { isMalicious } from '../../../advisories/severity.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { isOfDistribution, type PythonEnvironment } from '../../../facts/packages/packages.ts'
import type { Updates } from '../../../facts/updates/updates.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { serviceName } from '../inference/service-words.ts'
import { unansweredList } from './packaged-software.ts'
import { printMatch, releaseToInstall, severityOfMatches, stateOf, titled } from './version-verdict.ts'

export default defineControl({
  id: 'python-packages-not-vulnerable',
  item: 'OPS-1',
  severity: 'high',
  title: 'Python packages of the inference server have no known vulnerabilities',
  rationale:
    'torch, ray and the servers beside them load what the network sends. torch.load before 2.6.0 runs code even with weights_only, and such packages stay where they were first installed.',
  steps: 'Update the packages in the environment of the server, then restart it.',
  needs: ['packages'],
  uses: ['updates', 'services'],
  references: ['NIST-800-53:SI-2', 'CIS-8:7.4', 'ISO-27001:A.8.8', 'OWASP-LLM:LLM03'],
  evaluate: ({ packages, updates, services }, { advisories, now }) => {
    const verdicts = [
      ...packages.environments.map((environment) =>
        environment.readable && isOfDistribution(environment, updates.known ? updates.value.manager : undefined)
          ? judgeDistribution(environment, updates, now)
          : judge(environment, advisories),
      ),
      ...packages.ofUnknownFolder.map(ofUnknownFolder),
      ...(services.known ? services.value.filter(isPythonInside).map(ofImage) : []),
    ]
    if (verdicts.length > 0) return verdicts
    const reason = 'No inference server of this host runs in a Python of the host.'
    return [
      {
        status: 'not-applicable',
        subject: '',
        title: 'No Python environment of an engine',
        reason,
        cite: [{ section: 'software', line: 0 }],
      },
    ]
  },
})

/** vLLM is a Python program, and its image holds what it imports. */
const isPythonInside = ({ engine, how, running }: InferenceService): boolean => engine === 'vllm' && how === 'container' && running

const ofImage = (service: InferenceService): Verdict => ({
  subject: service.id,
  status: 'not-evaluated',
  title: 'Packages inside its container were not read',
  reason: `${serviceName(service)} runs in a container${service.image ? ` of ${service.image.name.slice(0, 120)}` : ''}, whose Python packages were not read. The tag of an image tells the version of the engine alone.`,
  hint: 'Have a scanner of images look at it before it is pulled, and take newer releases of it as they come.',
  cite: [service.image ? { section: 'containers', line: service.image.line } : { section: 'software', line: 0 }],
})

const ofUnknownFolder = (service: string): Verdict => ({
  subject: service,
  status: 'not-evaluated',
  title: 'Where its Python packages lie is not known',
  reason: `${service} runs in a Python of this host, and its own package is in none of the folders that were listed: it was started without the path of its Python, or imports from a home or from PYTHONPATH.`,
  hint: 'Start it by the full path of the python in its environment (/opt/vllm/bin/python -m …), which then tells where its packages lie.',
  cite: [{ section: 'software', line: 0 }],
})

/** `python3-requests`; of a Python beside the system's `python3.12-requests` (RHEL 9), `python39-requests` (RHEL 8), `python311-requests` (SUSE). */
function isForPython(name: string, folder: string): boolean {
  const [, minor] = /\/python3\.(\d+)\//.exec(folder) ?? []
  const [prefix, number] = /^(?:lib)?python(?:3?\.?(\d*))-/.exec(name) ?? []
  return prefix !== undefined && (!number || number === minor)
}

/** Fixes come to the distribution's folder without a new upstream version, so that the ranges of PyPI's advisories say nothing; the distribution's own list does. */
function judgeDistribution({ folder, line, packages }: PythonEnvironment, updates: FactResult<Updates>, now: number): Verdict {
  const base = { subject: folder, cite: [{ section: 'software', line }] }
  const pending = updates.known ? updates.value.pending.filter(({ name }) => isForPython(name, folder)) : []
  const [first, ...more] = pending
  if (first !== undefined)
    return {
      ...base,
      status: 'fail',
      title: titled(`An update of ${first.name} is pending${more.length > 0 ? `, ${more.length} more` : ''}`),
      reason: `${first.name} ${first.installed} is installed, and the security archive of the distribution has ${first.available}.`,
      hint: `Install the updates of ${pending
        .slice(0, 8)
        .map(({ name }) => name)
        .join(', ')}${pending.length > 8 ? ', …' : ''}.`,
      cite: pending.slice(0, 8).map((one) => ({ section: 'updates', line: one.line, token: one.available })),
    }
  const why = updates.known ? unansweredList(updates.value, true, now) : `could not be read: ${updates.reason}`
  if (why !== undefined)
    return {
      ...base,
      status: 'not-evaluated',
      title: "The distribution's Python could not be judged",
      reason: `The ${packages.length} packages in ${folder} are the distribution's, which takes fixes without a new upstream version. Its security list ${why}.`,
    }
  return {
    ...base,
    status: 'pass',
    title: "The distribution's Python packages are current",
    reason: `The ${packages.length} packages in ${folder} are the distribution's, and its security archive has no newer one.`,
  }
}

interface Vulnerable {
  readonly name: string
  readonly version: string
  readonly line: number
  readonly matches: readonly AdvisoryMatch[]
}

/** The engine itself has its own check. */
const engines = /^(?:vllm|llama[-_]cpp[-_]python)$/i

function judge({ folder, line, packages, readable }: PythonEnvironment, book: AdvisoryBook): Verdict {
  const base = { subject: folder }
  const others = packages.filter(({ name }) => !engines.test(name))
  if (!readable || packages.length === 0) {
    const reason = readable ? `${folder} holds no metadata of packages.` : `The audit account may not list ${folder}.`
    return { ...base, status: 'not-evaluated', title: 'Python packages could not be listed', reason, cite: [{ section: 'software', line }] }
  }
  const found = others.map((one) => ({ ...one, ...book.assess(python(one.name), one.version) }))
  const vulnerable = found.filter(({ matches }) => matches.length > 0).toSorted((a, b) => loudness(a) - loudness(b))
  const [worst, ...more] = vulnerable
  if (worst?.matches[0] !== undefined) {
    const names = vulnerable.slice(0, 8).map((one) => `${one.name} ${one.version}${fixOf(one)}`)
    return {
      ...base,
      status: vulnerable.every(isConditional) ? 'warning' : 'fail',
      severity: severityOfMatches(worst.matches),
      title: titled(`${worst.name} ${worst.version} ${stateOf(worst.matches[0])}${more.length > 0 ? `, ${more.length} more` : ''}`),
      reason: `${worst.name} ${worst.version}: ${printMatch(worst.matches[0])}: ${worst.matches[0].advisory.summary ?? 'no summary'}. ${vulnerable.length} of ${others.length} packages in ${folder} have known vulnerabilities.`,
      hint: `${vulnerable.some(isAttack) ? `${BROKEN_INTO} ` : ''}Update ${names.join(', ')}${vulnerable.length > 8 ? ', …' : ''}.`,
      cite: vulnerable
        .slice(0, 8)
        .map((one) => ({ section: 'software', line: one.line, token: one.version, note: one.matches[0] && printMatch(one.matches[0]) })),
    }
  }
  const followed = found.filter(({ known }) => known > 0).length
  const undecided = found.filter((one) => one.undecided.length > 0)
  if (undecided.length > 0) {
    const names = undecided.slice(0, 5).map((one) => `${one.name} ${one.version}`)
    const reason = `The versions of ${names.join(', ')} could not be compared with the advisories about them.`
    return {
      ...base,
      status: 'not-evaluated',
      title: 'Some versions could not be compared',
      reason,
      cite: undecided.slice(0, 5).map((one) => ({ section: 'software', line: one.line })),
    }
  }
  if (followed === 0) {
    const reason = `None of the ${others.length} packages in ${folder} is named by the advisory data. Import a dump of PyPI's advisories to judge them.`
    return { ...base, status: 'not-evaluated', title: 'No advisory data for these packages', reason, cite: [{ section: 'software', line }] }
  }
  return {
    ...base,
    status: 'pass',
    title: 'No vulnerable Python package is known',
    reason: `${followed} of the ${others.length} packages in ${folder} are named by advisories, and none of their versions is affected.`,
    cite: [{ section: 'software', line }],
  }
}

const isConditional = ({ matches }: Vulnerable): boolean =>
  matches.every(({ advisory }) => advisory.database_specific?.condition !== undefined)
const isAttack = ({ matches }: Vulnerable): boolean => matches.some(({ advisory }) => isMalicious(advisory))
const BROKEN_INTO = 'Take the host for broken into: cut it off, change every key and password that it held, and set it up anew.'

const loudness = ({ matches: [worst] }: Vulnerable): number =>
  (worst?.exploited ? 0 : 10) + ['critical', 'high', 'medium', 'low'].indexOf(worst?.severity ?? 'medium')

function fixOf({ name, matches }: Vulnerable): string {
  const release = releaseToInstall(matches, [python(name)])
  return release === undefined ? '' : ` to ${release}`
}

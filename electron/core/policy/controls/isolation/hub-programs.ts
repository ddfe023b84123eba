import type { FactResult } from '../../../facts/fact.ts'
import type { Hub, Program } from '../../../facts/programs/programs.ts'
import { isRepository } from '../../../facts/services/vllm-words.ts'
import type { Verdict } from '../../control.ts'
import { citeProgram, ofKinds, programName } from '../programs/program-words.ts'

const SWITCH = 'HF_HUB_OFFLINE=1'
const isAddress = (name: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(name)

/** What comes out of a hub, or out of a store, which no switch of the hub keeps away. */
const fetched = ({ models }: Hub): string | undefined => models.find(isAddress) ?? models.find(isRepository)

/** Servers of models beside the engines that are modelled in depth (SGLang, Text Generation Inference, …): are they told to stay offline? */
export function offlinePrograms(programs: FactResult<readonly Program[]>): readonly Verdict[] {
  return ofKinds(programs.known ? programs.value : [], 'inference').map((program): Verdict => {
    const [name, base] = [programName(program), { subject: program.id, cite: citeProgram(program) }]
    const { hub } = program
    const unread = { ...base, status: 'not-evaluated', title: 'What keeps the server offline is not known' } as const
    if (hub === undefined)
      return {
        ...unread,
        reason: `What ${program.name} reaches outside for, and by which setting it stays offline, is not modelled: ${name}.`,
      }
    if (hub.offline === 'set')
      return { ...base, status: 'pass', title: 'The server is told to stay offline', reason: `${name} runs with ${SWITCH}.` }
    if (hub.offline === 'missing') {
      const reason = `${name} runs without ${SWITCH}.`
      return { ...base, status: 'fail', title: 'The server is not told to stay offline', reason, hint: `Set ${SWITCH}.` }
    }
    if (hub.offline !== undefined)
      return {
        ...unread,
        reason: `Whether ${SWITCH} is set for ${name} is not known: its environment could not be read whole, or something may override it.`,
      }
    const model = fetched(hub)
    if (model !== undefined) {
      const reason = `${name} loads ${model}, and has no switch that keeps it from its hub. Expected a folder.`
      return {
        ...base,
        status: 'fail',
        title: 'The server is not told to stay offline',
        reason,
        hint: 'Copy the approved model to disk and name its path.',
      }
    }
    return hub.named
      ? {
          ...base,
          status: 'pass',
          title: 'The server loads from disk',
          reason: `${name} loads ${hub.models.join(', ')}, for which it asks no hub.`,
        }
      : { ...unread, reason: `${name} has no switch that keeps it from its hub, and which model it loads could not be read.` }
  })
}

/** Of those whose flags are known: what do they download by themselves? */
export function fetchingPrograms(programs: FactResult<readonly Program[]>): readonly Verdict[] {
  return ofKinds(programs.known ? programs.value : [], 'inference').flatMap((program): readonly Verdict[] => {
    const { hub } = program
    if (hub === undefined) return []
    const [name, base] = [programName(program), { subject: program.id, cite: citeProgram(program) }]
    const unread = { ...base, status: 'not-evaluated', title: 'What it would download is not known' } as const
    const model = fetched(hub)
    const kept = model !== undefined && !isAddress(model) ? hub.offline : undefined
    if (kept === 'said')
      return [
        {
          ...unread,
          reason: `${name} is started with ${model}, and told to stay offline by ${SWITCH}, which something that could not be read may override.`,
        },
      ]
    if (model !== undefined && kept !== 'set') {
      const reason = `${name} is started with ${model}, which it loads ${isAddress(model) ? 'from a remote store' : 'from a hub'}. Expected a path on disk.`
      return [
        {
          ...base,
          status: 'fail',
          title: 'The server downloads by itself',
          reason,
          hint: 'Copy the approved model to disk and name its path.',
        },
      ]
    }
    if (!hub.named && hub.offline !== 'set') return [{ ...unread, reason: `${name} runs, and which model it loads could not be read.` }]
    const reason = kept === 'set' || !hub.named ? `${name} is told to stay offline.` : `${name} loads ${hub.models.join(', ')}.`
    return [{ ...base, status: 'pass', title: 'The server downloads nothing by itself', reason }]
  })
}

/** Does a proxy lead one of them outside? */
export function proxiedPrograms(programs: FactResult<readonly Program[]>): readonly Verdict[] {
  return ofKinds(programs.known ? programs.value : [], 'inference').map((program): Verdict => {
    const [name, base] = [programName(program), { subject: program.id, cite: citeProgram(program) }]
    if (program.proxy === undefined) {
      const reason = `The environment of ${name} could not be read whole, so a proxy may stand in it.`
      return { ...base, status: 'not-evaluated', title: "The server's environment could not be read", reason }
    }
    if (program.proxy === 'none')
      return { ...base, status: 'pass', title: 'No proxy is set for the server', reason: `No proxy is set for ${name}.` }
    const reason = `${name} runs with ${program.proxy}. Expected no proxy in an air gap.`
    return {
      ...base,
      status: 'fail',
      title: 'A proxy is set for the server',
      reason,
      hint: `Take ${program.proxy} out of its unit or container.`,
    }
  })
}

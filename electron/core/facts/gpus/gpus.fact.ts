import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { INFOROM_CORRUPTED } from '../gpu-health/parse.ts'
import { collectGpus } from './collect.ts'
import { parseGpus } from './parse.ts'

/** NVIDIA GPUs. A host without nvidia-smi has none that could be measured: an empty list, not an unknown. */
export const gpusFact: FactDefinition<'gpus'> = {
  id: 'gpus',
  sections: collectGpus,
  read({ section }) {
    const output = section('gpus')
    if (output.state === 'missing') return known([])
    const problem = unusable(output, 'GPUs')
    if (problem) return problem
    // Rows of the GPUs that still answer come before the words about the one that does not.
    const rows = `${output.stdout}\n${output.stderr}`.trim().split('\n')
    const said = (rows.find((row) => row.trim() !== '' && !/^\d+, /.test(row)) ?? rows[0])?.slice(0, 200)
    // Exit code 6: no device was found (nvidia-smi(1), RETURN VALUE).
    if (output.exitCode === 6 && /No devices were found/i.test(said ?? '')) return known([])
    if (output.exitCode !== 0 && output.exitCode !== INFOROM_CORRUPTED)
      return unknown(`GPUs: nvidia-smi ended with exit code ${output.exitCode}: ${said || 'no output'}`, ['gpus'])
    const gpus = parseGpus(output.stdout.replace(/^.*infoROM is corrupted.*$/gim, ''))
    if (gpus?.length === 0 && said !== '') return unknown(`GPUs: nvidia-smi says "${said}"`, ['gpus'])
    const odd = rows.find((row) => parseGpus(row) === undefined)?.slice(0, 200)
    return gpus ? known(gpus) : unknown(`GPUs: nvidia-smi has a row that is none of a GPU: "${odd}"`, ['gpus'])
  },
}

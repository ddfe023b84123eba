import type { GpuState, GpuUser } from '#shared/model/host-gpus.ts'
import { plainText } from '../../../ui/plain-text.ts'
import { count } from '../../../ui/words.ts'
import { CommandBlock } from '../command-block.tsx'
import { DetailList } from '../detail-list.tsx'
import { DetailPane } from '../detail-pane.tsx'
import { ProofLine } from '../proof-line.tsx'
import { type OpenFinding, VerdictList } from '../verdict-link.tsx'
import { memoryWords, onOff, powerWords, throttleWords, traceWords, usedBy, withUnit } from './gpu-words.ts'

/** One card: state, limits and what its driver says is wrong with it. */
export function GpuDetail({ gpu, onFinding }: { readonly gpu: GpuState; readonly onFinding: OpenFinding }) {
  const errors = [
    gpu.remapPending ? 'a memory row waits for a reset' : undefined,
    gpu.remapFailed ? 'a memory row could not be remapped' : undefined,
    gpu.recovery === undefined ? undefined : `the driver asks for ${plainText(gpu.recovery, 40)}`,
  ].filter((one) => one !== undefined)
  return (
    <DetailPane label="Details of the GPU" title={`GPU ${gpu.index}, ${plainText(gpu.name, 80)}`} sub={plainText(gpu.uuid, 60)}>
      <VerdictList verdicts={gpu.open} onOpen={onFinding} />
      <p className="muted">
        {gpu.passing === 0
          ? 'No check passes about it.'
          : `${count(gpu.passing, 'check')} about it ${gpu.passing === 1 ? 'passes' : 'pass'}.`}
      </p>
      <h4>State</h4>
      <DetailList
        rows={[
          ['Memory', memoryWords(gpu)],
          ['Load', withUnit(gpu.utilizationPercent, '%')],
          ['Temperature', withUnit(gpu.temperatureC, ' °C')],
          ['Power', powerWords(gpu)],
          ['Throttled', throttleWords(gpu)],
          ...(gpu.vendor === 'amd'
            ? []
            : ([
                ['Persistence', onOff(gpu.persistence)],
                ['MIG', onOff(gpu.mig)],
                ['ECC', onOff(gpu.ecc)],
              ] as const)),
          [
            'Memory errors',
            gpu.uncorrectedErrors === undefined ? 'Not shown' : `${gpu.uncorrectedErrors} uncorrectable since the driver was loaded`,
          ],
          ...(errors.length === 0 ? [] : [['Faults', errors.join(', ')] as const]),
        ]}
      />
      <h4>{gpu.vendor === 'amd' ? 'Faults in the kernel log' : 'Faults in the kernel log (Xid)'}</h4>
      {gpu.vendor === 'amd' ? (
        <p>What amdgpu writes there is not read.</p>
      ) : gpu.xids === undefined ? (
        <p>The kernel log could not be read.</p>
      ) : gpu.xids.length === 0 ? (
        <p>None since the start.</p>
      ) : (
        <DetailList rows={xidRows(gpu.xids)} />
      )}
      {gpu.proof !== undefined && (
        <>
          <h4>Proof</h4>
          <ProofLine proof={gpu.proof} />
        </>
      )}
    </DetailPane>
  )
}

/** Equal lines of the log once, with how often they came. */
function xidRows(xids: NonNullable<GpuState['xids']>): readonly (readonly [string, string])[] {
  const seen = new Map<number, { text: string; times: number }>()
  for (const { code, text } of xids) seen.set(code, { text, times: (seen.get(code)?.times ?? 0) + 1 })
  return [...seen].map(([code, { text, times }]) => [`Xid ${code}${times > 1 ? `, ${times} times` : ''}`, plainText(text, 200)])
}

/** One process on a card: whose it is, and which service or container it belongs to. */
export function UserDetail({ user, onFinding }: { readonly user: GpuUser; readonly onFinding: OpenFinding }) {
  const { belongsTo } = user
  return (
    <DetailPane label="Details of the process" title={plainText(user.name, 120) || 'A process without a name'} sub={`pid ${user.pid}`}>
      {user.verdict !== undefined && <VerdictList verdicts={[user.verdict]} onOpen={onFinding} />}
      <h4>Whose it is</h4>
      <DetailList
        rows={[
          ['Account', user.account === undefined ? 'Not shown' : plainText(user.account, 80)],
          ['Runs in', traceWords(user)],
          [
            'Belongs to',
            belongsTo === undefined
              ? 'No known inference server'
              : belongsTo.kind === 'tool'
                ? 'A tool that watches GPUs'
                : plainText(belongsTo.name, 120),
          ],
          ['GPU', user.gpu === undefined ? 'Not shown' : `GPU ${user.gpu}`],
          ['Memory', usedBy(user)],
        ]}
      />
      <CommandBlock words={user.command} />
      {user.proof !== undefined && (
        <>
          <h4>Proof</h4>
          <ProofLine proof={user.proof} />
        </>
      )}
    </DetailPane>
  )
}

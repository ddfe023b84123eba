import { bytesText } from '#shared/bytes-text.ts'
import type { ModelJob, ModelProgress } from '#shared/model/model-job.ts'
import { visible } from '#shared/words.ts'

const CLEAR_LINE = '\r\u001b[K'

/** One line per finished host; on a terminal also a last line with what is read, how fast, and what that leaves. */
export function createModelProgress(output: NodeJS.WriteStream): { update(job: ModelJob | null): void; end(): void } {
  const finished = new Set<string>()
  let open = false
  const clear = () => {
    if (open) output.write(CLEAR_LINE)
    open = false
  }
  return {
    update(job) {
      if (job === null) return
      for (const progress of job.hosts) {
        if (finished.has(progress.host) || !['done', 'failed', 'cancelled'].includes(progress.stage)) continue
        finished.add(progress.host)
        clear()
        output.write(`${progress.host}: ${endOf(progress, job.kind)}\n`)
      }
      const busy = job.hosts.filter(({ stage }) => !['waiting', 'done', 'failed', 'cancelled'].includes(stage))
      if (!output.isTTY || job.state === 'finished' || busy.length === 0) return
      const text = busy.map(underWay).join(' · ')
      output.write(`${CLEAR_LINE}${visible(text).slice(0, Math.max(20, output.columns - 1))}`)
      open = true
    },
    end: clear,
  }
}

function endOf({ stage, filesTotal, bytesTotal, failure }: ModelProgress, kind: ModelJob['kind']): string {
  if (stage === 'failed') return `failed: ${visible(failure?.detail ?? '')}`
  if (stage === 'cancelled') return 'stopped'
  return filesTotal > 0 ? `${kind === 'deploy' ? 'deployed' : 'hashed'} ${filesTotal} files, ${bytesText(bytesTotal)}` : 'done'
}

function underWay({
  host,
  stage,
  filesDone,
  filesTotal,
  bytesDone,
  bytesTotal,
  bytesPerSecond,
  secondsLeft,
  current,
}: ModelProgress): string {
  if (stage === 'scanning') return `${host} scanning ${filesDone} of ${filesTotal}`
  if (stage !== 'hashing' && stage !== 'copying') return `${host} ${stage}`
  const percent = bytesTotal > 0 ? ` ${Math.floor((bytesDone / bytesTotal) * 100)}%` : ''
  const pace = bytesPerSecond > 0 ? ` ${bytesText(bytesPerSecond)}/s` : ''
  const left = secondsLeft === undefined ? '' : ` ${Math.floor(secondsLeft / 60)}:${String(secondsLeft % 60).padStart(2, '0')} left`
  return `${host}${percent}${pace}${left} ${current.slice(current.lastIndexOf('/') + 1)}`
}

import type { AuditJob, HostProgress } from '#shared/model/job.ts'

export interface ProgressLines {
  update(job: AuditJob | null): void
  end(): void
}

const CLEAR_LINE = '\r\u001b[K'

/** One line per finished host; on a terminal also a last line that says what is under way. */
export function createProgressLines(output: NodeJS.WriteStream): ProgressLines {
  const finished = new Set<string>()
  const clear = output.isTTY ? CLEAR_LINE : ''

  return {
    update(job) {
      if (job === null) return
      for (const host of job.hosts) {
        if (finished.has(host.host) || !['done', 'failed', 'cancelled'].includes(host.stage)) continue
        finished.add(host.host)
        output.write(`${clear}${host.host}: ${host.failure ? `${host.failure.code}: ${host.failure.detail}` : host.stage}\n`)
      }
      if (output.isTTY && finished.size < job.hosts.length) output.write(clear + underWay(job.hosts).slice(0, (output.columns ?? 80) - 1))
    },
    end() {
      output.write(clear)
    },
  }
}

function underWay(hosts: readonly HostProgress[]): string {
  const running = hosts.filter(({ stage }) => !['waiting', 'done', 'failed', 'cancelled'].includes(stage))
  return running
    .map(
      ({ host, stage, current, sectionsDone, sectionsTotal }) =>
        `${host} ${stage}${sectionsTotal > 0 ? ` ${sectionsDone}/${sectionsTotal} ${current}` : ''}`,
    )
    .join(', ')
}

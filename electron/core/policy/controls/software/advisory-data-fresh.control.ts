import { DAY_MS } from '#shared/day.ts'
import type { AdvisorySource } from '../../../advisories/advisory-book.ts'
import { defineControl } from '../../control.ts'

const MAX_AGE_DAYS = 30

/** What Gatehouse judges versions by: Go and Python engines, and software that only its vendor lists (drivers, nginx). */
const ecosystems = ['PyPI', 'Go', 'upstream'] as const
const words = { PyPI: 'Python packages', Go: 'Ollama, LocalAI and container tools', upstream: 'GPU drivers, llama.cpp and nginx' } as const

export default defineControl({
  id: 'advisory-data-fresh',
  item: 'OPS-1',
  severity: 'low',
  title: 'The advisory data is at most 30 days old',
  rationale:
    'A version passes when no advisory names it. Holes published after the data was made are not in it, so old data lets more and more versions pass.',
  steps: 'Import a newer file: Settings, Advisories, or gatehouse advisories import FILE. It needs no network.',
  needs: ['packages'],
  references: ['NIST-800-53:RA-5', 'CIS-8:7.1', 'ISO-27001:A.5.7'],
  evaluate: (_, { advisories, now }) => {
    const ages = ecosystems.map((ecosystem) => ({ ecosystem, days: ageInDays(advisories.sources, ecosystem, now) }))
    const old = ages.filter(({ days }) => days === undefined || days > MAX_AGE_DAYS)
    const oldest = Math.max(...ages.map(({ days }) => days ?? Number.POSITIVE_INFINITY))
    if (old.length === 0) {
      const reason = `${advisories.size} records, the oldest part ${oldest} days old at the time of the audit.`
      return [{ subject: '', status: 'pass', title: 'The advisory data is fresh', reason, cite: [] }]
    }
    const age = Number.isFinite(oldest) ? `${oldest} days old` : 'of unknown age'
    return [
      {
        subject: '',
        status: 'warning',
        title: `The advisory data is ${age}`,
        reason: `Data about ${old.map(({ ecosystem }) => words[ecosystem]).join(', ')} is ${age}. Expected at most ${MAX_AGE_DAYS} days.`,
        cite: [],
      },
    ]
  },
})

/** Whole days since the newest source of an ecosystem; 0 when the data is newer than the audit. */
function ageInDays(sources: readonly AdvisorySource[], ecosystem: string, now: number): number | undefined {
  const about = sources.filter((source) => source.ecosystems === undefined || source.ecosystems.includes(ecosystem))
  if (about.length === 0) return undefined
  return Math.max(0, Math.floor((now - Math.max(...about.map(({ publishedMs }) => publishedMs))) / DAY_MS))
}

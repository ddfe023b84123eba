import type { Access, JobScript } from '../../../facts/access/access.ts'
import { fetchPattern } from '../../../facts/access/jobs-script.ts'
import type { Citation } from '../../../facts/citation.ts'
import { splitCommands } from '../../../facts/services/shell-commands.ts'
import { defineControl, type Verdict } from '../../control.ts'

export default defineControl({
  id: 'model-downloads-not-scheduled',
  item: 'SUP-4',
  severity: 'high',
  title: 'No job of cron and no timer fetches models',
  rationale:
    'A job that pulls a model again at night replaces what was approved with whatever was published since. Whoever takes over the account of the publisher is served the next morning.',
  steps: 'Fetch models by hand, verify them, and copy them to the host.',
  needs: ['access'],
  references: ['NIST-800-53:CM-3', 'NIST-800-53:SI-7', 'CIS-8:2.5', 'ISO-27001:A.8.19', 'OWASP-LLM:LLM03'],
  concerns: 'servers',
  evaluate: ({ access }) => {
    const parts = { 'Jobs of cron': access.cron, Timers: access.timed, 'Scripts of jobs': access.scripts }
    const unread = Object.entries(parts).flatMap(([part, result]): Verdict[] =>
      result.known
        ? []
        : [
            {
              status: 'not-evaluated',
              subject: part,
              title: `${part} could not be read`,
              reason: `${result.reason}.`,
              hint: result.hint,
              cite: whole,
            },
          ],
    )
    const jobs = jobsOf(access)
    const found = jobs.flatMap((job) => judge(job, access.scripts.known ? access.scripts.value : []))
    if (found.length + unread.length > 0) return [...found, ...unread]
    if (jobs.length === 0)
      return [{ status: 'not-applicable', subject: '', title: 'Nothing is scheduled', reason: 'No job of cron, no timer.', cite: whole }]
    const reason = `${jobs.length} jobs of cron and timers, and the scripts that they run, name nothing that fetches models.`
    return [{ status: 'pass', subject: '', title: 'No job names a download of models', reason, cite: whole }]
  },
})

const whole: readonly Citation[] = [{ section: 'access', line: 0 }]

interface Job {
  /** File of cron, or the service that a timer starts. */
  readonly name: string
  readonly command: string
  readonly line: number
}

const jobsOf = ({ cron, timed, scripts }: Access): readonly Job[] => [
  ...(cron.known ? cron.value.map(({ file, command, line }) => ({ name: file, command, line })) : []),
  ...(timed.known ? timed.value.map(({ unit, command, line }) => ({ name: unit, command, line })) : []),
  ...(scripts.known
    ? scripts.value.flatMap(({ path, line }) => (/^\/etc\/cron\.[a-z]+ly\//.test(path) ? [{ name: path, command: path, line }] : []))
    : []),
]

function judge({ name, command, line }: Job, scripts: readonly JobScript[]): readonly Verdict[] {
  const fetch = new RegExp(fetchPattern).exec(command)?.[0].trim()
  if (fetch !== undefined) {
    const cite = [{ section: 'access', line, token: fetch, note: 'Expected no job that fetches models.' }]
    return [{ status: 'fail', subject: name, title: 'A job fetches models', reason: `${name} runs ${command.slice(0, 200)}.`, cite }]
  }
  const run = runBy(command)
  const mine = scripts.filter(({ path }) => run.has(path))
  const [fetching] = mine.flatMap(({ fetches }) => fetches)
  if (fetching !== undefined) {
    const reason = `${name} runs ${fetching.file}, whose line ${fetching.number} says ${fetching.text.trim().slice(0, 200)}.`
    const cite = [{ section: 'access', line: fetching.line, note: 'Expected no job that fetches models.' }]
    return [{ status: 'fail', subject: name, title: 'A script of a job fetches models', reason, cite }]
  }
  const closed = mine.find(({ read }) => !read)
  if (closed === undefined) return []
  const reason = `${name} runs ${closed.path}, which the audit account may not read.`
  const cite = [{ section: 'access', line: closed.line }]
  return [{ status: 'not-evaluated', subject: name, title: 'What a job runs could not be read', reason, cite }]
}

/** Programs that run what their words name. */
const carriers =
  /^(?:(?:ba|da|z|k|a)?sh|env|exec|nice|ionice|chrt|flock|timeout|setsid|nohup|sudo|su|runuser|systemd-cat|chronic|command|test|\[|time|python[\d.]*|perl|ruby|node)$/

/** Paths that a command runs: the first word of each simple command, and every path behind a shell or a program that starts others. */
function runBy(command: string): ReadonlySet<string> {
  const paths = splitCommands(command).flatMap((words) => {
    const start = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word))
    const [first = '', ...rest] = start === -1 ? [] : words.slice(start)
    const carried = carriers.test(first.slice(first.lastIndexOf('/') + 1))
    return carried ? [first, ...rest.flatMap((word) => word.split(/[\s;&|]+/))] : [first]
  })
  return new Set(paths.filter((path) => path.startsWith('/')))
}

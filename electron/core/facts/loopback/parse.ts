import type { WireAnswer } from '../wire/wire.ts'
import type { Loopback, LoopbackAnswer } from './loopback.ts'

const ANSWER = /^(\d{3}) http:\/\/127\.0\.0\.1:(\d{1,5})(\/[\w/.-]*)$/
const BODY = /^body http:\/\/127\.0\.0\.1:(\d{1,5})(\/[\w/.-]*) (.*)$/
const MAX_LINES = 500

/** Lines `CODE URL` and `body URL TEXT`. 000 is curl's word for no HTTP answer. Other lines are skipped. */
export function parseLoopback(stdout: string): Loopback {
  const ports = new Map<number, LoopbackAnswer[]>()
  let notAsked: string | undefined
  for (const [index, line] of stdout.split('\n', MAX_LINES).entries()) {
    if (line === '#no-client') notAsked = 'neither curl nor wget is on the host'
    const [, code, port, path] = ANSWER.exec(line) ?? []
    if (code !== undefined && port !== undefined && path !== undefined && Number(port) <= 65_535) {
      const answers = ports.get(Number(port)) ?? []
      const outcome = code === '000' ? { failure: 'no HTTP answer' } : { status: Number(code) }
      // Asked twice, as beside a server that does not answer, the later counts.
      const others = answers.filter((one) => one.path !== path)
      ports.set(Number(port), [...others, { method: 'GET', path, headers: {}, line: index + 1, ...outcome }])
    }
    const [, of, where, body] = BODY.exec(line) ?? []
    const answers = ports.get(Number(of)) ?? []
    const at = answers.findIndex((answer) => answer.path === where)
    const answer = answers[at]
    if (answer && body !== undefined) answers[at] = { ...answer, body, bodyLine: index + 1 }
  }
  return { ports: [...ports].map(([port, answers]) => ({ port, answers })), ...(notAsked !== undefined && { notAsked }) }
}

/**
 * The version that an engine states: `{"version":"0.12.6"}`, `"build_info":"b6123-0123abcd"` (`b11669-Debian` of its package), LocalAI's `v3.5.0 (commit)`. Builds made
 * without the history of the source count from nothing (`b1-…`, `0.1.dev1`, `0.0.0`): such a number says nothing about what is inside.
 */
export function versionIn({ body = '' }: WireAnswer): string | undefined {
  const stated = /"(?:version|build_info)"\s*:\s*"([^"]{1,100})"/.exec(body)?.[1] ?? ''
  const build = /^b(\d{1,12})-\w+$/.exec(stated)?.[1]
  if (build !== undefined) return Number(build) < FIRST_TAGGED_BUILD ? undefined : `b${build}`
  const version = /^v?(\d[\w.+!-]*)(?: \([0-9a-f]+\))?$/.exec(stated)?.[1]
  return version === undefined || /^(?:0\.1\.dev|0\.0\.0(?!\d)|0\+)/.test(version) ? undefined : version
}

/** llama.cpp tags builds since b1000 or so; smaller numbers come from clones without history. */
const FIRST_TAGGED_BUILD = 600

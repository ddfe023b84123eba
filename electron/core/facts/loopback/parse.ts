import type { WireAnswer } from '../wire/wire.ts'
import type { Loopback } from './loopback.ts'

const ANSWER = /^(\d{3}) http:\/\/127\.0\.0\.1:(\d{1,5})(\/[\w/.-]*)$/
const BODY = /^body http:\/\/127\.0\.0\.1:(\d{1,5})(\/[\w/.-]*) (.*)$/
const MAX_LINES = 500

/** Lines `CODE URL` and `body URL TEXT`. 000 is curl's word for no HTTP answer. Other lines are skipped. */
export function parseLoopback(stdout: string): Loopback {
  const ports = new Map<number, WireAnswer[]>()
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
    if (answer && body !== undefined) answers[at] = { ...answer, body }
  }
  return { ports: [...ports].map(([port, answers]) => ({ port, answers })), ...(notAsked !== undefined && { notAsked }) }
}

/** A version in the body of `/api/version` or `/version`: `{"version":"0.12.6"}` (Ollama, vLLM, LocalAI). */
export function versionIn(answers: readonly WireAnswer[]): string | undefined {
  for (const { path, body } of answers) {
    if (body === undefined || !path.endsWith('/version')) continue
    const version = /"version"\s*:\s*"v?([0-9][\w.+-]{0,40})"/.exec(body)?.[1]
    if (version !== undefined) return version
  }
  return undefined
}

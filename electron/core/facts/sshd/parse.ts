import type { Sshd } from './sshd.ts'

/** Lines of `sshd -T`: a key in lower case, a blank, the value. Keys that may repeat (`port`, `listenaddress`, `allowusers` …) keep their order. */
export function parseSshd(text: string): Sshd {
  const settings = new Map<string, { value: string; line: number }[]>()
  for (const [index, raw] of text.split('\n').entries()) {
    const match = /^([a-z][a-z0-9]*)(?: (.*))?$/.exec(raw.trimEnd())
    if (!match?.[1]) continue
    const entry = { value: match[2] ?? '', line: index + 1 }
    const before = settings.get(match[1])
    if (before) before.push(entry)
    else settings.set(match[1], [entry])
  }
  return { settings: Object.fromEntries(settings) }
}

import type { Sshd } from './sshd.ts'

/**
 * Lines of `sshd -T`: a key, a blank, the value. Keys that may repeat (`port`, `listenaddress`, `allowusers` …) keep their order. OpenSSH 10.6 prints keys as its manual writes
 * them, those before in lower case, in which they are kept.
 */
export function parseSshd(text: string): Sshd {
  const settings = new Map<string, { value: string; line: number }[]>()
  for (const [index, raw] of text.split('\n').entries()) {
    const match = /^([a-z][a-z0-9]*)(?: (.*))?$/i.exec(raw.trimEnd())
    if (!match?.[1]) continue
    const key = match[1].toLowerCase()
    const entry = { value: match[2] ?? '', line: index + 1 }
    const before = settings.get(key)
    if (before) before.push(entry)
    else settings.set(key, [entry])
  }
  return { settings: Object.fromEntries(settings) }
}

import { basename } from 'node:path/posix'

/** Options of ssh that take a word (ssh(1); readconf and getopt of ssh.c). autossh takes `-M port` of its own (autossh(1)). */
const valued = 'BbcDEeFIiJLlmOoPpQRSWw'

/**
 * What an ssh client lets in from the other side: `remote` when its words ask for it (-R, RemoteForward, a tunnel device), `unread` when it runs for forwards alone
 * and names none, so that its configuration does. Words after the host are a command there: `ssh gw ls -R` forwards nothing.
 */
export function sshForwards(words: readonly string[]): 'remote' | 'unread' | 'none' {
  const [path = '', ...rest] = words
  const name = basename(path)
  // The master of shared connections that outlives its first session shows a title instead of its words.
  if (name === 'ssh:' || path.startsWith('ssh:')) return rest.at(-1) === '[mux]' ? 'unread' : 'none'
  if (name !== 'ssh' && name !== 'autossh') return 'none'
  const seen: [option: string, value: string][] = []
  let hosts = 0
  for (let at = 0; at < rest.length && hosts < 2; at++) {
    const word = rest[at] ?? ''
    if (word === '--') continue
    if (!/^-./.test(word)) hosts++
    else if (name === 'autossh' && /^-M/.test(word)) at += word === '-M' ? 1 : 0
    else
      for (let letter = 1; letter < word.length; letter++) {
        const option = word[letter] ?? ''
        const takes = valued.includes(option)
        const inside = takes ? word.slice(letter + 1) : ''
        seen.push([option, takes ? inside || (rest[++at] ?? '') : ''])
        if (takes) break
      }
  }
  // ps prints words without their quotes, so `-o "RemoteForward 80 gw:80"` may have been cut after its name.
  const remote = /^\s*(?:(?:RemoteForward|TunnelDevice)(?:[\s=]|$)|Tunnel[\s=]+(?!no\b))/i
  if (seen.some(([option, value]) => option === 'R' || option === 'w' || (option === 'o' && remote.test(value)))) return 'remote'
  const explained = seen.some(
    ([option, value]) => 'LDWOQGV'.includes(option) || (option === 'o' && /^\s*(?:Local|Dynamic)Forward\b/i.test(value)),
  )
  return !explained && (name === 'autossh' || seen.some(([option]) => option === 'N')) ? 'unread' : 'none'
}

import { setTimeout as pause } from 'node:timers/promises'
import type { ServerChannel } from 'ssh2'
import { type Hasher, hashers, hashFunctions, hashScript } from '#core/models/hashes/hash-script.ts'
import { listingScript } from '#core/models/inventory/listing-script.ts'
import { scannerScript } from '#core/models/other-scanners/scanner-script.ts'
import { closedAbove, identityText, mayRead, modelFilePath, visibleBelow } from './demo-files.ts'
import type { DemoHost } from './demo-host.ts'
import { digestOf } from './model-bytes.ts'
import { quotedWords } from './quoted-words.ts'

/** The scripts end with these lines; until then they are not complete. */
export const END_OF_LISTING = 'gl_main </dev/null 2>/dev/null\n'
export const END_OF_HASHING = 'hm_main 4>&1 </dev/null 2>/dev/null\n'

const letters = { directory: 'd', file: 'f', symlink: 'l' } as const
const unquoted = (word: string): string => quotedWords(word)[0] ?? ''

/** Answers the listing that this very build would send. False when it is another script. */
export function serveListing(channel: ServerChannel, script: string, host: DemoHost): boolean {
  const nonce = /^gl_k=([0-9a-f]{32})$/m.exec(script)?.[1] ?? ''
  const roots = [...script.matchAll(/^gl_root \d+ ([01]) ('(?:[^']|'\\'')*') /gm)].map(([, privileged, path = '']) => ({
    privileged: privileged === '1',
    path: unquoted(path),
  }))
  if (nonce === '' || listingScript(roots, nonce) !== script) return false
  channel.write('\0')
  for (const [index, { path, privileged }] of roots.entries()) {
    const asRoot = privileged && host.sudo
    const { entries, complete } = visibleBelow(host, path, asRoot)
    channel.write(`${nonce} r ${index}\0`)
    for (const [name, file] of entries) {
      const mode = file.mode.toString(8)
      const kind = letters[file.type]
      channel.write(`${kind}/${mode}/${file.owner}/${file.group}/${file.size}/${kind}/${identityText(name, file)}/${name}\0`)
      if (file.type === 'symlink') channel.write(`${file.target ?? ''}${name}\0`)
    }
    const account = entries.length === 0 && complete ? 'missing' : asRoot ? 'root' : 'self'
    channel.write(`${nonce} e ${index} ${complete ? 0 : 1} ${account}\0`)
  }
  channel.write(`${nonce} z ${Math.floor(Date.now() / 1000)}\0`)
  return true
}

const PICKLESCAN = '/usr/local/bin/picklescan'

/** Answers for picklescan on the host that has a dangerous pickle, in the words of version 1.0.4. False when it is another script. */
export function serveOtherScanners(channel: ServerChannel, script: string, host: DemoHost): boolean {
  const nonce = /^gs_k=([0-9a-f]{32})$/m.exec(script)?.[1] ?? ''
  const paths = [...script.matchAll(/^gs_run \d+ picklescan '\/usr\/local\/bin\/picklescan' ('(?:[^']|'\\'')*')$/gm)].map(([, path = '']) =>
    unquoted(path),
  )
  const calls = paths.map((path) => ({ scanner: 'picklescan', program: PICKLESCAN, path }) as const)
  if (nonce === '' || scannerScript(calls, nonce) !== script) return false
  if (calls.length === 0 && host.picklescan) channel.write(`${nonce} s picklescan ${PICKLESCAN}\n`)
  for (const [index, path] of paths.entries()) {
    const imports = host.picklescan?.[path] ?? []
    const found = imports.map((it) => `${path}: dangerous import '${it}' FOUND\n`).join('')
    const stat = identityOfOpen(host, path)
    const summary = `----------- SCAN SUMMARY -----------\nScanned files: 1\nInfected files: ${imports.length > 0 ? 1 : 0}\nDangerous globals: ${imports.length}\n`
    channel.write(`\n${nonce} b ${index} ${stat}\n${found}${summary}\n${nonce} e ${index} ${imports.length > 0 ? 1 : 0} ${stat}\n`)
  }
  channel.write(`\n${nonce} z\n`)
  return true
}

/** How fast its disks are: a large model takes a second or two. */
const BYTES_PER_SECOND = 12_000_000_000
const STEP_MS = 100

/** Answers the hashing that this very build would send. False when it is another script. */
export async function serveHashing(channel: ServerChannel, script: string, host: DemoHost): Promise<boolean> {
  const nonce = /^hm_k=([0-9a-f]{32}) /m.exec(script)?.[1] ?? ''
  const tasks = [...script.matchAll(/^hm_file \d+ (sha256|git) (\d+) [01] ('(?:[^']|'\\'')*')$/gm)].map(
    ([, algorithm, size, path = '']) => ({
      algorithm: algorithm === 'git' ? ('git-sha1' as const) : ('sha256' as const),
      file: modelFilePath(unquoted(path), Number(size)),
    }),
  )
  const asked = [undefined, ...(Object.keys(hashers) as Hasher[])].some(
    (hasher) => nonce !== '' && hashFunctions + hashScript(tasks, nonce, hasher) === script,
  )
  if (!asked) return false
  channel.write(
    `${nonce} m openssl 2\n${nonce} m sha256sum 7\n${nonce} s openssl ${Math.floor(Date.now() / 1000)} nice -n 19 ionice -c 3\n`,
  )
  for (const [index, { file: asked }] of tasks.entries()) {
    const file = host.files.get(asked.path)
    if (!file) channel.write(`${nonce} x ${index} gone\n`)
    else if (!mayRead(host, asked.path)) channel.write(`${nonce} x ${index} denied ${closedAbove(host, asked.path).length}\n`)
    else {
      const stat = identityOfOpen(host, asked.path)
      channel.write(`${nonce} b ${index} ${stat}\n`)
      for (let read = 0; read < file.size - BYTES_PER_SECOND / 10; read += (BYTES_PER_SECOND * STEP_MS) / 1000) {
        channel.write(`${nonce} p ${index} ${Math.min(read, file.size)}\n`)
        await pause(STEP_MS)
        if (channel.destroyed) return true
      }
      channel.write(`${nonce} d ${index} ${digestOf(file)} ${stat}\n`)
    }
  }
  channel.write(`${nonce} z\n`)
  return true
}

function identityOfOpen(host: DemoHost, path: string): string {
  const file = host.files.get(path)
  if (!file) return ''
  const [device = '', inode = '', , mtime = '', ctime = ''] = identityText(path, file).split('/')
  return `${device}/${inode}/${file.size}/${mtime}/${ctime}`
}

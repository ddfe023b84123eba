import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { ExecOptions, HostSession } from '../../../ports.ts'
import { bytesSource } from '../../byte-source.ts'
import { localSession } from '../../local-session.testing.ts'
import type { BlobSource } from './blob-source.ts'
import { readDeployAnswer } from './deploy-answer.ts'
import { deployToHost } from './deploy-host.ts'
import { type DeployTarget, deployProgram } from './deploy-program.ts'
import { runDeployStep } from './run-deploy-step.ts'

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
const { username, uid } = userInfo()
const WEIGHTS = Buffer.alloc(3 * 1_048_576 + 17, 'w').toString()
const CONFIG = '{"a":1}'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-deploy-')))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const contents = new Map([WEIGHTS, CONFIG].map((text) => [sha256(text), Buffer.from(text)]))
const source: BlobSource = {
  open: async (wanted) => {
    const bytes = contents.get(wanted)
    if (!bytes) throw new GatehouseError({ code: 'registry.not-stored', detail: wanted })
    return { ...bytesSource(wanted, bytes), close: async () => undefined }
  },
  close: () => undefined,
}
const fileOf = (name: string, text: string) => ({ name, sha256: sha256(text), bytes: Buffer.byteLength(text) })
const target = (more: Partial<DeployTarget> = {}): DeployTarget => ({
  ...{ layout: 'directory', root, name: 'm', owner: username, manifest: '', stage: '.gatehouse-s' },
  files: [fileOf('model.safetensors', WEIGHTS), fileOf('sub/config.json', CONFIG)],
  ...more,
})

/** This machine as the host; whoever runs the tests stands for root. */
function here(change: (options: ExecOptions) => ExecOptions = (it) => it): HostSession {
  const local = localSession(['/bin/sh'])
  return {
    ...local,
    exec: (command, options) => {
      const stdin = (options.stdin ?? '').replace('[ "$(id -u)" = 0 ]', 'true').replace('= 0:700', `= ${uid}:700`)
      return local.exec(command, change({ ...options, stdin }))
    },
  }
}
const never = new AbortController().signal
const deploy = (to: DeployTarget, session = here(), signal = never, blobs = source) =>
  deployToHost({
    target: to,
    source: blobs,
    connect: async () => session,
    user: 'root',
    signal,
    now: Date.now,
    onProgress: () => undefined,
  })
const detailOf = (run: Promise<unknown>) =>
  run.then(
    () => 'done',
    (error) => `${failureOf(error).code} ${failureOf(error).detail}`,
  )
const at = (path: string) => readFileSync(join(root, path), 'utf8')

test('a model arrives whole, with owner and mode, and nothing else stays', async () => {
  await deploy(target())
  expect([at('m/model.safetensors') === WEIGHTS, at('m/sub/config.json')]).toEqual([true, CONFIG])
  expect([statSync(join(root, 'm/model.safetensors')).mode & 0o7777, statSync(join(root, 'm/sub')).mode & 0o7777]).toEqual([0o440, 0o750])
  expect(readdirSync(root)).toEqual(['m'])
})

test('the version before is there until the new one is in its place, and gone afterwards', async () => {
  mkdirSync(join(root, 'm'))
  writeFileSync(join(root, 'm/old.bin'), 'old')
  await deploy(target())
  expect([readdirSync(join(root, 'm')).sort(), readdirSync(root)]).toEqual([['model.safetensors', 'sub'], ['m']])
})

test('many files, more than travel side by side', async () => {
  const many = Array.from({ length: 13 }, (_, index) => fileOf(`f${index}`, `text ${index}`))
  for (const [index] of many.entries()) contents.set(sha256(`text ${index}`), Buffer.from(`text ${index}`))
  await deploy(target({ files: [fileOf('model.safetensors', WEIGHTS), ...many] }))
  expect(many.map(({ name }) => at(`m/${name}`))).toEqual(many.map((_, index) => `text ${index}`))
  expect(readdirSync(root)).toEqual(['m'])
}, 20_000)

test('a host whose tee goes on when a disk is full: hashed once it is there', async () => {
  const session = here((it) => ({ ...it, stdin: (it.stdin ?? '').replaceAll('--output-error=exit', '--no-such-option') }))
  await deploy(target(), session)
  expect(at('m/model.safetensors') === WEIGHTS).toBe(true)
})

test('a file of its own', async () => {
  await deploy(target({ layout: 'file', name: 'm.gguf', files: [fileOf('m.gguf', WEIGHTS)] }))
  expect([at('m.gguf') === WEIGHTS, statSync(join(root, 'm.gguf')).mode & 0o7777]).toEqual([true, 0o440])
})

describe('Ollama', () => {
  const MANIFEST = `{"layers":[{"digest":"sha256:${sha256(WEIGHTS)}"}]}`
  const NAME = 'manifests/registry.ollama.ai/library/m/latest'
  const ollama = () =>
    target({
      layout: 'ollama',
      name: NAME,
      manifest: sha256(MANIFEST),
      files: [fileOf('manifest', MANIFEST), fileOf('model', WEIGHTS), fileOf('config', CONFIG)],
    })
  beforeEach(() => {
    contents.set(sha256(MANIFEST), Buffer.from(MANIFEST))
    for (const folder of ['blobs', 'manifests']) mkdirSync(join(root, folder))
  })

  test('blobs by their digests, the manifest last', async () => {
    await deploy(ollama())
    expect([at(NAME), at(`blobs/sha256-${sha256(WEIGHTS)}`) === WEIGHTS]).toEqual([MANIFEST, true])
    expect(readdirSync(join(root, 'blobs')).sort()).toEqual([`sha256-${sha256(CONFIG)}`, `sha256-${sha256(WEIGHTS)}`].sort())
    expect(readdirSync(root).sort()).toEqual(['blobs', 'manifests'])
  })

  test('a blob that is there is not sent again; one with other bytes is replaced', async () => {
    writeFileSync(join(root, `blobs/sha256-${sha256(WEIGHTS)}`), WEIGHTS)
    writeFileSync(join(root, `blobs/sha256-${sha256(CONFIG)}`), 'damaged')
    const sent: string[] = []
    const watch = <T>(wanted: string, open: () => T) => {
      sent.push(wanted)
      return open()
    }
    await deploy(ollama(), here(), never, { ...source, open: (wanted, signal) => watch(wanted, () => source.open(wanted, signal)) })
    expect(sent.sort()).toEqual([sha256(MANIFEST), sha256(CONFIG)].sort())
    expect(at(`blobs/sha256-${sha256(CONFIG)}`)).toBe(CONFIG)
  })

  test('a folder that is no store, or a link in it, is refused', async () => {
    rmSync(join(root, 'manifests'), { recursive: true })
    symlinkSync('/tmp', join(root, 'manifests'))
    expect(await detailOf(deploy(ollama()))).toContain('is no store of Ollama')
  })
})

describe('stopped in the middle', () => {
  test('goes on from the byte that arrived last', async () => {
    const abort = new AbortController()
    const slow: BlobSource = {
      ...source,
      open: async (wanted, signal) => {
        const blob = await source.open(wanted, signal)
        return {
          ...blob,
          read: (offset, length) =>
            offset >= 2 * 1_048_576
              ? new Promise(() => setTimeout(() => abort.abort(new GatehouseError({ code: 'job.cancelled', detail: '' })), 300))
              : blob.read(offset, length),
        }
      },
    }
    expect(await detailOf(deploy(target(), here(), abort.signal, slow))).toContain('job.cancelled')
    expect([existsSync(join(root, 'm')), statSync(join(root, `.gatehouse-s/part/${sha256(WEIGHTS)}`)).size]).toEqual([false, 2 * 1_048_576])
    const offsets: number[] = []
    const watched: BlobSource = {
      ...source,
      open: async (wanted, signal) => {
        const blob = await source.open(wanted, signal)
        return {
          ...blob,
          read: (offset, length) => {
            offsets.push(offset)
            return blob.read(offset, length)
          },
        }
      },
    }
    await deploy(target(), here(), never, watched)
    expect(offsets[0]).toBe(2 * 1_048_576)
    expect(at('m/model.safetensors') === WEIGHTS).toBe(true)
  })

  test('a link that is lost is taken up again by itself', async () => {
    let calls = 0
    const session: HostSession = {
      ...here(),
      exec: (command, options) =>
        ++calls === 2 ? Promise.reject(new GatehouseError({ code: 'ssh.connection-lost', detail: '' })) : here().exec(command, options),
    }
    await deploy(target(), session)
    expect(at('m/sub/config.json')).toBe(CONFIG)
  }, 20_000)

  test('between the two renames: the version before comes back first', async () => {
    mkdirSync(join(root, '.gatehouse-s/previous'), { recursive: true })
    chmodSync(join(root, '.gatehouse-s'), 0o700)
    writeFileSync(join(root, '.gatehouse-s/previous/old.bin'), 'old')
    await runDeployStep({ session: here(), target: target(), user: 'root', signal: never }, 'begin')
    expect(at('m/old.bin')).toBe('old')
  })

  test('what arrived can be taken away again', async () => {
    const step = { session: here(), target: target(), user: 'root', signal: never }
    await runDeployStep(step, 'begin')
    await runDeployStep(step, 'clear')
    expect(readdirSync(root)).toEqual([])
  })
})

/** The target, once something was arranged. */
function once(arrange: () => void, more: Partial<DeployTarget> = {}): DeployTarget {
  arrange()
  return target(more)
}

describe('refused, and nothing that a server could see is changed', () => {
  test.each<[string, () => DeployTarget, RegExp]>([
    ['no such folder', () => target({ root: join(root, 'none') }), /there is no folder/],
    ['a root that is a link', () => once(() => symlinkSync(root, `${root}-link`), { root: `${root}-link` }), /not safe: .*link/],
    ['a staging folder that is a link', () => once(() => symlinkSync('/tmp', join(root, '.gatehouse-s'))), /not safe: .*link/],
    ['a staging folder that others may enter', () => once(() => mkdirSync(join(root, '.gatehouse-s'), { mode: 0o755 })), /not safe: /],
    ['an owner that is not there', () => target({ owner: 'nobody-has-this-name' }), /the owner nobody-has-this-name is not known/],
    ['more than there is room for', () => target({ files: [{ ...fileOf('a', WEIGHTS), bytes: 9e14 }] }), /no-space/],
    ['a file that the registry lacks', () => target({ files: [fileOf('a', 'not stored')] }), /not-stored/],
  ])('%s', async (_, arrange, expected) => {
    expect(await detailOf(deploy(arrange()))).toMatch(expected)
    expect(existsSync(join(root, 'm'))).toBe(false)
    rmSync(`${root}-link`, { force: true })
  })

  test('other bytes than approved: they are taken away, and nothing is put in place', async () => {
    const liar: BlobSource = {
      ...source,
      open: async (wanted) => ({ ...bytesSource(wanted, Buffer.alloc(WEIGHTS.length, 'x')), close: async () => undefined }),
    }
    expect(await detailOf(deploy(target({ files: [fileOf('a', WEIGHTS)] }), here(), never, liar))).toContain('differs')
    expect(readdirSync(join(root, '.gatehouse-s/part'))).toEqual([])
  })
})

/** All that a program prints. */
async function output(stdin: string): Promise<string> {
  const said: string[] = []
  const onStdout = (chunk: Buffer) => {
    said.push(chunk.toString())
    return undefined
  }
  await localSession(['/bin/sh']).exec('', { stdin, timeoutMs: 30_000, signal: never, onStdout })
  return said.join('')
}

test('a program that was cut short runs nothing', async () => {
  const program = deployProgram('place', target(), 'a'.repeat(32))
  for (const length of [10, 500, program.length - 3]) expect(await output(program.slice(0, length))).toBe('')
})

test('no value is more than a word', { timeout: 60_000 }, async () => {
  const nonce = 'a'.repeat(32)
  const made = join(root, 'made')
  const tricks = ["'; echo out; '", `$(touch ${made})`, `\`touch ${made}\``, '\n', '-n', '"']
  const nasty = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''))
  await fc.assert(
    fc.asyncProperty(nasty, nasty, async (name, owner) => {
      const it = target({ root: join(root, 'none'), name, owner, files: [fileOf(name, CONFIG)] })
      const lines = (await output(deployProgram('begin', it, nonce))).split('\n').slice(0, -1)
      expect([lines.length > 0, lines.every((line) => line.startsWith(nonce)), existsSync(made)]).toEqual([true, true, false])
    }),
    { numRuns: 16, examples: tricks.map((trick, at): [string, string] => [trick, tricks.at(at - 1) ?? '']) },
  )
})

test('answers: only lines with the nonce, whatever a host says', () => {
  const nonce = 'a'.repeat(32)
  expect(readDeployAnswer(`motd\n${nonce} have 1 done\n${nonce} have 2 17\n${nonce} failed no-space 3 4\nend\n`, nonce)).toEqual({
    ...{ ended: false, ready: false, failed: { code: 'no-space', detail: '3 4' } },
    have: new Map<number, unknown>([
      [1, 'done'],
      [2, 17],
    ]),
  })
  const word = fc.constantFrom('end', 'have', 'failed', 'ready', '1', '-1', '1e9', 'x', '')
  fc.assert(
    fc.property(fc.array(fc.array(word).map((words) => words.join(' '))), (lines) => {
      readDeployAnswer(lines.map((line) => `${nonce} ${line}\n`).join(''), nonce)
      const none = readDeployAnswer(lines.map((line) => `${line}\n`).join(''), nonce)
      expect([none.ended, none.ready, none.have.size]).toEqual([false, false, 0])
    }),
  )
})

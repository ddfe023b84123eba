import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelArtifact, VerifiedFile } from '#shared/model/model-artifact.ts'
import type { HostInventory, HostModel } from '#shared/model/model-inventory.ts'
import { arrange, asRoot, lab } from './lab.ts'

/** `gatehouse models` from the workstation, through the jump host, on what lies on real disks. */

let data: string
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'gatehouse-lab-models-'))
})
afterAll(() => rmSync(data, { recursive: true }))

type Place = HostModel & { readonly files: readonly VerifiedFile[] }
interface Ran {
  readonly status: number | null
  readonly stderr: string
  readonly stdout: string
  readonly places: readonly Place[]
  readonly artifacts: readonly ModelArtifact[]
  readonly hosts: readonly HostInventory[]
}

function models(words: readonly string[], onChild: (child: ChildProcess) => void = () => undefined): Promise<Ran> {
  const env = { ...process.env, HOME: lab.home, SSH_ASKPASS: lab.askpass, SSH_ASKPASS_REQUIRE: 'force' }
  const json = words[0] === 'expect' ? [] : ['--json']
  const child = spawn(process.execPath, [lab.cli, 'models', ...words, '--fleet', lab.fleetFile, '--data', data, ...json], { env })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  child.stdin.end()
  onChild(child)
  return new Promise((resolve) => {
    child.on('close', (status) => {
      const parsed = stdout === '' ? {} : JSON.parse(stdout)
      const artifacts: (ModelArtifact & { readonly places: readonly Place[] })[] = parsed.artifacts ?? []
      resolve({ status, stderr, stdout, artifacts, hosts: parsed.hosts ?? [], places: artifacts.flatMap(({ places }) => places) })
    })
  })
}

const place = ({ places }: Ran, name: string): Place => {
  const found = places.find((each) => each.name === name)
  if (!found) throw new Error(`${name} is not among ${places.map((each) => each.name).join(', ')}`)
  return found
}
const fileOf = (ran: Ran, model: string, name: string): VerifiedFile => {
  const found = place(ran, model).files.find((each) => each.name === name)
  if (!found) throw new Error(`${name} is not in ${model}`)
  return found
}

describe('what lies on the disks', () => {
  let listed: Ran
  beforeAll(async () => {
    await arrange(
      'gpu2',
      `mkdir -p /srv/models/odd && cd /srv/models/odd && echo x >"$(printf 'two\\nlines.gguf')" && echo y >"$(printf 'latin-\\351.gguf')" &&
       mkfifo pipe && ln -s /etc/shadow outside.safetensors && ln -s loop loop && truncate -s 10M sparse.bin &&
       m=/usr/share/ollama/.ollama/models/manifests/registry.ollama.ai/library/evil && mkdir -p $m &&
       echo '{"schemaVersion":2,"config":{"digest":"../../../../etc/passwd","size":1},"layers":[]}' >$m/latest`,
    )
    listed = await models(['list'])
  })

  test('models of engines, with owner, server and whether they are loaded', () => {
    expect(listed.stderr).not.toContain('failed')
    expect(listed.status).toBe(0)
    expect(place(listed, 'llama-3.1-8b-instruct')).toMatchObject({
      host: 'gpu1',
      kind: 'directory',
      owner: 'vllm',
      mode: 0o750,
      loaded: 'yes',
      servers: [{ id: 'vllm.service', engine: 'vllm', running: true }],
      problems: [],
    })
    expect(place(listed, 'llama3.2:latest')).toMatchObject({
      host: 'gpu2',
      kind: 'ollama',
      owner: 'ollama',
      files: expect.anything(),
      problems: [],
    })
    expect(place(listed, 'llama3.2:latest').files.map(({ name }) => name)).toEqual(['manifest', 'config', 'model', 'template', 'params'])
    expect(place(listed, 'qwen2.5-7b-instruct-q4_k_m')).toMatchObject({ host: 'gpu3', kind: 'file', loaded: 'yes', mode: 0o777 })
    expect(place(listed, 'mistral:latest').host).toBe('gpu3')
  })

  test('odd names are kept, nothing is followed, a manifest that names /etc/passwd is said', () => {
    const oddities = listed.hosts.find(({ host }) => host === 'gpu2')?.oddities ?? []
    expect(oddities.map(({ path, kind }) => [path.replace('/srv/models/odd/', ''), kind]).sort()).toEqual([
      ['latin-\\xe9.gguf', 'name'],
      ['loop', 'link-loop'],
      ['outside.safetensors', 'link-outside'],
      ['pipe', 'fifo'],
      ['sparse.bin', 'sparse'],
      ['two\\x0alines.gguf', 'name'],
    ])
    expect(place(listed, 'evil:latest').problems.join()).toContain('"../../../../etc/passwd"')
    expect(place(listed, 'evil:latest').files.map(({ name }) => name)).toEqual(['manifest'])
  })
})

describe('hashes', () => {
  test('what the account may not read is not hashed, with the command that would allow it; with it, it is', async () => {
    const refused = await models(['hash', '--host', 'gpu1'])
    const weights = fileOf(refused, 'llama-3.1-8b-instruct', 'model-00001-of-00001.safetensors')
    expect(weights).toMatchObject({ state: 'not-hashed', digest: '' })
    expect(weights.reason).toContain('setfacl -R -m u:gatehouse-audit:rX,d:u:gatehouse-audit:rX /srv/models')
    expect(weights.reason).toContain('usermod -aG vllm gatehouse-audit')
    await arrange('gpu1', 'usermod -aG vllm gatehouse-audit')
    const allowed = await models(['hash', '--host', 'gpu1'])
    const real = (await arrange('gpu1', 'sha256sum /srv/models/vllm/llama-3.1-8b-instruct/model-00001-of-00001.safetensors')).slice(0, 64)
    expect(fileOf(allowed, 'llama-3.1-8b-instruct', 'model-00001-of-00001.safetensors')).toMatchObject({
      state: 'no-expected-value',
      digest: real,
    })
  })

  test('the same bytes on two hosts are one artifact', async () => {
    const ran = await models(['hash', '--host', 'gpu2', '--host', 'gpu3'])
    const same = ran.artifacts.find(({ places }) => places.some(({ name }) => name === 'mistral:latest'))
    expect(same?.places.map(({ host, name }) => `${host} ${name}`).sort()).toEqual(['gpu2 llama3.2:latest', 'gpu3 mistral:latest'])
  })

  test('touched, or replaced in place with its old size and time: its hash is taken anew', async () => {
    const path = '/srv/models/inplace/model.safetensors'
    const ofModel = (ran: Ran) => fileOf(ran, 'model', 'model.safetensors')
    await arrange('gpu2', `mkdir -p /srv/models/inplace && printf aaaa >${path} && touch -d 2024-01-01 ${path} && sleep 3`)
    const before = ofModel(await models(['hash', '--host', 'gpu2']))
    expect(before.digest).toBe(createHash('sha256').update('aaaa').digest('hex'))
    const again = await models(['hash', '--host', 'gpu2'])
    expect(ofModel(again).hashedAt).toBe(before.hashedAt)
    await arrange('gpu2', `printf bbbb | dd of=${path} conv=notrunc 2>/dev/null && touch -d 2024-01-01 ${path}`)
    expect(ofModel(await models(['list', '--host', 'gpu2']))).toMatchObject({ state: 'not-hashed', digest: '' })
    await arrange('gpu2', 'sleep 3')
    expect(ofModel(await models(['hash', '--host', 'gpu2'])).digest).toBe(createHash('sha256').update('bbbb').digest('hex'))
    await arrange('gpu2', `touch ${path}`)
    expect(ofModel(await models(['list', '--host', 'gpu2'])).state).toBe('not-hashed')
  })

  const scanner = (name: 'picklescan' | 'modelscan') => {
    const program = readFileSync(new URL(`variants/${name}.sh`, import.meta.url), 'utf8')
    return arrange('gpu2', `cat >/usr/local/bin/${name} && chmod 755 /usr/local/bin/${name}`, program)
  }

  test('expected values: verified, and a file that differs makes the exit code 1; what other scanners of the host say', async () => {
    await Promise.all([scanner('picklescan'), scanner('modelscan')])
    await arrange(
      'gpu2',
      `mkdir -p /srv/models/pickled && cd /srv/models/pickled && echo '{}' >config.json && python3 -c "import pickle as p, os
E = type('E', (), {'__reduce__': lambda it: (os.system, ('id',))})
p.dump({'a': 1}, open('plain.pkl', 'wb')); p.dump(E(), open('evil.pkl', 'wb'))"`,
    )
    const sums = join(data, 'SHA256SUMS')
    writeFileSync(sums, `${createHash('sha256').update('bbbb').digest('hex')}  model.safetensors\n`)
    const recorded = await models(['expect', '--model', 'model', '--url', 'https://example.org/release', '--read-by', 'admin', sums])
    expect(recorded.status).toBe(0)
    const verified = await models(['verify', '--host', 'gpu2'])
    expect(fileOf(verified, 'model', 'model.safetensors')).toMatchObject({ state: 'verified', weak: false })
    const said = (name: string) => {
      const scan = verified.places.flatMap(({ files }) => files).find((file) => file.name === name)?.scan
      return [scan?.outcome, ...(scan?.others ?? []).map((it) => [it.program, it.verdict, it.detail])]
    }
    const [theirs, other] = ['/usr/local/bin/picklescan', '/usr/local/bin/modelscan']
    expect(said('plain.pkl')).toEqual(['cleared', [theirs, 'nothing', ''], [other, 'nothing', '']])
    expect(said('evil.pkl')).toEqual([
      'dangerous',
      [theirs, 'found', 'posix system'],
      [other, 'found', "Use of unsafe operator 'system' from module 'posix'"],
    ])
    await arrange('gpu2', 'rm -r /srv/models/pickled; printf cccc >/srv/models/inplace/model.safetensors; sleep 3')
    const differs = await models(['verify', '--host', 'gpu2'])
    expect(differs.status).toBe(1)
    expect(fileOf(differs, 'model', 'model.safetensors').state).toBe('differs')
  })

  const hashing = async (host: 'gpu2', name: string) =>
    (await asRoot(host, `ls -l /proc/[0-9]*/fd 2>/dev/null | grep -c ${name}; :`)).stdout.trim() !== '0'

  test('stopped in the middle: the hasher ends on the host, finished files stay', async () => {
    await arrange('gpu2', 'mkdir -p /srv/models/long && cd /srv/models/long && echo a >a.gguf && truncate -s 300G z.gguf && sleep 3')
    // Once: a second SIGINT ends the program before it has said what it knows.
    const interrupt = async (child: ChildProcess): Promise<void> => {
      await expect.poll(() => hashing('gpu2', 'z.gguf'), { timeout: 60_000, interval: 200 }).toBe(true)
      // The answer for the file before is on its way.
      await pause(1000)
      child.kill('SIGINT')
    }
    let interrupted: Promise<void> = Promise.resolve()
    const stopped = await models(['hash', '--host', 'gpu2'], (child) => {
      interrupted = interrupt(child)
    })
    await interrupted
    expect(stopped.status).toBe(2)
    await expect.poll(() => hashing('gpu2', 'z.gguf'), { timeout: 10_000 }).toBe(false)
    expect(fileOf(stopped, 'a', 'a.gguf').digest).not.toBe('')
    expect(fileOf(stopped, 'z', 'z.gguf').state).toBe('not-hashed')
  })

  test('the link is lost in the middle: it comes back and goes on; a file that changes while it is hashed is said', async () => {
    await arrange('gpu2', 'mkdir -p /srv/models/long && cd /srv/models/long && truncate -s 1500M z.gguf && echo b >a.gguf && sleep 3')
    const meddle = async (): Promise<void> => {
      await expect.poll(() => hashing('gpu2', 'z.gguf'), { timeout: 60_000, interval: 200 }).toBe(true)
      await arrange('gpu2', "pkill -KILL -f '[s]shd: gatehouse-audit'")
      await expect.poll(() => hashing('gpu2', 'z.gguf'), { timeout: 20_000, interval: 200 }).toBe(false)
      await expect.poll(() => hashing('gpu2', 'z.gguf'), { timeout: 60_000, interval: 200 }).toBe(true)
      await arrange('gpu2', 'echo more >>/srv/models/long/z.gguf')
    }
    let meddled: Promise<void> = Promise.resolve()
    const ran = await models(['hash', '--host', 'gpu2'], () => {
      meddled = meddle()
    })
    await meddled
    expect(ran.stderr).not.toContain('failed')
    expect(ran.status).toBe(0)
    expect(fileOf(ran, 'a', 'a.gguf').digest).not.toBe('')
    expect(fileOf(ran, 'z', 'z.gguf')).toMatchObject({ state: 'not-hashed', reason: 'It changed while it was hashed' })
  }, 240_000)
})

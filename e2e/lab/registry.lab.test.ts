import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ModelArtifact } from '#shared/model/model-artifact.ts'
import { type ConsoleRun, gatehouse } from './console.ts'
import { arrange, asRoot, lab } from './lab.ts'
import { gatehouseSteppedUp } from './stepped-up.ts'

/** A model of Ollama out of a registry that lies on a host of the fleet, into a store that a server reads; and a file that is taken away from its server. */

const FROM = '/usr/share/ollama/.ollama/models'
const TO = '/models/ollama'
const REGISTRY = '/srv/registry'
const LIBRARY = 'manifests/registry.ollama.ai/library'
const GGUF = '/models/gguf/qwen2.5-7b-instruct-q4_k_m.gguf'
let folder: string
let fleet: string
let id: string
/** Digest of the weights. */
let weights: string

const models = (...words: readonly string[]): Promise<ConsoleRun> =>
  gatehouse(['models', ...words, '--fleet', fleet, '--data', join(folder, 'data')])
/** The same with a code of an authenticator. */
const steppedUp = (...words: readonly string[]): Promise<ConsoleRun> =>
  gatehouseSteppedUp(join(folder, 'data'), ['models', ...words, '--fleet', fleet])
const deploy = () => steppedUp('deploy', id, '--host', 'gpu3', '--to', TO, '--owner', 'root', '--yes')
/** What Ollama on gpu3 says that it has. */
const served = async () => {
  const program = "import urllib.request as u;print(u.urlopen('http://127.0.0.1:11434/api/tags').read().decode())"
  const { models: tags } = JSON.parse(await arrange('gpu3', `python3 -c "${program}"`)) as { models: { name: string; digest: string }[] }
  return tags
}
const placeOf = async () => {
  const { stdout } = await models('verify', '--host', 'gpu3', '--json')
  const { artifacts } = JSON.parse(stdout) as { artifacts: ModelArtifact[] }
  for (const { places, approvals } of artifacts)
    for (const [index, place] of places.entries())
      if (place.host === 'gpu3' && place.name === 'labby:latest') return { ...place, approval: approvals[index] }
  throw new Error('labby:latest is not in the inventory')
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-lab-registry-'))
  fleet = join(folder, 'fleet.yaml')
  writeFileSync(fleet, `${readFileSync(lab.fleetFile, 'utf8')}\nregistry: { host: gpu1, path: ${REGISTRY} }\n`)
  // A model of its own on gpu2: that of the stand-in, with another name in its header.
  const arranged = await arrange(
    'gpu2',
    `cd ${FROM} && old=$(grep -l GGUF blobs/*) && sed 's/Llama 3.2 3B/Labby 3.2 3B/' "$old" >new && sum=$(sha256sum <new) && sum=\${sum%% *} &&
     mv new "blobs/sha256-$sum" && mkdir -p ${LIBRARY}/labby && sed "s/\${old#*-}/$sum/" ${LIBRARY}/llama3.2/latest >${LIBRARY}/labby/latest &&
     chown -R --reference=. blobs manifests && chmod -R a+rX . && sleep 3 && echo "$sum"`,
  )
  weights = arranged.trim()
  await models('verify', '--host', 'gpu2')
  const asked = await models(
    ...['request', '--model', 'labby:latest', '--source', 'ollama.com/library/labby'],
    ...['--purpose', 'lab', '--licence', 'MIT', '--name', 'Ada'],
  )
  expect([asked.status, asked.stderr]).toEqual([0, expect.stringContaining('labby')])
  id = (JSON.parse((await models('board', '--json')).stdout) as { id: string }[])[0]?.id ?? ''
  for (const words of [
    ['review', id, '--host', 'gpu2', '--name', 'Bob', '--note', 'made here'],
    ['test', id, '--where', 'lab', '--result', 'fine', '--name', 'Bob'],
    ['approve', id, '--tier', 'users', '--host', 'gpu3', '--name', 'Eve'],
  ]) {
    const { status, stderr } = await (words[0] === 'approve' ? steppedUp : models)(...words)
    expect([words[0], status, status === 0 ? '' : stderr]).toEqual([words[0], 0, ''])
  }
  // The registry on gpu1 as an admin fills it: each file of the model under its SHA-256.
  const files = await arrange(
    'gpu2',
    `cd ${FROM} && { echo ${LIBRARY}/labby/latest; grep -o 'sha256:[0-9a-f]*' ${LIBRARY}/labby/latest | tr : - | sed 's,^,blobs/,'; } | tar cf - -T - | base64`,
  )
  await arrange(
    'gpu1',
    `mkdir -p ${REGISTRY}/blobs && cd ${REGISTRY} && base64 -d | tar xf - --no-same-owner && for file in $(find blobs manifests -type f); do
     sum=$(sha256sum <"$file"); mv "$file" "blobs/\${sum%% *}"; done && rm -r manifests && chmod -R a+rX .`,
    files,
  )
}, 180_000)
afterAll(() => rmSync(folder, { recursive: true }))

describe('Ollama, out of a registry on a host', () => {
  test('a registry that lies about its bytes: refused where they arrive, and the server sees nothing of it', async () => {
    await arrange('gpu1', `cd ${REGISTRY}/blobs && cp ${weights} ../kept && sed 's/Labby/Xabby/' ../kept >${weights}`)
    const refused = await deploy()
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('differs')])
    expect((await served()).map(({ name }) => name)).not.toContain('labby:latest')
    expect((await asRoot('gpu3', `ls ${TO}/blobs/sha256-${weights}`)).status).not.toBe(0)
    await arrange('gpu1', `mv ${REGISTRY}/kept ${REGISTRY}/blobs/${weights}`)
  }, 120_000)

  test('blobs and manifest are laid out, the server lists the tag, and the bytes on the disk are the approved ones', async () => {
    const { status, stderr } = await deploy()
    expect([status, stderr]).toEqual([0, expect.stringContaining('gpu3: deployed 5 files')])
    const manifest = (await arrange('gpu3', `cd ${TO} && sha256sum <${LIBRARY}/labby/latest`)).slice(0, 64)
    expect((await served()).find(({ name }) => name === 'labby:latest')?.digest).toBe(manifest)
    expect((await arrange('gpu3', `sha256sum <${TO}/blobs/sha256-${weights}`)).slice(0, 64)).toBe(weights)
    expect(await arrange('gpu3', `ls -A ${TO}`)).toBe('blobs\nmanifests\n')
    await arrange('gpu3', `chmod -R a+rX ${TO}; sleep 3`)
    expect(await placeOf()).toMatchObject({ approval: { approval: 'approved', registration: id }, problems: [] })
  }, 120_000)

  test('a tag that is moved afterwards is not approved any more', async () => {
    await arrange('gpu3', `cd ${TO}/${LIBRARY} && sed 's/$/ /' mistral/latest >labby/latest; sleep 3`)
    expect((await placeOf()).approval).not.toMatchObject({ approval: 'approved' })
  }, 120_000)
})

describe('quarantine', () => {
  const state = () => arrange('gpu3', `stat -c '%U %G %a' ${GGUF}; sha256sum <${GGUF}`)
  const take = (path: string) => steppedUp('quarantine', '--host', 'gpu3', '--path', path, '--reason', 'it runs code')
  const release = (id: string) => steppedUp('quarantine', 'release', id)
  /** Its stderr begins with what was asked. */
  const heldIn = ({ stderr }: ConsoleRun) => /\b([0-9a-f]{32}) gpu3:/.exec(stderr)?.[1] ?? ''

  test('out of the reach of its server, in the ledger, and back as it was', async () => {
    const before = await state()
    const taken = await take(GGUF)
    expect([taken.status, taken.stderr]).toEqual([0, expect.stringContaining('is in quarantine')])
    const held = heldIn(taken)
    expect(await arrange('gpu3', `ls -d ${GGUF} 2>/dev/null; cd /models/.gatehouse-quarantine && stat -c '%U %a' . ${held}`)).toBe(
      'root 700\nroot 0\n',
    )
    // An account that is not root, as every server should be, reads it neither there nor at its old place.
    expect((await asRoot('gpu3', `runuser -u nobody -- cat ${GGUF} /models/.gatehouse-quarantine/${held}`)).stdout).toBe('')
    expect((await models('quarantine')).stdout).toContain(`${held}  gpu3:${GGUF}`)
    expect((await models('verify', '--host', 'gpu3', '--json')).stdout).not.toContain(`"path": "${GGUF}"`)
    const back = await release(held)
    expect([back.status, back.stderr]).toEqual([0, expect.stringContaining(`${held} is back in its place\n`)])
    expect([await state(), await arrange('gpu3', 'ls -A /models')]).toEqual([before, 'gguf\nollama\n'])
    expect((await gatehouse(['verify', '--data', join(folder, 'data')])).status).toBe(0)
  }, 180_000)

  test('nothing outside of the model directories, and nothing over what lies there now', async () => {
    const outside = await take('/etc/passwd')
    expect([outside.status, outside.stderr]).toEqual([2, expect.stringContaining('not below the modelPaths')])
    const held = heldIn(await take(GGUF))
    await arrange('gpu3', `echo new >${GGUF}`)
    const refused = await release(held)
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('in-the-way')])
    expect(await arrange('gpu3', `cat ${GGUF}; rm ${GGUF}`)).toBe('new\n')
    expect((await release(held)).status).toBe(0)
  }, 180_000)
})

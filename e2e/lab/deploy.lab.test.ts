import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ModelArtifact } from '#shared/model/model-artifact.ts'
import { type ConsoleRun, gatehouse } from './console.ts'
import { arrange, asRoot, lab } from './lab.ts'
import { gatehouseSteppedUp } from './stepped-up.ts'

/** An approved model on its way from the registry on the workstation to a real disk, through the jump host, with what goes wrong on it. */

const BYTES = 64 * 1_048_576
const ROOT = '/srv/models'
let folder: string
let fleet: string
let id: string

const header = JSON.stringify({ t: { dtype: 'U8', shape: [BYTES], data_offsets: [0, BYTES] } })
/** Weights that are valid SafeTensors. */
function weights(): Buffer {
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(BYTES, 'gatehouse')])
}

const models = (...words: readonly string[]): Promise<ConsoleRun> =>
  gatehouse(['models', ...words, '--fleet', fleet, '--data', join(folder, 'data')])
/** The same with a code of an authenticator. */
const steppedUp = (...words: readonly string[]): Promise<ConsoleRun> =>
  gatehouseSteppedUp(join(folder, 'data'), ['models', ...words, '--fleet', fleet])
const deploy = (host: string, ...words: readonly string[]) =>
  steppedUp('deploy', id, '--host', host, '--owner', 'modelsvc', '--yes', ...words)
const stage = (root: string) => `${root}/.gatehouse-*/part/*`
const arrived = async (root: string) => Number((await asRoot('gpu3', `cat ${stage(root)} 2>/dev/null | wc -c`)).stdout)
async function untilUnderWay(root: string): Promise<void> {
  for (let waited = 0; waited < 400 && (await arrived(root)) < 8_388_608; waited++) await pause(25)
}
const sumOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-lab-deploy-'))
  fleet = join(folder, 'fleet.yaml')
  writeFileSync(fleet, `${readFileSync(lab.fleetFile, 'utf8')}\nregistry: { path: ${folder}/registry }\n`)
  const source = join(folder, 'fresh')
  mkdirSync(source)
  writeFileSync(join(source, 'model.safetensors'), weights())
  writeFileSync(join(source, 'config.json'), '{"architectures":["LlamaForCausalLM"]}\n')
  await arrange(
    'gpu2',
    `mkdir -p ${ROOT}/fresh && cat >${ROOT}/fresh/config.json && chmod 755 ${ROOT}/fresh`,
    readFileSync(join(source, 'config.json'), 'utf8'),
  )
  // The same bytes, made on the host: 64 MiB of a word that repeats, behind the header.
  const prefix = weights()
    .subarray(0, 8 + header.length)
    .toString('base64')
  await arrange(
    'gpu2',
    `cd ${ROOT}/fresh && { echo ${prefix} | base64 -d; yes gatehouse | tr -d '\\n' | head -c ${BYTES}; } >model.safetensors && chmod 644 * && sleep 3`,
  )
  await arrange('gpu3', `useradd -r modelsvc 2>/dev/null; rm -rf ${ROOT}/fresh ${ROOT}/.gatehouse-*; mkdir -p ${ROOT}`)
  await models('verify', '--host', 'gpu2')
  const board = async () => JSON.parse((await models('board', '--json')).stdout) as { id: string }[]
  const asked = await models(
    'request',
    '--model',
    'fresh',
    '--source',
    'hf.co/meta-llama/fresh',
    '--purpose',
    'lab',
    '--licence',
    'MIT',
    '--name',
    'Ada',
  )
  expect(asked.status).toBe(0)
  id = (await board())[0]?.id ?? ''
  for (const words of [
    ['review', id, '--host', 'gpu2', '--name', 'Bob', '--note', 'made here'],
    ['test', id, '--where', 'lab', '--result', 'fine', '--name', 'Bob'],
    ['approve', id, '--tier', 'users', '--host', 'gpu3', '--name', 'Eve'],
    ['store', id, '--from', source],
  ]) {
    const { status, stderr } = await (words[0] === 'approve' ? steppedUp : models)(...words)
    expect([words[0], status, status === 0 ? '' : stderr]).toEqual([words[0], 0, ''])
  }
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true }))

test('only where it is approved, and only after a code, which --yes does not spare', async () => {
  const { status, stderr } = await steppedUp('deploy', id, '--host', 'gpu2', '--yes')
  expect([status, stderr]).toEqual([2, expect.stringContaining('not approved for this host')])
  const alone = await models('deploy', id, '--host', 'gpu3', '--yes')
  expect([alone.status, alone.stderr, await arrived(ROOT)]).toEqual([2, expect.stringMatching(/passphrase|terminal/i), 0])
})

test('a console that is killed leaves nothing that a server could see; the next one goes on from there', async () => {
  const words = ['models', 'deploy', id, '--host', 'gpu3', '--owner', 'modelsvc', '--yes', '--fleet', fleet]
  let heard = false
  const killed = gatehouseSteppedUp(join(folder, 'data'), words, (_, kill) => {
    if (!heard) void untilUnderWay(ROOT).then(kill)
    heard = true
  })
  expect((await killed).status).toBe(null)
  const before = await arrived(ROOT)
  expect([before > 0, (await asRoot('gpu3', `ls -d ${ROOT}/fresh`)).status !== 0]).toEqual([true, true])
  const { status, stderr } = await deploy('gpu3')
  expect([status, stderr]).toEqual([0, expect.stringContaining('gpu3: deployed 2 files')])
  expect((await arrange('gpu3', `sha256sum <${ROOT}/fresh/model.safetensors`)).slice(0, 64)).toBe(sumOf(weights()))
  expect(
    await arrange('gpu3', `stat -c '%U %a' ${ROOT}/fresh ${ROOT}/fresh/model.safetensors; ls -A ${ROOT} | grep gatehouse || true`),
  ).toBe('modelsvc 750\nmodelsvc 440\n')
}, 90_000)

test('a link that dies on the way is taken up again within the same command; the version before stays until then', async () => {
  await arrange('gpu3', `rm -rf ${ROOT}/fresh && mkdir ${ROOT}/fresh && echo old >${ROOT}/fresh/old.bin`)
  const run = deploy('gpu3')
  await untilUnderWay(ROOT)
  await arrange('gpu3', `pkill -KILL -u gatehouse-change -x sshd || pkill -KILL -u gatehouse-change`)
  expect(await arrange('gpu3', `cat ${ROOT}/fresh/old.bin`)).toBe('old\n')
  expect((await run).status).toBe(0)
  expect(await arrange('gpu3', `ls ${ROOT}/fresh`)).toBe('config.json\nmodel.safetensors\n')
}, 60_000)

test('a disk that is too small is found out before a byte is sent; one that fills up leaves what was there', async () => {
  const small = `${ROOT}/small`
  await arrange('gpu3', `mkdir -p ${small} && mount -t tmpfs -o size=30m none ${small}`)
  const refused = await deploy('gpu3', '--to', small)
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringMatching(/no-space|KiB are needed/)])
  await arrange(
    'gpu3',
    `umount ${small} && mount -t tmpfs -o size=96m none ${small} && mkdir ${small}/fresh && echo old >${small}/fresh/old.bin`,
  )
  const run = deploy('gpu3', '--to', small)
  await untilUnderWay(small)
  await asRoot('gpu3', `head -c 300M /dev/zero >${small}/fill`)
  expect(await run).toMatchObject({ status: 2, stderr: expect.stringMatching(/is full|unwritable/) })
  expect(await arrange('gpu3', `cat ${small}/fresh/old.bin; rm ${small}/fill`)).toBe('old\n')
  expect((await deploy('gpu3', '--to', small)).status).toBe(0)
  expect(await arrange('gpu3', `ls ${small}/fresh; umount ${small}`)).toBe('config.json\nmodel.safetensors\n')
}, 90_000)

test('what was deployed is approved there, byte for byte, in the ledger and in the inventory', async () => {
  await arrange('gpu3', 'usermod -aG modelsvc gatehouse-audit; sleep 3')
  const { stdout } = await models('verify', '--host', 'gpu3', '--json')
  const { artifacts } = JSON.parse(stdout) as { artifacts: ModelArtifact[] }
  const found = artifacts.find(({ places }) => places.some(({ host, name }) => host === 'gpu3' && name === 'fresh'))
  const index = found?.places.findIndex(({ host }) => host === 'gpu3') ?? -1
  expect(found?.approvals[index]).toEqual({ approval: 'approved', registration: id })
  const { status, stdout: whole, stderr } = await gatehouse(['verify', '--data', join(folder, 'data')])
  expect([status, whole, stderr]).toEqual([0, expect.stringContaining(', whole; '), ''])
}, 60_000)

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { scanReportSchema } from '#shared/model/scan-report.ts'
import { ExitCode } from './exit-code.ts'
import { runModels } from './models.command.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-models-'))
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const sound = file('config.json', '{"a":1}')
const hostile = file('model.bin', "cos\nsystem\n(S'id'\ntR.")
const missing = join(folder, 'none')

async function run(...args: string[]) {
  const out: string[] = []
  const keep = (text: string | Uint8Array) => out.push(String(text)) > 0
  vi.spyOn(process.stdout, 'write').mockImplementation(keep)
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  return { code: await runModels(['scan', ...args]), out: out.join('') }
}

test.each([
  ['all are cleared', [sound], ExitCode.clean],
  ['one is dangerous', [sound, hostile], ExitCode.findings],
  ['one could not be read, whatever the others are', [missing, hostile], ExitCode.couldNotRun],
])('exit code when %s', async (_name, paths, code) => {
  expect((await run(...paths)).code).toBe(code)
})

test('a line for the file, one for each finding with the byte of the opcode', async () => {
  expect((await run(hostile)).out.split('\n').slice(0, 2)).toEqual([
    `DANGEROUS  ${hostile}  (pickle)`,
    '  dangerous: A pickle imports what can run any code: os.system, byte 0',
  ])
})

test('reports as JSON', async () => {
  const reports = z.array(scanReportSchema).parse(JSON.parse((await run('--json', sound, hostile)).out))
  expect(reports.map(({ outcome }) => outcome)).toEqual(['cleared', 'dangerous'])
})

test('no file is a mistake of the command line', async () => {
  await expect(run()).rejects.toThrow('expected at least one FILE')
})

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { shells } from '#testing/installed.ts'
import { known } from '../fact.ts'
import type { FactSources } from '../fact-definition.ts'
import { candidatePattern } from '../processes/candidates.ts'
import { accountUnitsFact } from './account-units.fact.ts'
import { accountUnitsScript } from './account-units-script.ts'
import { parseUnits } from './parse.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-account-units-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
const read = (stdout: string) => accountUnitsFact.read({ section: () => ({ state: 'ok', stdout }) } as unknown as FactSources)

test.each(shells)('%s: files of accounts that linger and of all', (program = '', ...args) => {
  rmSync(folder, { recursive: true })
  write('/var/lib/systemd/linger/ada', '')
  write('/var/lib/systemd/linger/bob; touch x', '')
  write('/var/lib/systemd/linger/closed', '')
  write('/etc/systemd/user/llama.service', '[Service]\nExecStart=/opt/llama-server --host 0.0.0.0\n')
  write('/etc/containers/systemd/users/1000/vllm.container', '[Container]\nImage=vllm/vllm-openai:v0.11.0\n')
  write('/home/ada/.config/systemd/user/ollama.service', '[Service]\nExecStart = /usr/bin/ollama serve\n')
  write('/home/ada/.config/systemd/user/backup.service', '[Service]\nExecStart=/usr/bin/true\n# ollama\n')
  write('/home/ada/.config/containers/systemd/two words.pod', '[Pod]\nEnvironment=OLLAMA_HOST=x\n')
  write('/home/bob/.config/systemd/user/ollama.service', 'ExecStart=/usr/bin/ollama serve\n')
  write('/home/closed/.config/systemd/user/ollama.service', 'ExecStart=/usr/bin/ollama serve\n')
  mkdirSync(join(folder, '/home/ada/.config/systemd/user/default.target.wants'))
  symlinkSync('../ollama.service', join(folder, '/home/ada/.config/systemd/user/default.target.wants/ollama.service'))
  // Root may enter every folder, so the one that is closed is said to be.
  const script = accountUnitsScript
    .replaceAll(/ (\/etc|\/usr\/local\/lib|\/var\/lib)\//g, ` ${folder}$1/`)
    .replace('home=~$account', `home=${folder}/home/$account`)
    .replace('[ -x "$above" ]', '[ "$account" != closed ]')
  const { stdout, stderr } = spawnSync(program, [...args, '-c', `pattern='${candidatePattern}'\nset -f\nIFS='\n'\n${script}`], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  const printed = stdout.replaceAll(folder, '')
  expect(read(printed)).toEqual(
    known({
      files: [
        { path: '/etc/systemd/user/llama.service', unit: 'llama.service', enabled: false, line: 3 },
        { path: '/etc/containers/systemd/users/1000/vllm.container', unit: 'vllm.service', enabled: false, line: 4 },
        { path: '/home/ada/.config/systemd/user/ollama.service', unit: 'ollama.service', enabled: true, line: 5 },
        { path: '/home/ada/.config/containers/systemd/two words.pod', unit: 'two words-pod.service', enabled: false, line: 6 },
      ],
      unread: [{ account: 'closed', line: 2 }],
    }),
  )
  // What stands below belongs to no unit.
  expect(parseUnits(`Id=a.service\nLoadState=loaded\n\n@manager\n=A=1\n${printed}`)[0]?.paths).toEqual([])
})

test('a host that was looked at before this was asked', () => expect(read('Id=a.service\n\n@manager\n').known).toBe(false))

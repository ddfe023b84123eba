import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { awks } from '#testing/installed.ts'
import { parseUnits } from './parse.ts'
import { shownPiece } from './shown-piece.testing.ts'

test.each(awks)('%s: what the files of a unit say of credentials, without the secrets; the next unit has none of them', (...awk) => {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-credentials-'))
  const file = (name: string, text: string): string => {
    writeFileSync(join(home, name), text)
    return join(home, name)
  }
  const fragment = file(
    'a.service',
    '[Service]\nSetCredential=gone:early-secret\nLoadCredential=cert:/etc/a/cert\nLoadCredential=tpl:/etc/%i\n',
  )
  const first = file('1.conf', '[Service]\nSetCredential=\n SetCredential = key:sk-very-secret:x\n#SetCredential=no:no\n')
  const second = file('2.conf', '[Service]\n\nLoadCredential=key2:/etc/a/key two\nLoadCredential=dir\n')
  const shown = `Id=a.service\nLoadState=loaded\nFragmentPath=${fragment}\nDropInPaths=${first} ${second}\nUser=x\n\nId=b.service\nLoadState=loaded\nFragmentPath=/none\n`
  const [program = '', ...words] = awk
  const options: ExecFileSyncOptionsWithStringEncoding = { input: shown, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] }
  const stdout = execFileSync(program, [...words, shownPiece], options)
  rmSync(home, { recursive: true })
  expect(stdout).not.toContain('sk-very-secret')
  expect(stdout).not.toContain('early-secret')
  expect(parseUnits(stdout).map(({ id, properties: { SetCredential, CredentialFile } }) => [id, SetCredential, CredentialFile])).toEqual([
    ['a.service', 'key:****', 'cert:/etc/a/cert\nkey2:/etc/a/key two'],
    ['b.service', undefined, undefined],
  ])
})

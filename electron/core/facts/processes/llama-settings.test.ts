import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { LLAMA_SETTINGS, llamaSettingsScript, readLlamaSettings } from './llama-settings.ts'
import { parseProcesses } from './parse.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-llama-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What the script prints of a file at the place of the system's. */
function ask(text?: string): string {
  rmSync(folder, { recursive: true })
  mkdirSync(folder)
  const path = join(folder, 'llama.cpp', 'config.ini')
  mkdirSync(join(folder, 'llama.cpp'))
  if (text !== undefined) writeFileSync(path, text)
  return execFileSync('/bin/sh', ['-c', llamaSettingsScript.replaceAll(LLAMA_SETTINGS, path)], { encoding: 'utf8' })
}

test('keys are flags without dashes or variables, in any section; no key or token leaves the host', () => {
  const printed = ask(
    '# ours\nport = 9956\n[*]\nhost=0.0.0.0\napi-key = abc\nLLAMA_API_KEY=def\nhf-token = ghi\nmcp-servers-json = {"env":{"X":"jkl"}}\nag = true\n[server]\nm = /srv/a.gguf\nLLAMA_ARG_UI_MCP_PROXY = 1',
  )
  expect(printed).not.toMatch(/abc|def|ghi|jkl/)
  expect(readLlamaSettings(printed)).toEqual({
    unread: false,
    variables: {
      LLAMA_ARG_PORT: '9956',
      LLAMA_ARG_HOST: '0.0.0.0',
      LLAMA_API_KEY: '****',
      LLAMA_ARG_HF_TOKEN: '****',
      LLAMA_ARG_MCP_SERVERS_JSON: '****',
      LLAMA_ARG_AGENT: 'true',
      LLAMA_ARG_MODEL: '/srv/a.gguf',
      LLAMA_ARG_UI_MCP_PROXY: '1',
    },
  })
})

test('what one section turns on stays on', () => {
  expect(readLlamaSettings(ask('tools = all\n[x]\ntools = off\n')).variables).toEqual({ LLAMA_ARG_TOOLS: 'all' })
  expect(readLlamaSettings(ask('tools = off\n[x]\ntools = all\n')).variables).toEqual({ LLAMA_ARG_TOOLS: 'all' })
})

test('how much it writes to its log has one name', () => {
  const of = (text: string) => readLlamaSettings(ask(text)).variables
  expect(of('lv = 5')).toEqual({ LLAMA_LOG_VERBOSITY: '5' })
  expect(of('log-verbosity = 5')).toEqual({ LLAMA_LOG_VERBOSITY: '5' })
  expect(of('v = true')).toEqual({ LLAMA_ARG_VERBOSE: 'true' })
})

test('no file, an empty one, and one that is too long', () => {
  expect(readLlamaSettings(ask())).toEqual({ unread: false, variables: {} })
  expect(readLlamaSettings(ask(''))).toEqual({ unread: false, variables: {} })
  expect(readLlamaSettings(ask('x = 1\n'.repeat(600)))).toEqual({ unread: true, variables: { LLAMA_ARG_X: '1' } })
  expect(readLlamaSettings('@settings-unread\n')).toEqual({ unread: true, variables: {} })
})

test('its rows are no words of a process', () => {
  const ps = `      1       0     0 root                             systemd                          /sbin/init`
  const processes = parseProcesses(`@ps procps\n${ps}\n@argv 1\n=/sbin/init\n@env 1\n@settings\n=HOST = 0.0.0.0\n=HOST=0.0.0.0\n`)
  expect(processes).toMatchObject([{ argv: ['/sbin/init'], environment: {} }])
})

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: systemd writes variables like this.
import { expect, test } from 'vitest'
import { assembleServices } from './assemble.ts'
import { base, unit } from './services.testing.ts'
import { startedWords } from './started-words.ts'

const environment = {
  HOST: '127.0.0.1',
  PORT: '8001',
  VLLM_EXTRA: '--enable-lora  --max-num-seqs 4',
  EMPTY: '',
  QUOTED: `--a 'b c' --d="e f"g`,
}
const words = (line: string, more: Parameters<typeof unit>[0] = { environment }) =>
  startedWords(unit({ execStart: line.split(' '), ...more }))

test.each([
  ['vllm serve m --port ${PORT}', 'vllm serve m --port 8001', undefined],
  ['vllm serve m --served=a${PORT}b${HOST}', 'vllm serve m --served=a8001b127.0.0.1', undefined],
  ['vllm serve m $VLLM_EXTRA --x', 'vllm serve m --enable-lora --max-num-seqs 4 --x', undefined],
  ['vllm serve $EMPTY m', 'vllm serve m', undefined],
  ['vllm serve m ${EMPTY}', 'vllm serve m ', undefined],
  ['vllm serve m --a=$PORT --b=$$PORT', 'vllm serve m --a=$PORT --b=$PORT', undefined],
  ['vllm serve ${MODEL} $MORE', 'vllm serve ${MODEL} $MORE', '$MORE'],
])('%s', (line, started, unread) => {
  const found = words(line)
  expect([found.words.join(' '), found.unread]).toEqual([started, unread])
})

test('a command that begins with a colon is handed on as it is written', () => {
  const properties = { ExecStartEx: '{ path=/usr/bin/vllm ; argv[]=vllm serve m ; flags=no-env-expand ; start_time=[n/a] }' }
  const told = words('vllm serve m --port ${PORT} $VLLM_EXTRA $$', { environment, properties })
  expect([told.words.join(' '), told.unread]).toEqual(['vllm serve m --port ${PORT} $VLLM_EXTRA $$', undefined])
})

test('quotes in what a variable holds keep words together, and are gone then', () =>
  expect(words('vllm serve $QUOTED').words).toEqual(['vllm', 'serve', '--a', 'b c', '--d=e fg']))

test('what a file that may not be read could lay over is not taken', () =>
  expect(words('vllm serve m --port ${PORT}', { environment, environmentComplete: false }).words.at(-1)).toBe('${PORT}'))

const stopped = (line: string, more: Parameters<typeof unit>[0] = {}) =>
  assembleServices({ ...base, units: [unit({ activeState: 'inactive', execStart: line.split(' '), environment, ...more })] })[0]

test('a server that is stopped is configured for what its variables say, and for nothing where they were not read', () => {
  expect(stopped('vllm serve /m --host ${HOST} --port ${PORT}')).toMatchObject({
    binds: [{ address: '127.0.0.1', port: 8001 }],
    bindUnknown: undefined,
  })
  const unread = { environmentComplete: false }
  expect(stopped('vllm serve /m --host 127.0.0.1 --port ${PORT}', unread)).toMatchObject({
    binds: [],
    bindUnknown: 'what ${PORT} stands for in the command of its unit was not read',
  })
  expect(stopped('vllm serve ${MODEL} --host 127.0.0.1 --port 8000', unread)).toMatchObject({ binds: [{ port: 8000 }] })
  expect(stopped('vllm serve /m --host 127.0.0.1 $VLLM_ARGS')).toMatchObject({ binds: [], apiKey: 'unknown' })
  expect(stopped('vllm serve /m --host 127.0.0.1 $VLLM_EXTRA')).toMatchObject({ binds: [{ port: 8000 }], apiKey: 'none' })
})

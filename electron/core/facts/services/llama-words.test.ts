import { expect, test } from 'vitest'
import { configuredAddresses, configuredApiKey, type KnownEnvironment } from './configured.ts'
import { recognise } from './launch.ts'
import { llamaFetch, withSettings } from './llama-words.ts'

/** Of a server on a host whose /etc/llama.cpp/config.ini names `settings`. */
function judge(line: string, settings: Record<string, string>, variables: Record<string, string> = {}, unread = false) {
  const launch = recognise(line.split(' '))
  if (!launch) throw new Error('no server')
  const environment: KnownEnvironment = withSettings(launch, { variables, complete: true }, { variables: settings, unread })
  const { addresses, unknown } = configuredAddresses(launch, environment)
  return {
    binds: unknown ?? addresses.map(({ address, port }) => `${address}:${port}`).join(' '),
    key: configuredApiKey(launch, environment),
    fetches: llamaFetch(launch.words, environment.variables),
  }
}
const unread = 'its environment could not be read'

test.each<[string, string, Record<string, string>, Record<string, string>, object]>([
  ['no file', 'llama-server -m a.gguf', {}, {}, { binds: '127.0.0.1:8080', key: 'none' }],
  ['an address', 'llama-server', { LLAMA_ARG_HOST: '0.0.0.0' }, {}, { binds: unread }],
  [
    'an address, but flags win',
    'llama-server --host 10.0.0.7 --port 8081',
    { LLAMA_ARG_HOST: '0.0.0.0' },
    {},
    { binds: '10.0.0.7:8081', key: 'unknown' },
  ],
  [
    'an address, but variables win',
    'llama-server --port 1',
    { LLAMA_ARG_HOST: '0.0.0.0' },
    { LLAMA_ARG_HOST: '127.0.0.1' },
    { binds: '127.0.0.1:1' },
  ],
  ['a key that may not count', 'llama-server', { LLAMA_API_KEY: '****' }, {}, { key: 'unknown' }],
  ['a source', 'llama-server', { LLAMA_ARG_HF_REPO: 'a/b' }, {}, { binds: '127.0.0.1:8080', fetches: 'LLAMA_ARG_HF_REPO' }],
  ['nothing of the Python binding', 'python3 -m llama_cpp.server', { LLAMA_ARG_HOST: '0.0.0.0' }, {}, { binds: 'localhost:8000' }],
  ['nothing of another engine', 'ollama serve', { LLAMA_ARG_HOST: '0.0.0.0' }, {}, { binds: '127.0.0.1:11434' }],
])('a file of settings with %s', (_, line, settings, variables, expected) => {
  expect(judge(line, settings, variables)).toMatchObject(expected)
})

test('a file of settings that could not be read may say anything', () => {
  expect(judge('llama-server', {}, {}, true)).toMatchObject({ binds: unread, key: 'unknown' })
})

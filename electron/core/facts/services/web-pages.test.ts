import { expect, test } from 'vitest'
import type { Engine } from '#shared/model/inference-service.ts'
import { webPagesOf } from './web-pages.ts'

const asked = (engine: Engine, argv: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  const pages = webPagesOf({ engine, argv, environment, environmentComplete: true })
  return pages && `${pages.by}${pages.chosen ? ', chosen' : ''}${pages.withLogin ? ', with login' : ''}`
}

test.each([
  ['*', 'OLLAMA_ORIGINS=*, chosen'],
  ['"*"', 'OLLAMA_ORIGINS=*, chosen'],
  ['http://chat.example, https://*', 'OLLAMA_ORIGINS=http://chat.example,https://*, chosen'],
  ['http://*', 'OLLAMA_ORIGINS=http://*, chosen'],
  ['https://chat.example,https://*.example,chrome-extension://*,http://10.0.0.5:*', undefined],
  ['', undefined],
])('Ollama with origins %s', (origins, pages) => {
  expect(asked('ollama', ['ollama', 'serve'], { OLLAMA_ORIGINS: origins })).toBe(pages)
})

test.each<[Engine, string, string | undefined, Readonly<Record<string, string>>?]>([
  ['ollama', 'ollama serve', undefined],
  ['vllm', 'vllm serve m', '--allowed-origins *'],
  ['vllm', 'vllm serve m --allowed-origins ["*"]', '--allowed-origins *, chosen'],
  ['vllm', 'vllm serve m --allowed_origins=["https://chat.example"] --allow-credentials', undefined],
  ['vllm', 'vllm serve m --allow-credentials', '--allow-credentials, chosen, with login'],
  ['vllm', 'vllm serve m --config /etc/vllm.yaml', undefined],
  ['llama.cpp', 'llama-server -m x', '--cors-origins *'],
  ['llama.cpp', 'llama-server -m x --tools all', undefined],
  ['llama.cpp', 'llama-server -m x', undefined, { LLAMA_ARG_AGENT: '1' }],
  ['llama.cpp', 'llama-server -m x --tools all --cors-origins *', '--cors-origins *, chosen'],
  ['llama.cpp', 'llama-server -m x', undefined, { LLAMA_ARG_CORS_ORIGINS: 'localhost' }],
  ['llama.cpp', 'llama-server -m x --cors-credentials', '--cors-credentials, chosen, with login'],
  ['localai', 'local-ai run --cors --cors-allow-origins *', undefined],
  ['localai', 'local-ai run --disable-csrf', '--disable-csrf, chosen'],
  ['localai', 'local-ai run --cors --cors-allow-origins https://chat.example', undefined, { LOCALAI_DISABLE_CSRF: 'true' }],
])('%s: %s', (engine, words, pages, environment) => {
  expect(asked(engine, words.split(' '), environment)).toBe(pages)
})

test('what is not known is not said', () => {
  expect(webPagesOf({ engine: 'ollama', argv: [] })).toBeUndefined()
  expect(webPagesOf({ engine: 'llama.cpp', argv: ['llama-server'] })).toBeUndefined()
})

import { expect, test } from 'vitest'
import { secretFlag } from './secret-flag.ts'

test.each<[words: readonly string[], shown: string | undefined]>([
  [['--api-key', '****'], '--api-key'],
  [['--api-key-file', '/k'], undefined],
  // Who has it joins the machines that share the models of LocalAI.
  [['--p2ptoken', 'x'], '--p2ptoken'],
  // vLLM hands its settings, a key of a file among them, to the front end in Rust as one word.
  [['frontend', '--args-json', '{"api_key": "****", "port": 8000}'], 'api_key'],
  [['--args-json', '{"api_key": ["‹redacted›"], "port": 8000}'], 'api_key'],
  [['--args-json', '{"api_key": null, "eos_token": "</s>", "hf_token": ""}'], undefined],
  [['--args-json={"hf_token": "****"}'], 'hf_token'],
])('%j', (words, shown) => {
  expect(secretFlag(words)).toBe(shown)
})

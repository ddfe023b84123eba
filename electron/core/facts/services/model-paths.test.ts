import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { recognise } from './launch.ts'
import { modelPathsOf } from './model-paths.ts'

const account = { user: 'ai', home: '/home/ai' }

/** Model directories of a command line; a word with blanks stands in single quotes. */
function pathsOf(line: string, variables: Readonly<Record<string, string>> = {}): readonly string[] {
  const launch = recognise((line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", '')))
  if (!launch) throw new Error('no server')
  return modelPathsOf(launch, variables, account)
}

describe('vLLM', () => {
  test.each<[string, readonly string[]]>([
    ['vllm serve /m/x', ['/m/x']],
    ['vllm serve --port 8000 /m/x', ['/m/x']],
    ['vllm serve --ssl_keyfile /etc/key --root-path /api /m/x', ['/m/x']],
    ['vllm serve /m/x --lora-modules sql=/l/sql chat=/l/chat --port 1', ['/m/x', '/l/sql', '/l/chat']],
    ['vllm serve /m/x --lora_modules=sql=/l/sql', ['/m/x', '/l/sql']],
    ['vllm serve /m/x --lora-modules old=/l/old --lora-modules sql=/l/sql', ['/m/x', '/l/sql']],
    [`vllm serve /m/x --lora-modules '{"name": "sql", "path": "/l/sql"}' '[{"path": "/l/two"}]'`, ['/m/x', '/l/sql', '/l/two']],
    ['vllm serve /m/x --lora-modules {broken sql=', ['/m/x']],
    [`vllm serve /m/x --speculative-config '{"model": "/m/draft", "num_speculative_tokens": 5}'`, ['/m/x', '/m/draft']],
    ['vllm serve /m/x --speculative-config.model /m/draft --tokenizer /m/words', ['/m/x', '/m/words', '/m/draft']],
    ['vllm serve org/x --download-dir /d', ['/d']],
    ['vllm serve org/x', ['/home/ai/.cache/huggingface/hub']],
    ['vllm serve s3://bucket/x', []],
  ])('%s', (line, expected) => {
    expect(pathsOf(line)).toEqual(expected)
  })
  test.each<[Readonly<Record<string, string>>, readonly string[]]>([
    [{ HF_HOME: '/hf' }, ['/hf/hub']],
    [{ HF_HOME: '/hf', HF_HUB_CACHE: '/hub' }, ['/hub']],
    [{ HF_HOME: '/hf', HUGGINGFACE_HUB_CACHE: '/hub' }, ['/hub']],
    [{ HF_HOME: '~/hf' }, ['/home/ai/hf/hub']],
    [{ XDG_CACHE_HOME: '/cache' }, ['/cache/huggingface/hub']],
    [{ HOME: '/srv/ai' }, ['/srv/ai/.cache/huggingface/hub']],
  ])('a repository with %j', (variables, expected) => {
    expect(pathsOf('vllm serve org/x', variables)).toEqual(expected)
  })
  test('the folder of adapters that are loaded by name', () => {
    expect(pathsOf('vllm serve /m/x', { VLLM_LORA_RESOLVER_CACHE_DIR: '/l/' })).toEqual(['/m/x', '/l'])
  })
})

describe('llama.cpp', () => {
  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['llama-server -m /m/x.gguf --lora /l/a.gguf,/k/b.gguf --lora /j/c.gguf', {}, ['/m', '/l', '/k', '/j']],
    ['llama-server -m /m/x.gguf --lora-scaled /l/a.gguf:0.5,/k/b.gguf:1e-2', {}, ['/m', '/l', '/k']],
    ['llama-server -m /m/x.gguf --lora-scaled /l/a.gguf 0.5', {}, ['/m', '/l']],
    ['llama-server -m /m/x.gguf --control-vector /c/v.gguf -md /d/x.gguf --mmproj /p/x.gguf', {}, ['/m', '/d', '/p', '/c']],
    ['llama-server -m /m/x.gguf', { LLAMA_ARG_MMPROJ: '/p/x.gguf', LLAMA_ARG_MODEL: '/other/x.gguf' }, ['/m', '/p']],
    ['llama-server -m /m/x.gguf', { LLAMA_CACHE: '/cache', HF_HOME: '/hf' }, ['/m']],
    ['llama-server -hf org/x', { LLAMA_CACHE: '/cache', HF_HOME: '/hf' }, ['/cache']],
    ['llama-server -m /m/x.gguf --spec-draft-hf org/x', { HF_HOME: '/hf' }, ['/m', '/hf/hub']],
    ['llama-server --models-dir /m', { LLAMA_CACHE: '/cache' }, ['/m', '/cache']],
    ['python3 -m llama_cpp.server --model /m/x.gguf --lora_path /l/a.gguf --clip_model_path /p/x.gguf', {}, ['/m', '/p', '/l']],
  ])('%s with %j', (line, variables, expected) => {
    expect(pathsOf(line, variables)).toEqual(expected)
  })
})

test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
  ['local-ai run --models-path /m', { MODELS_PATH: '/other' }, ['/m']],
  ['local-ai run', { LOCALAI_MODELS_PATH: '/m', HF_HUB_CACHE: '/hub' }, ['/m', '/hub']],
  ['ollama serve', {}, ['/home/ai/.ollama/models']],
  ['ollama serve', { OLLAMA_MODELS: '"/m"' }, ['/m']],
])('%s with %j', (line, variables, expected) => {
  expect(pathsOf(line, variables)).toEqual(expected)
})

test('whatever the words are: absolute paths, each once, never the root', () => {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '--lora-modules',
      '--lora',
      '--speculative-config',
      '--model',
      '-m',
      '[null,1,{"path":{}}]',
      '{"path":"/x"}',
      'a=/x',
      '/',
      '//',
    ),
  )
  fc.assert(
    fc.property(
      fc.constantFrom('vllm', 'llama.cpp', 'localai', 'ollama'),
      fc.array(word),
      fc.dictionary(fc.string(), fc.string()),
      (engine, words, variables) => {
        const paths = modelPathsOf({ engine, role: 'server', words, wrapped: false }, variables, account)
        expect(new Set(paths).size).toBe(paths.length)
        for (const path of paths) expect([path[0], path.length > 1]).toEqual(['/', true])
      },
    ),
  )
})

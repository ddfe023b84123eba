import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pieceText } from '#shared/operate-words.ts'
import { redactMessage } from './redact-message.ts'

/**
 * Shapes of lines after the sources of the programs: ollama/ollama (server/routes.go, slog, gin's logger.go), vllm-project/vllm (entrypoints/logger.py,
 * v1/metrics/loggers.py), encode/uvicorn (protocols/http), ggml-org/llama.cpp (tools/server/server.cpp), mudler/LocalAI (zerolog), nginx
 * (ngx_http_log_module, ngx_log.c).
 */
const shown = (message: string, ofInit = false): string => redactMessage(message, ofInit).map(pieceText).join('')

const harmless = [
  'time=2026-11-26T08:12:15.123Z level=INFO source=routes.go:1528 msg="Listening on 127.0.0.1:11434 (version 0.13.0)"',
  'time=2026-11-26T08:12:15.123Z level=INFO source=types.go:42 msg="inference compute" id=GPU-1 library=cuda compute=8.9 driver=12.4 name="NVIDIA A100-SXM4-80GB" total="79.1 GiB" available="78.6 GiB"',
  'time=2026-11-26T08:12:15.123Z level=INFO source=server.go:1289 msg="llama runner started in 2.01 seconds"',
  '[GIN] 2026/11/26 - 08:12:15 | 200 |  1.234567s |       127.0.0.1 | POST     "/api/chat"',
  'INFO 11-26 08:12:15 [loggers.py:116] Engine 000: Avg prompt throughput: 12.3 tokens/s, Avg generation throughput: 40.0 tokens/s, Running: 2 reqs, Waiting: 0 reqs, GPU KV cache usage: 1.2%, Prefix cache hit rate: 30.1%',
  '(APIServer pid=71) INFO 11-26 08:12:15 [async_llm.py:270] Added request chatcmpl-0a1b2c3d4e5f60718293a4b5c6d7e8f9.',
  '(APIServer pid=71) INFO:     127.0.0.1:51234 - "POST /v1/chat/completions HTTP/1.1" 200',
  'ERROR 11-26 08:12:15 [core.py:564] Traceback (most recent call last):',
  'srv  log_server_r: request: POST /v1/chat/completions 127.0.0.1 200',
  'slot launch_slot_: id  0 | task 12 | processing task',
  'prompt eval time =     100.00 ms /    12 tokens (    8.33 ms per token,   120.00 tokens per second)',
  'llama_context: n_ctx         = 4096',
  '8:12AM INF Success ip=127.0.0.1 latency=1.2ms method=POST status=200 url=/v1/chat/completions',
  '10.0.0.5 - alice [26/Nov/2026:08:12:15 +0000] "POST /api/chat HTTP/1.1" 200 123 "-" "curl/8.5.0"',
  '2026/11/26 08:12:15 [error] 71#71: *45 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.5, server: ai.example, request: "POST /api/chat HTTP/1.1", upstream: "http://127.0.0.1:11434/api/chat", host: "ai.example"',
]

describe('what serves is shown as it is', () => {
  test.each(harmless)('%s', (line) => {
    const text = shown(line)
    expect(text).not.toContain('[removed')
    expect(text.replace(/ +/g, ' ')).toBe(line.replace(/\| POST {5}"/, '| POST "').replace(/ +/g, ' '))
  })
})

const P = 'tell me the salary of Zqxv Okafor'
const taken: readonly (readonly [string, string, string])[] = [
  [
    'vLLM request',
    `INFO 11-26 08:12:15 [logger.py:39] Received request chatcmpl-0a1b2c3d: prompt: '<|user|>${P}', params: SamplingParams(n=1, stop=['${P}']), prompt_token_ids: [1, 2], lora_request: None.`,
    'INFO 11-26 08:12:15 [logger.py:39] Received request chatcmpl-0a1b2c3d: prompt: [removed: prompt, 41 characters], [removed: parameters, ',
  ],
  [
    'vLLM request, prompt with quotes and a field of its own',
    `INFO 11-26 08:12:15 [logger.py:39] Received request cmpl-0a1b: prompt: "it's ', params: ${P}", params: None.`,
    'INFO 11-26 08:12:15 [logger.py:39] Received request cmpl-0a1b: prompt: [removed: prompt, ',
  ],
  [
    'vLLM request that was cut',
    `INFO 11-26 08:12:15 [logger.py:39] Received request cmpl-0a1b: prompt: '${P}`,
    'INFO 11-26 08:12:15 [logger.py:39] Received request cmpl-0a1b: prompt: [removed: prompt, 34 characters]',
  ],
  [
    'vLLM answer',
    `INFO 11-26 08:12:15 [logger.py:71] Generated response chatcmpl-0a1b (streaming complete): output: '${P}', output_token_ids: None, finish_reason: stop`,
    'Generated response chatcmpl-0a1b (streaming complete): output: [removed: completion, 33 characters], [removed: parameters, ',
  ],
  [
    'vLLM error',
    `ERROR 11-26 08:12:15 [core.py:564] ValueError: bad input ${P}`,
    '[core.py:564] ValueError: [removed: message of the error, ',
  ],
  [
    'vLLM, something else',
    `INFO 11-26 08:12:15 [chat_utils.py:1] ${P}`,
    'INFO 11-26 08:12:15 [chat_utils.py:1] [removed: message, 33 characters]',
  ],
  [
    'uvicorn with a query',
    `INFO:     127.0.0.1:5 - "GET /v1/models?q=${P.replaceAll(' ', '+')} HTTP/1.1" 200 OK`,
    'INFO:     127.0.0.1:5 - "GET /v1/models?[removed: query, 35 characters] HTTP/1.1" 200',
  ],
  [
    'Ollama with OLLAMA_DEBUG',
    `time=2026-11-26T08:12:15.123Z level=DEBUG source=routes.go:1471 msg="chat request" images=0 prompt="<|user|>\\"${P}\\""`,
    'source=routes.go:1471 msg="chat request" images=0 prompt=[removed: prompt, ',
  ],
  [
    'Ollama, an error that quotes',
    `time=2026-11-26T08:12:15.123Z level=WARN source=parser.go:1 msg="could not parse" raw="${P}" error="x ${P}"`,
    'level=WARN source=parser.go:1 msg=[removed: message, 15 characters] raw=[removed: raw, 33 characters] error=[removed: value of error, 35 characters]',
  ],
  [
    'gin, a path that is no route',
    `[GIN] 2026/11/26 - 08:12:15 | 404 | 12.3µs | 10.0.0.5 | GET "/${P}"`,
    '| GET "[removed: path, 34 characters]"',
  ],
  [
    'llama-server --verbose',
    `srv  log_server_r: request:  {"messages":[{"role":"user","content":"${P}"}]}`,
    '[removed: line of an unknown shape, ',
  ],
  ['LocalAI, debug', `8:12AM DBG Prompt (after templating): ${P}`, '8:12AM DBG [removed: message, 60 characters]'],
  [
    'LocalAI, an error',
    `8:12AM ERR Server error error="${P}" ip=127.0.0.1`,
    '8:12AM ERR [removed: message, 12 characters] error=[removed: value of error, 33 characters] ip=127.0.0.1',
  ],
  [
    'nginx access',
    `10.0.0.5 - - [26/Nov/2026:08:12:15 +0000] "GET /api/tags?q=${P.replaceAll(' ', '%20')} HTTP/2.0" 200 1 "https://chat/?q=${P}" "Mozilla ${P}"`,
    '"GET /api/tags?[removed: query, ',
  ],
  [
    'nginx error',
    `2026/11/26 08:12:15 [warn] 71#71: *45 a client request body is buffered ${P}, client: 10.0.0.5, server: ai, request: "GET /x?${P} HTTP/1.1"`,
    '71#71: *45 [removed: message, ',
  ],
  [
    'JSON of an access log',
    JSON.stringify({ timestamp: '2026-11-26T08:12:15+00:00', endpoint: '/api/chat', http_status: '200', user_agent: P }),
    'timestamp: 2026-11-26T08:12:15+00:00, endpoint: /api/chat, http_status: 200, [removed: other fields, 43 characters]',
  ],
  ['JSON of a body', JSON.stringify({ model: 'x', messages: [{ role: 'user', content: P }] }), '[removed: other fields, '],
  ['anything else', P, '[removed: line of an unknown shape, 33 characters]'],
  ['a line of a prompt that looks like a log', `slot launch_slot_: id 0 | task 1 | ${P}`, '[removed: line of an unknown shape, '],
]

test('a prompt ends where its quote does, not at one that is escaped', () => {
  const line = String.raw`INFO 11-26 08:12:15 [logger.py:39] Received request cmpl-0a1b: prompt: 'it\'s \\', params: None.`
  expect(shown(line)).toContain('prompt: [removed: prompt, 8 characters], [removed: parameters, 13 characters]')
})

test('a prompt that is only a number is one, too', () => {
  const line = 'time=2026-11-26T08:12:15Z level=DEBUG source=routes.go:1 msg="chat request" prompt=41111111 input="true"'
  expect(shown(line)).toContain('prompt=[removed: prompt, 8 characters] input=[removed: input, 4 characters]')
})

test.each(taken)('%s: taken out and marked', (_, line, expected) => {
  const text = shown(line)
  expect(text).toContain(expected)
  for (const word of ['salary', 'Zqxv']) expect(text).not.toContain(word)
})

/** What programs print when they are told to say all, or when something goes wrong: nothing of it is shown, and that something was there is. */
describe('lines with content of every kind', () => {
  const image = Buffer.from('Zqxv Okafor'.repeat(60)).toString('base64')
  const slog = 'time=2026-11-26T08:12:15.123Z level=DEBUG source=routes.go:2 msg='
  test.each<[string, string]>([
    ['JSON over lines, a key', '    "content": "Zqxv Okafor",'],
    ['JSON over lines, a word', '  "Zqxv",'],
    ['JSON over lines, cut', '{"messages":[{"role":"user","content":"Zqxv'],
    ['an image', `data:image/png;base64,${image}`],
    ['a line of an image', image.slice(0, 76)],
    ['embeddings', '{"input":["Zqxv","Okafor"],"model":"e5","endpoint":"/v1/embeddings"}'],
    ['a key of JSON', '{"Zqxv Okafor":1,"status":200}'],
    ['escapes of JSON', '{"prompt":"\\u005a\\u0071\\u0078\\u0076 Okafor"}'],
    ['escapes alone', String.raw`\u005aqxv \x5aqxv Zqxv`],
    ['colours', '\u001b[31mZqxv\u001b[0m Okafor'],
    ['colours within a level', '\u001b[32mINFO\u001b[0m 11-26 08:12:15 [x.py:1] \u001b[1mZqxv'],
    ['a query with a key', 'INFO:     10.0.0.1:5 - "GET /v1/models?api_key=sk-Zqxv&prompt=Okafor HTTP/1.1" 200 OK'],
    ['a name in a path', 'INFO:     10.0.0.1:5 - "GET /v1/models/Zqxv-Okafor HTTP/1.1" 404 Not Found'],
    ['a socket', 'INFO:     10.0.0.1:0 - "WebSocket /v1/realtime?token=Zqxv" [accepted]'],
    ['a traceback, the line of code', '    raise ValueError("Zqxv Okafor")'],
    [
      'a traceback, what pydantic says',
      "  Input should be a valid string [type=string_type, input_value={'text': 'Zqxv'}, input_type=dict]",
    ],
    ['a traceback, the end', 'pydantic.ValidationError: 1 validation error for Zqxv'],
    ['a key that is missing', "ERROR 11-26 08:12:15 [core.py:1] KeyError: 'Zqxv'"],
    ['a prompt over lines', "INFO 11-26 08:12:15 [logger.py:39] Received request cmpl-0a1b: prompt: 'a\\nZqxv Okafor"],
    ['a number of a request that is a word', 'INFO 11-26 08:12:15 [async_llm.py:1] Added request Zqxv.'],
    ['LocalAI, a backend', '8:12AM DBG GRPC(x-127.0.0.1:3331): stdout {"prompt":"Zqxv"}'],
    ['LocalAI, a request', '8:12AM DBG Request received: {"messages":[{"content":"Zqxv"}]}'],
    ['LocalAI, a query', '8:12AM INF Success ip=10.0.0.1 latency=1ms method=GET status=200 url=/v1/models?q=Zqxv'],
    ['Ollama, a format', `${slog}"completion request" images=0 prompt=41 format="{"Zqxv":1}"`],
    ['Ollama, a tool by its name', `${slog}"tool call" name=get_Zqxv arguments="{"who":"Okafor"}"`],
    ['Ollama, a message of one word', `${slog}Zqxv`],
    ['llama-server, a token', "slot process_toke: id  0 | task 0 | next token: 123 'Zqxv'"],
    ['llama-server, a slot', 'srv  update_slots: run slots completed {"prompt":"Zqxv"}'],
    ['llama-server, a part of an answer', 'srv    operator(): http: streamed chunk: data: {"choices":[{"delta":{"content":"Zqxv"}}]}'],
    ['llama-server, a template', "main: chat template, example_format: '<|user|>Zqxv'"],
    ['gin, a query', '[GIN] 2026/11/26 - 08:12:15 | 200 | 1.2s | 127.0.0.1 | GET      "/api/tags?key=Zqxv"'],
    ['Ollama, a word under a name that nobody described', `${slog}"system memory" owner=Zqxv`],
    ['LocalAI, a known message with what it was about, where it prints all', '8:12AM DBG Success url=/v1/models model=Zqxv'],
    ['vLLM, a field behind something else', "INFO 11-26 08:12:15 [logger.py:39] Received request cmpl-0a1b: Zqxv prompt: 'Okafor'"],
    [
      'nginx error, a referrer of one word',
      '2026/11/26 08:12:15 [error] 71#71: *45 access forbidden by rule, client: 10.0.0.5, server: ai, request: "GET /api/tags HTTP/1.1", host: "ai", referrer: "Zqxv"',
    ],
    ['JSON with the name of what every object has', '{"constructor":"Zqxv","status":200}'],
    ['nginx, a referer', '10.0.0.5 - - [26/Nov/2026:08:12:15 +0000] "POST /api/chat HTTP/1.1" 200 1 "https://x/Zqxv" "Zqxv Okafor"'],
  ])('%s', (_, line) => {
    const text = shown(line)
    expect(text).toContain('[removed: ')
    for (const word of ['Zqxv', 'Okafor', image.slice(0, 20)]) expect(text).not.toContain(word)
  })
})

describe('keys', () => {
  test.each([
    ['ollama.service: Environment variable OLLAMA_API_KEY=sk-abcdefghijklmnopqrst set'],
    ['vllm.service: started with --api-key Zqxv1234567890'],
    ['x.service: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcZqxv sent'],
    ['x.service: AKIAZQXVZQXVZQXVZQXV'],
    ['x.service: hf_Zqxvabcdefghijklmnopqrst'],
    [`x.service: ${'aZqxv9'.repeat(9)}`],
  ])('%s', (line) => {
    expect(shown(line, true)).toContain('redacted')
    expect(shown(line, true)).not.toMatch(/Zqxv|ZQXV|abcdefghijk/)
  })

  test('what systemd itself says is shown, and digests stay', () => {
    const line = 'ollama.service: Main process exited, code=exited, status=1/FAILURE'
    expect([shown(line, true), shown(line)]).toEqual([line, '[removed: line of an unknown shape, 66 characters]'])
    const digest = `loads /usr/share/ollama/.ollama/models/blobs/sha256-${'5f3a'.repeat(16)}`
    expect(shown(digest, true)).toBe(digest)
  })
})

test('colours go, other control characters become visible', () => {
  expect(shown('\u001b[32mINFO\u001b[0m:     Application startup complete.')).toBe('INFO:     Application startup complete.')
  expect(shown('a\u001b]0;x\u0007\u202eb', true)).not.toMatch(/\p{Cc}|\u202e/u)
})

describe('fails closed', () => {
  const secret = fc
    .tuple(fc.constantFrom('my', 'the', '"', "'", '} ', '\\', ''), fc.string({ maxLength: 10 }))
    .map(([before, after]) => `${before} Zqxv speaks of ${after}`)
  const anchors = [...harmless, ...taken.map(([, line]) => line.replaceAll(P, 'x').replaceAll('%20', '+'))]

  test('a sentence that stands anywhere in a line of a known shape is never shown', () => {
    fc.assert(
      fc.property(fc.constantFrom(...anchors), fc.double({ min: 0, max: 1, noNaN: true }), secret, (line, where, said) => {
        const at = Math.floor(where * line.length)
        expect(shown(line.slice(0, at) + said + line.slice(at))).not.toContain('Zqxv speaks')
      }),
      { numRuns: 3000 },
    )
  })

  test('nor one in any other line', () => {
    fc.assert(
      fc.property(fc.string(), secret, fc.string(), (before, said, after) => {
        expect(shown(`${before}${said}${after}`)).not.toContain('Zqxv')
      }),
      { numRuns: 1000 },
    )
  })

  test('prompts of any text, as repr, JSON, Go and query have them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const said = `${text} Zqxv ${text}`
        const lines = [
          `INFO 11-26 08:12:15 [logger.py:39] Received request cmpl-0a1b: prompt: '${said.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}', params: None.`,
          `time=2026-11-26T08:12:15Z level=DEBUG source=routes.go:1 msg="chat request" prompt=${JSON.stringify(said)}`,
          JSON.stringify({ endpoint: `/api/chat?${said}`, prompt: said, [said]: 1 }),
          `INFO:     127.0.0.1:5 - "GET /v1/models?${encodeURIComponent(said)} HTTP/1.1" 200 OK`,
          `8:12AM INF Success prompt=${JSON.stringify(said)} status=200`,
        ]
        for (const line of lines) expect(shown(line)).not.toContain('Zqxv')
      }),
      { numRuns: 500 },
    )
  })

  test.each(['a'.repeat(1_000_000), ' '.repeat(100_000), 'a=b '.repeat(50_000), `${'"\\'.repeat(50_000)}`, ': '.repeat(50_000)])(
    'long lines are bounded',
    (line) => {
      const began = performance.now()
      const text =
        shown(`time=2026-11-26T08:12:15Z level=INFO source=routes.go:1 msg="x" ${line}`) + shown(line) + shown(`8:12AM INF ${line}`)
      expect(performance.now() - began).toBeLessThan(6000)
      expect(text.length).toBeLessThan(40_000)
    },
  )
})

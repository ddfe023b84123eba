import { createHash } from 'node:crypto'
import type { DemoMachine } from './machine-model.ts'

/** What people asked, as the logs of a server that logs requests hold it: it must never be shown. */
export const demoPrompt = 'Summarise the salary letter of Maria Okafor'

/** Lines that an engine wrote, by the program of its unit. Shapes after their sources, see core/operate/redact. */
const spoken: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /^ollama/,
    [
      'time=2026-11-26T07:58:01.004Z level=INFO source=routes.go:1528 msg="Listening on 127.0.0.1:11434 (version 0.13.0)"',
      'time=2026-11-26T07:58:01.220Z level=INFO source=types.go:42 msg="inference compute" id=GPU-0 library=cuda compute=8.9 driver=12.4 name="NVIDIA L40S" total="44.5 GiB" available="44.1 GiB"',
      '[GIN] 2026/11/26 - 08:01:12 | 200 |  1.204512s |       127.0.0.1 | POST     "/api/chat"',
      `time=2026-11-26T08:01:11.790Z level=DEBUG source=routes.go:1471 msg="chat request" images=0 prompt="<|user|>${demoPrompt}<|end|>"`,
      '[GIN] 2026/11/26 - 08:03:40 | 404 |     41.2µs |       10.20.1.9 | GET      "/api/tags?token=4f1c2d3e4b5a6978"',
      'time=2026-11-26T08:04:02.100Z level=WARN source=sched.go:640 msg="gpu VRAM usage didn\'t recover within timeout" seconds=5.1 runner.size="9.2 GiB" runner.model=/srv/models/blobs/sha256-6a0746a1ec1a',
    ],
  ],
  [
    /^vllm/,
    [
      '(APIServer pid=1410) INFO 11-26 07:58:01 [api_server.py:1892] Starting vLLM API server on http://127.0.0.1:8000',
      '(APIServer pid=1410) INFO:     Application startup complete.',
      `(APIServer pid=1410) INFO 11-26 08:01:12 [logger.py:39] Received request chatcmpl-0a1b2c3d4e5f60718293a4b5c6d7e8f9: prompt: '<|user|>${demoPrompt}', params: SamplingParams(n=1, temperature=0.7, max_tokens=512), prompt_token_ids: None, lora_request: None.`,
      '(APIServer pid=1410) INFO:     127.0.0.1:51234 - "POST /v1/chat/completions HTTP/1.1" 200 OK',
      '(APIServer pid=1410) INFO 11-26 08:01:20 [loggers.py:116] Engine 000: Avg prompt throughput: 12.3 tokens/s, Avg generation throughput: 40.0 tokens/s, Running: 2 reqs, Waiting: 0 reqs, GPU KV cache usage: 1.2%, Prefix cache hit rate: 30.1%',
      `(EngineCore_DP0 pid=1502) ERROR 11-26 08:02:31 [core.py:564] ValueError: prompt "${demoPrompt}" is too long`,
    ],
  ],
  [
    /^llama/,
    [
      'main: server is listening on http://0.0.0.0:8080 - starting the main loop',
      'slot launch_slot_: id  0 | task 12 | processing task',
      `srv  log_server_r: request:  {"messages":[{"role":"user","content":"${demoPrompt}"}]}`,
      'srv  log_server_r: request: POST /v1/chat/completions 127.0.0.1 200',
    ],
  ],
  [
    /^localai/,
    [
      '7:58AM INF LocalAI API is listening! Please connect to the endpoint for API documentation.',
      `8:01AM DBG Prompt (after templating): ${demoPrompt}`,
      '8:01AM INF Success ip=10.20.1.9 latency=1.204s method=POST status=200 url=/v1/chat/completions',
      `8:02AM ERR Server error error="${demoPrompt}" ip=10.20.1.9`,
    ],
  ],
]

const STEP_MS = 37_000

/** What an engine wrote lately, oldest first; at: milliseconds since the epoch. */
export function linesOf(name: string): { readonly at: number; readonly text: string }[] {
  const lines = spoken.find(([shape]) => shape.test(name))?.[1] ?? []
  const since = Date.now() - (lines.length + 2) * STEP_MS
  return lines.map((text, index) => ({ at: since + index * STEP_MS, text }))
}

/** As `journalctl --output=json` prints it, oldest first; what systemd said of the unit since comes last. */
export function journalOf({ said }: DemoMachine, unit: string): string {
  const lines = linesOf(unit)
  const since = lines[0]?.at ?? Date.now() - 2 * STEP_MS
  const own = lines.map(({ at, text }) => ({
    at,
    text,
    pid: '1410',
    by: unit.replace(/\.service$/, ''),
    priority: /WARN|ERROR/.test(text) ? '4' : '6',
  }))
  const ofInit = [{ at: since - STEP_MS, text: `Started ${unit}.` }, ...said.filter((one) => one.unit === unit)].map(({ at, text }) => ({
    ...{ at, text, pid: '1', by: 'systemd', priority: '6' },
  }))
  return [...own, ...ofInit]
    .sort((a, b) => a.at - b.at)
    .map(({ at, text, pid, by, priority }, index) =>
      JSON.stringify({
        __CURSOR: `s=${createHash('sha256').update(`${unit} ${text}`).digest('hex').slice(0, 32)};i=${index.toString(16)}`,
        __REALTIME_TIMESTAMP: String(at * 1000),
        MESSAGE: text,
        PRIORITY: priority,
        _PID: pid,
        SYSLOG_IDENTIFIER: by,
      }),
    )
    .join('\n')
}

import type { LogPiece } from '#shared/model/service-log.ts'
import { cutOff, isShape, removed, requestPath, template } from './shapes.ts'

/** Words of vLLM and of its web server (uvicorn) about themselves (vllm/entrypoints, vllm/v1, uvicorn/server.py). */
const bodies = [
  'Avg prompt throughput: <num> tokens/s, Avg generation throughput: <num> tokens/s, Running: <num> reqs, Waiting: <num> reqs, GPU KV cache usage: <num>, Prefix cache hit rate: <num>',
  'Engine <num>: Avg prompt throughput: <num> tokens/s, Avg generation throughput: <num> tokens/s, Running: <num> reqs, Waiting: <num> reqs, GPU KV cache usage: <num>, Prefix cache hit rate: <num>',
  'Engine <num>: Avg prompt throughput: <num> tokens/s, Avg generation throughput: <num> tokens/s, Running: <num> reqs, Waiting: <num> reqs, GPU KV cache usage: <num>, Prefix cache hit rate: <num>, MM cache hit rate: <num>',
  'vLLM API server version <version>',
  'Initializing a V1 LLM engine (v<version>) with config:',
  'Starting vLLM API server on <url>',
  'Starting vLLM API server <num> on <url>',
  'Starting to load model <name>...',
  'Loading model weights took <num> GiB and <num> seconds',
  'Model loading took <num> GiB and <num> seconds',
  'Model loading took <num> GiB memory and <num> seconds',
  'Loading weights took <num> seconds',
  'Available KV cache memory: <num> GiB',
  'GPU KV cache size: <num> tokens',
  'Maximum concurrency for <num> tokens per request: <num>x',
  'Graph capturing finished in <num> secs, took <num> GiB',
  'Capturing CUDA graph shapes: <num>',
  'init engine (profile, create kv cache, warmup model) took <num> seconds',
  'Automatically detected platform cuda.',
  'Using Flash Attention backend on V1 engine.',
  'Using max model len <num>',
  'Chunked prefill is enabled with max_num_batched_tokens=<num>.',
  'Available routes are:',
  'Route: <path>, Methods: <method>',
  'Route: <path>, Methods: <method>, <method>',
  'Added request <id>.',
  'Aborted request <id>.',
  'Finished request <id>.',
  'Shutting down FastAPI HTTP server.',
  'Engine core proc EngineCore died unexpectedly, shutting down client.',
  'Started server process [<num>]',
  'Waiting for application startup.',
  'Application startup complete.',
  'Waiting for application shutdown.',
  'Application shutdown complete.',
  'Finished server process [<num>]',
  'Shutting down',
  'Uvicorn running on <url> (Press CTRL+C to quit)',
  'CUDA out of memory. Tried to allocate <size>.',
  'Traceback (most recent call last):',
].map(template)

/** Fields of a request or an answer, as RequestLogger names them (vllm/entrypoints/logger.py). */
const fields =
  /(?<=^|[ ,:])(prompt|output|params|prompt_token_ids|output_token_ids|prompt_embeds shape|lora_request|prompt_adapter_request|finish_reason|output_len|output_token_count): /g
const REQUEST =
  /^(Received request|Request|Generated response|Received raw HTTP request) ([\w-]{1,80})((?: \(streaming (?:delta|complete)\))?(?: details)?:) ?/

function requestPieces(body: string): LogPiece[] | undefined {
  const head = REQUEST.exec(body)
  if (!head) return undefined
  const [whole, what, id = '', colon] = head
  const before: LogPiece[] = [
    { text: `${what} ` },
    isShape('id', id) ? { text: id } : removed('id of the request', id),
    { text: `${colon} ` },
  ]
  const rest = body.slice(whole.length)
  // What is quoted may look like another field: only the first name is told from content, and behind it only what cannot be any.
  const [first] = [...rest.matchAll(fields)]
  if (first === undefined || first.index !== 0) return [...before, ...cutOff('', 'request', rest)]
  const [, name = ''] = first
  const label = name.startsWith('output') ? 'completion' : name.startsWith('prompt') ? 'prompt' : 'parameters'
  const value = rest.slice(first[0].length)
  if (name !== 'prompt' && name !== 'output') return [...before, { text: `${name}: ` }, removed(label, value)]
  const end = endOfRepr(value)
  const inside = value.slice(1, end < 0 ? value.length : end)
  return [
    ...before,
    { text: `${name}: ` },
    removed(label, end < 0 ? value : inside),
    ...(end < 0 ? [] : cutOff(', ', 'parameters', value.slice(end + 1).replace(/^, /, ''))),
  ]
}

/** Where a string that Python's repr() quoted ends; -1 where it does not, or is none. */
function endOfRepr(text: string): number {
  const quote = text[0]
  if (quote !== "'" && quote !== '"') return -1
  for (let at = 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === quote) return at
  }
  return -1
}

const ACCESS =
  /^((?:\d{1,3}(?:\.\d{1,3}){3}|\[?[0-9A-Fa-f:.]{2,45}\]?):\d{1,5} - ")(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\S{1,2048}) (HTTP\/[\d.]{1,3}" \d{3})(?: [A-Za-z ]{2,40})?$/

function bodyPieces(body: string): LogPiece[] {
  const request = requestPieces(body)
  if (request) return request
  const access = ACCESS.exec(body)
  if (access) {
    const [, before = '', method = '', target = '', after = ''] = access
    return [{ text: `${before}${method} ` }, ...requestPath(target), { text: ` ${after}` }]
  }
  if (bodies.some((known) => known.test(body))) return [{ text: body }]
  const config = /^(Initializing a V\d LLM engine \(v?[\w.+]{1,40}\) with config: |non-default args: |args: Namespace)([\s\S]+)$/.exec(body)
  if (config) return cutOff(config[1] ?? '', 'settings', config[2] ?? '')
  const frame = /^ *File "([\w./-]{1,240})", line \d{1,6}, in [\w<>]{1,80}$/.exec(body)
  if (frame) return [{ text: body }]
  const error = /^((?:[a-z_]{1,40}\.){0,6}[A-Z][A-Za-z]{2,60}(?:Error|Exception|Interrupt)): ([\s\S]+)$/.exec(body)
  if (error) return cutOff(`${error[1]}: `, 'message of the error', error[2] ?? '')
  return [removed('message', body)]
}

/** `INFO 11-26 08:12:15 [logger.py:39] …`, with the process before it in newer versions; `INFO:     …` of uvicorn. Undefined: none of these. */
export function vllmPieces(line: string): LogPiece[] | undefined {
  const head =
    /^((?:\((?:APIServer|EngineCore|Worker|ApiServer)[\w]{0,20}(?: pid=\d{1,9})?\) )?(?:DEBUG|INFO|WARNING|ERROR|CRITICAL) \d\d-\d\d \d\d:\d\d:\d\d \[(?:[\w/.-]{1,80}:\d{1,6})\] )([\s\S]*)$/.exec(
      line,
    ) ?? /^((?:\((?:APIServer|ApiServer)[\w]{0,20}(?: pid=\d{1,9})?\) )?(?:INFO|WARNING|ERROR):\s{1,8})([\s\S]*)$/.exec(line)
  return head ? [{ text: head[1] ?? '' }, ...bodyPieces(head[2] ?? '')] : undefined
}

import type { LogPiece } from '#shared/model/service-log.ts'
import { pairPieces } from './pairs.ts'
import { isShape, removed, requestPath, template } from './shapes.ts'

/** Words of Ollama about itself (ollama/ollama, server/ llm/ discover/ runner/); others may quote what somebody sent. */
const messages = [
  'chat request',
  'completion request',
  'server config',
  'Listening on <addr> (version <version>)',
  'total blobs: <num>',
  'total unused blobs removed: <num>',
  'looking for compatible GPUs',
  'discovering available GPUs...',
  'inference compute',
  'no compatible GPUs were discovered',
  'Dynamic LLM libraries',
  'system memory',
  'gpu memory',
  'offload',
  'offload to <name>',
  'model weights',
  'kv cache',
  'compute graph',
  'total memory',
  'loading model',
  'loading first model',
  'loaded runners',
  'starting llama server',
  'starting runner',
  'starting ollama engine',
  'starting go runner',
  'Server listening on <addr>',
  'waiting for llama runner to start responding',
  'waiting for server to become available',
  'waiting for server response',
  'llama runner started in <num> seconds',
  'llama server loaded model',
  'stopping llama server',
  'llama server stopped',
  'llama runner process no longer running',
  'model request too large for system',
  'new model will fit in available VRAM in single GPU, loading',
  'new model will fit in available VRAM, loading',
  'updated VRAM based on existing loaded models',
  "gpu VRAM usage didn't recover within timeout",
  'runner expired event received',
  'runner released',
  'got lock to unload',
  'aborting completion request due to client closing the connection',
  'client connection closed before server finished loading, aborting load',
  'truncating input prompt',
  'flash attention enabled',
  'enabling flash attention',
  'entering low vram mode',
  'experimental Vulkan support disabled.  To enable, set OLLAMA_VULKAN=1',
  'downloading <id> in <num> <size> part(s)',
  'failure during GPU discovery',
  'key not found',
  'load request',
  'resetting model to expire immediately to make room',
  'Ollama cloud disabled: <bool>',
].map(template)

const GIN =
  /^\[GIN\] (\d{4}\/\d\d\/\d\d - \d\d:\d\d:\d\d) \|\s*(\d{3}) \|\s*([\d.]+[mµnu]?s|\dm[\d.]+s|\dh\dm[\d.]+s) \|\s*([0-9A-Fa-f.:]{2,45}) \| (GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\s+"([^"]{0,2048})"$/

/** Lines of slog and of its web server (gin). Undefined: none of these. */
export function ollamaPieces(line: string): LogPiece[] | undefined {
  const gin = GIN.exec(line)
  if (gin) {
    const [, at, status, took, address, method, target = ''] = gin
    return [{ text: `[GIN] ${at} | ${status} | ${took} | ${address} | ${method} "` }, ...requestPath(target), { text: '"' }]
  }
  const head = /^time=(\S{10,40}) level=([A-Z]{4,5}) source=(\S{1,80}) msg=("(?:\\.|[^"\\])*"|\S{1,200})(?: ([\s\S]*))?$/.exec(line)
  if (!head) return undefined
  const [, time = '', level, source = '', quoted = '', rest = ''] = head
  if (!/^[\d:.TZ+-]+$/.test(time) || !isShape('code', source)) return undefined
  const message = quoted.replace(/^"([\s\S]*)"$/, '$1').replaceAll('\\"', '"')
  const isKnown = messages.some((known) => known.test(message))
  return [
    { text: `time=${time} level=${level} source=${source} msg=` },
    isKnown ? { text: quoted } : removed('message', message),
    ...(rest === '' ? [] : [{ text: ' ' }, ...pairPieces(rest, isKnown || level !== 'DEBUG')]),
  ]
}

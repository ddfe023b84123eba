import type { LogPiece } from '#shared/model/service-log.ts'
import { requestPath, template } from './shapes.ts'

/** Words of llama-server and of the loaders that Ollama and LocalAI share with it (ggml-org/llama.cpp, tools/server, src/llama-*.cpp). */
const lines = [
  'main: server is listening on <url> - starting the main loop',
  'main: server is listening on <url>',
  'main: HTTP server is listening, hostname: <addr>, port: <num>, http threads: <num>',
  'main: loading model',
  'main: model loaded',
  'main: starting the main loop...',
  'main: binding port with default address family',
  'main: setting n_parallel = <num> and kv_unified = <bool> (add -kvu to disable this)',
  'build: <num> (<id>) with <name> <version> for <name>',
  "srv load_model: loading model '<path>'",
  'srv init: initializing slots, n_slots = <num>',
  'srv update_slots: all slots are idle',
  'srv params_from_: Chat format: <name>',
  'srv operator(): operator(): cleaning up before exit...',
  'slot init: id <num> | task <num> | new slot n_ctx_slot = <num>',
  'slot init: id <num> | task <num> | new slot, n_ctx = <num>',
  'slot launch_slot_: id <num> | task <num> | processing task',
  'slot update_slots: id <num> | task <num> | new prompt, n_ctx_slot = <num>, n_keep = <num>, n_prompt_tokens = <num>',
  'slot update_slots: id <num> | task <num> | new prompt, n_ctx_slot = <num>, n_keep = <num>, task.n_tokens = <num>',
  'slot update_slots: id <num> | task <num> | kv cache rm [<num>, end)',
  'slot update_slots: id <num> | task <num> | n_tokens = <num>, memory_seq_rm [<num>, end)',
  'slot update_slots: id <num> | task <num> | prompt processing progress, n_past = <num>, n_tokens = <num>, progress = <num>',
  'slot update_slots: id <num> | task <num> | prompt processing progress, n_tokens = <num>, batch.n_tokens = <num>, progress = <num>',
  'slot update_slots: id <num> | task <num> | prompt done, n_past = <num>, n_tokens = <num>',
  'slot update_slots: id <num> | task <num> | prompt done, n_tokens = <num>, batch.n_tokens = <num>',
  'slot print_timing: id <num> | task <num> |',
  'slot release: id <num> | task <num> | stop processing: n_past = <num>, truncated = <num>',
  'slot release: id <num> | task <num> | stop processing: n_tokens = <num>, truncated = <num>',
  'prompt eval time = <num> ms / <num> tokens ( <num> ms per token, <num> tokens per second)',
  'eval time = <num> ms / <num> tokens ( <num> ms per token, <num> tokens per second)',
  'total time = <num> ms / <num> tokens',
  'ggml_cuda_init: found <num> CUDA devices:',
  'ggml_cuda_init: GGML_CUDA_FORCE_MMQ: <name>',
  'llama_model_loader: loaded meta data with <num> key-value pairs and <num> tensors from <path> (version GGUF V<num> (latest))',
  'llama_model_loader: - type <name>: <num> tensors',
  'load_tensors: offloading <num> repeating layers to GPU',
  'load_tensors: offloading output layer to GPU',
  'load_tensors: offloaded <num>/<num> layers to GPU',
  'load_tensors: <name> model buffer size = <num> MiB',
  'llama_context: <name> output buffer size = <num> MiB',
  'llama_context: <name> compute buffer size = <num> MiB',
  'llama_kv_cache: <name> KV buffer size = <num> MiB',
].map(template)

/** `llama_context: n_ctx = 4096`, `print_info: n_layer = 32`: one word of the program, one number. */
const FIGURE = /^(?:llama|llm|ggml|load|print|clip|common)_[a-z_]{1,40}: [a-z_]{1,30}\s{1,20}= -?\d[\d.e+-]{0,20}$/
const REQUEST = /^(srv\s{1,4}log_server_r: request: )(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\S{1,2048}) ((?:[0-9A-Fa-f.:]{2,45}) \d{3})$/

/** Undefined: none of its lines. What `--verbose` adds (`request: {…}`, `response: {…}`) is none. */
export function llamaCppPieces(line: string): LogPiece[] | undefined {
  const request = REQUEST.exec(line)
  if (request) {
    const [, before = '', method = '', target = '', after = ''] = request
    return [{ text: `${before}${method} ` }, ...requestPath(target), { text: ` ${after}` }]
  }
  const trimmed = line.trim()
  return FIGURE.test(trimmed) || lines.some((known) => known.test(trimmed)) ? [{ text: line }] : undefined
}

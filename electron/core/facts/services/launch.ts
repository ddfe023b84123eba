import { basename } from 'node:path/posix'
import type { Engine } from '#shared/model/inference-service.ts'
import { shells, unwrap } from './launchers.ts'

/** A command line that starts (or is part of) an inference server. */
export interface Launch {
  readonly engine: Engine
  /** `worker`: a process that a server started for itself, never a server of its own. */
  readonly role: 'server' | 'worker'
  /** Other defaults: the Python binding of llama.cpp, vLLM's demonstration server without authentication, its module that speaks gRPC alone, its front end in Rust. */
  readonly variant?: 'llama-cpp-python' | 'vllm-demo' | 'vllm-grpc' | 'vllm-rs' | undefined
  /** Flags and arguments after program and subcommand. */
  readonly words: readonly string[]
  /** Started through env, sudo, a shell, uv … : this process is not the server itself. */
  readonly wrapped: boolean
}

type Direct = Omit<Launch, 'wrapped'>

const localAiCommands =
  /^(?:models|backends|tts|sound-generation|transcript|worker|util|agent|agent-worker|mcp-server|explorer|federated|p2p-worker|help|version|completion)$/

/**
 * What a command line is, by the meaning of its words: `vim ollama.conf`, `grep vllm` or `ollama run` are no servers.
 * Programs and subcommands: ollama cmd/cmd.go (`serve`, alias `start`), vLLM docs/cli, llama.cpp tools/server/README.md,
 * LocalAI core/cli (`run` is the default command).
 */
export function recognise(argv: readonly string[]): Launch | undefined {
  for (const { words, module, wrapped } of unwrap(argv)) {
    const direct = module === undefined ? fromProgram(words) : fromModule(module, words)
    if (direct) return { ...direct, wrapped }
  }
  return undefined
}

/** ExecStart= as `systemctl show` prints it, without its quotes: what follows `sh -c` was one text. */
export function recogniseStart(words: readonly string[]): Launch | undefined {
  const shell = words.findIndex((word) => shells.test(basename(word)))
  const at = shell === -1 ? -1 : words.findIndex((word, index) => index > shell && /^-[A-Za-z]*c$/.test(word))
  return recognise(at === -1 ? words : [...words.slice(0, at + 1), words.slice(at + 1).join(' ')])
}

function fromProgram(words: readonly string[]): Direct | undefined {
  const [path = '', ...rest] = words
  const name = unwrapped(basename(path))
  const [first = ''] = rest
  // Its releases are named after system and processor.
  if (/^ollama(?:\.real|-(?:linux|darwin)[\w.-]*|-v?\d[\w.-]*)?$/.test(name)) {
    if (first === 'serve' || first === 'start') return { engine: 'ollama', role: 'server', words: rest.slice(1) }
    return first === 'runner' ? { engine: 'ollama', role: 'worker', words: rest.slice(1) } : undefined
  }
  if (name === 'ollama_llama_server') return { engine: 'ollama', role: 'worker', words: rest }
  if (/^VLLM::/.test(path)) return { engine: 'vllm', role: 'worker', words: rest }
  if (name === 'vllm' || name === 'vllm-omni') return fromVllm(rest)
  // The front end in Rust starts a headless engine for itself, or belongs to one (rust/src/cmd/src/cli.rs).
  if (name === 'vllm-rs')
    return /^(?:serve|frontend)$/.test(first) ? { engine: 'vllm', role: 'server', variant: 'vllm-rs', words: rest.slice(1) } : undefined
  if (/(?:^|\/)vllm\/(?:frontend\/)?entrypoints\/(?:[a-z_]+\/){0,3}[a-z_]+\.py$/.test(path)) return fromModule(moduleOf(path), rest)
  if (name === 'uvicorn') return fromModule(name, rest)
  if (isLlamaServer(path, name, rest)) return { engine: 'llama.cpp', role: 'server', words: name === 'llama' ? rest.slice(1) : rest }
  if (/^local-?ai(?:-[\w.-]+)?$/i.test(name) && !localAiCommands.test(first)) {
    if (rest.some((word) => word === '--help' || word === '--version')) return undefined
    return { engine: 'localai', role: 'server', words: first === 'run' ? rest.slice(1) : rest }
  }
  return undefined
}

/** `vllm serve`, and `vllm launch render`, which answers what needs no GPU. */
function fromVllm(words: readonly string[]): Direct | undefined {
  const taken = words[0] === 'serve' ? 1 : words[0] === 'launch' && words[1] === 'render' ? 2 : 0
  return taken > 0 ? { engine: 'vllm', role: 'server', words: words.slice(taken) } : undefined
}

function isLlamaServer(path: string, name: string, rest: readonly string[]): boolean {
  // The other name is that of Docker's Model Runner (docker/model-runner llamacpp/native).
  if (/^(?:com\.docker\.)?llama-server(?:[-.][\w.-]+)?$/.test(name)) return true
  if (name === 'llama') return rest[0] === 'serve'
  // Without a word about it, it serves beside its chat (llamafile 0.8.14 and later; before, without a prompt).
  if (/^llamafile(?:-[\d.]+|-server)?$/.test(name) || name.endsWith('.llamafile'))
    return rest.includes('--server') || !rest.some((word) => /^(?:--(?:chat|cli|prompt|file|help|version)|-[pfh])(?:=|$)/.test(word))
  // Up to mid-2024 the program was simply called `server`.
  return name === 'server' && (/llama/i.test(path) || rest.some((word) => /\.gguf$/i.test(word)))
}

/** What a package of Nix or Guix hides behind a script of the program's name (wrapProgram of nixpkgs, wrap-program of Guix): a script of Python shows it. */
const unwrapped = (name: string): string => /^\.(.+)-(?:wrapped_*|real)$/.exec(name)?.[1] ?? name

const moduleOf = (path: string): string => path.slice(path.lastIndexOf('vllm/')).replace(/\.py$/, '').replaceAll('/', '.')

function fromModule(module: string, words: readonly string[]): Direct | undefined {
  // Its modules move, and the old names stay.
  switch (module.replace(/^vllm\.frontend\./, 'vllm.').replace(/^vllm\.entrypoints\.launchers\.(?=grpc_server$)/, 'vllm.entrypoints.')) {
    case 'vllm.entrypoints.openai.api_server':
      return { engine: 'vllm', role: 'server', words }
    case 'vllm.entrypoints.api_server':
      return { engine: 'vllm', role: 'server', variant: 'vllm-demo', words }
    case 'vllm.entrypoints.grpc_server':
      return { engine: 'vllm', role: 'server', variant: 'vllm-grpc', words }
    case 'vllm':
    case 'vllm.entrypoints.cli.main':
    case 'vllm_omni.entrypoints.cli.main':
      return fromVllm(words)
    case 'llama_cpp.server':
      return { engine: 'llama.cpp', role: 'server', variant: 'llama-cpp-python', words }
    // How the image of the Python binding starts it (llama-cpp-python docker/simple/run.sh).
    case 'uvicorn':
      return words.includes('llama_cpp.server.app:create_app')
        ? { engine: 'llama.cpp', role: 'server', variant: 'llama-cpp-python', words }
        : undefined
    default:
      return undefined
  }
}

import type { Engine, InferenceService } from './inference-service.ts'

/** Engines that can speak TLS themselves, and the flag that makes them (vllm serve --help; llama.cpp tools/server/README.md). */
const flags: Partial<Record<Engine, string>> = { vllm: '--ssl-certfile', 'llama.cpp': '--ssl-cert-file' }

/** Was this server started with a certificate of its own? */
export function speaksTls({ engine, argv, environment }: Pick<InferenceService, 'engine' | 'argv' | 'environment'>): boolean {
  const flag = flags[engine]
  const flagged = flag !== undefined && argv.some((word) => word === flag || word.startsWith(`${flag}=`))
  return flagged || (engine === 'llama.cpp' && Boolean(environment?.LLAMA_ARG_SSL_CERT_FILE))
}

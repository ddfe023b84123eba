import { routesOf } from '#shared/model/engine-routes.ts'
import type { Engine, InferenceService } from '#shared/model/inference-service.ts'

export interface HarmlessRequest {
  readonly method: 'GET'
  readonly path: string
  /** The first line of the answer names the program or its version; of other routes only status and headers are read. */
  readonly readsBody: boolean
}

const MAX_REQUESTS = 8

/**
 * Routes that stand for many: GET on a route that knows POST only is answered 405 by whoever is past authentication, 401 before it, and does
 * nothing. vLLM's /invocations has the power of /v1 and is outside of its key (vllm docs/usage/security.md); FastAPI answers 405.
 */
const witnesses: Partial<Record<Engine, readonly string[]>> = { vllm: ['/invocations'] }

/** Documented routes whose GET only tells something. Never one that generates, loads, pulls or deletes, whoever answers. */
export function harmlessRequests(
  service: Pick<InferenceService, 'engine' | 'argv' | 'environment' | 'environmentComplete'>,
): readonly HarmlessRequest[] {
  const told = routesOf(service).filter(
    // A path with a made-up model name would be answered 404 and tell nothing.
    (route) => route.method === 'GET' && (route.class === 'metadata' || route.class === 'health') && !route.path.endsWith('/llama3'),
  )
  const metadata = told.filter((route) => route.class === 'metadata')
  const health = told.filter((route) => route.class === 'health').slice(0, 2)
  const standing = (witnesses[service.engine] ?? []).filter((witness) => routesOf(service).some(({ path }) => path === witness))
  const asked = [
    ...health.map(({ path }) => ({ method: 'GET' as const, path, readsBody: true })),
    ...metadata.map(({ path }) => ({ method: 'GET' as const, path, readsBody: false })),
  ]
  return [
    ...asked.slice(0, MAX_REQUESTS - standing.length),
    ...standing.map((path) => ({ method: 'GET' as const, path, readsBody: false })),
  ]
}

import { type Fleet, type Host, modelPathsOf } from '#shared/model/fleet.ts'

/** Where engines keep models when nobody says otherwise: the Ollama package and installer, Ollama run by root, and the usual mounts. */
const USUAL_MODEL_PATHS: readonly string[] = [
  '/usr/share/ollama/.ollama/models',
  '/var/lib/ollama',
  '/root/.ollama/models',
  '/models',
  '/srv/models',
  '/opt/models',
]

/** Model directories to look at on one host: those of the fleet file, then the usual ones. Absolute, each once. */
export const modelPathsFor = (fleet: Fleet, host: Host): readonly string[] => [
  ...new Set([...modelPathsOf(fleet, host), ...USUAL_MODEL_PATHS]),
]
